package network

import (
	"context"
	"slices"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	apivalidation "k8s.io/apimachinery/pkg/api/validation"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	registry "kubepath/chapters/06-registry"
	"kubepath/chapters/17-controlplane/resource"
)

// ingressClasses are for one controller all their life. Upstream: pkg/registry/networking/ingressclass.
func ingressClassStrategy() registry.Strategy {
	return resource.SpecStatus[networkingv1.IngressClass, *networkingv1.IngressClass]{
		Strategy: registry.ClusterScoped{},
		Spec:     func(c *networkingv1.IngressClass) any { return &c.Spec },
		CheckWith: func(_ context.Context, c, old *networkingv1.IngressClass) field.ErrorList {
			var faults field.ErrorList
			if old != nil {
				faults = apivalidation.ValidateImmutableField(c.Spec.Controller, old.Spec.Controller, specPath.Child("controller"))
			}
			return append(faults, validateIngressClass(c)...)
		},
	}
}

func validateIngressClass(c *networkingv1.IngressClass) field.ErrorList {
	const longest = 250
	var faults field.ErrorList
	path := specPath.Child("controller")
	if len(c.Spec.Controller) > longest {
		faults = append(faults, field.TooLong(path, "", longest))
	}
	faults = append(faults, validation.IsDomainPrefixedPath(path, c.Spec.Controller)...)
	if c.Spec.Parameters != nil {
		faults = append(faults, parametersFaults(c.Spec.Parameters, specPath.Child("parameters"))...)
	}
	return faults
}

var knownScopes = []string{networkingv1.IngressClassParametersReferenceScopeCluster,
	networkingv1.IngressClassParametersReferenceScopeNamespace}

// parametersFaults checks a reference into a namespace, or to an object beside the namespaces.
func parametersFaults(p *networkingv1.IngressClassParametersReference, path *field.Path) field.ErrorList {
	faults := referenceFaults(corev1.TypedLocalObjectReference{APIGroup: p.APIGroup, Kind: p.Kind, Name: p.Name}, path)
	if p.Scope == nil {
		return append(faults, field.Required(path.Child("scope"), ""))
	}
	in := path.Child("namespace")
	switch inside := *p.Scope == networkingv1.IngressClassParametersReferenceScopeNamespace; {
	case !slices.Contains(knownScopes, *p.Scope):
		faults = append(faults, field.NotSupported(path.Child("scope"), *p.Scope, knownScopes))
	case inside && p.Namespace == nil:
		faults = append(faults, field.Required(in, "`parameters.scope` is set to 'Namespace'"))
	case inside:
		faults = append(faults, labelFaults(*p.Namespace, in)...)
	case p.Namespace != nil:
		faults = append(faults, field.Forbidden(in, "`parameters.scope` is set to 'Cluster'"))
	}
	return faults
}

var ingressClassColumns = resource.Table[networkingv1.IngressClass, *networkingv1.IngressClass]{
	Columns: []resource.Column{
		resource.NameColumn(),
		{Name: "Controller", Description: "Controller that is responsible for handling this class"},
		{Name: "Parameters", Description: "A reference to a resource with additional parameters"},
		resource.AgeColumn(),
	},
	Cells: func(c *networkingv1.IngressClass) []any {
		name, parameters := c.Name, "<none>"
		if c.Annotations[networkingv1.AnnotationIsDefaultIngressClass] == "true" {
			name += " (default)"
		}
		if p := c.Spec.Parameters; p != nil {
			parameters = p.Kind
			if p.APIGroup != nil {
				parameters += "." + *p.APIGroup
			}
			parameters += "/" + p.Name
		}
		return []any{name, c.Spec.Controller, parameters, resource.AgeOf(c)}
	},
}
