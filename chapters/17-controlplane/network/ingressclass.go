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
		ValidateWithOldFunc: func(_ context.Context, c, old *networkingv1.IngressClass) field.ErrorList {
			var errs field.ErrorList
			if old != nil {
				errs = apivalidation.ValidateImmutableField(c.Spec.Controller, old.Spec.Controller, specPath.Child("controller"))
			}
			return append(errs, validateIngressClass(c)...)
		},
	}
}

func validateIngressClass(c *networkingv1.IngressClass) field.ErrorList {
	const longest = 250
	var errs field.ErrorList
	path := specPath.Child("controller")
	if len(c.Spec.Controller) > longest {
		errs = append(errs, field.TooLong(path, "", longest))
	}
	errs = append(errs, validation.IsDomainPrefixedPath(path, c.Spec.Controller)...)
	if c.Spec.Parameters != nil {
		errs = append(errs, validateParameters(c.Spec.Parameters, specPath.Child("parameters"))...)
	}
	return errs
}

var knownScopes = []string{networkingv1.IngressClassParametersReferenceScopeCluster,
	networkingv1.IngressClassParametersReferenceScopeNamespace}

// validateParameters checks a reference into a namespace, or to an object beside the namespaces.
func validateParameters(p *networkingv1.IngressClassParametersReference, path *field.Path) field.ErrorList {
	errs := validateReference(corev1.TypedLocalObjectReference{APIGroup: p.APIGroup, Kind: p.Kind, Name: p.Name}, path)
	if p.Scope == nil {
		return append(errs, field.Required(path.Child("scope"), ""))
	}
	in := path.Child("namespace")
	switch inside := *p.Scope == networkingv1.IngressClassParametersReferenceScopeNamespace; {
	case !slices.Contains(knownScopes, *p.Scope):
		errs = append(errs, field.NotSupported(path.Child("scope"), *p.Scope, knownScopes))
	case inside && p.Namespace == nil:
		errs = append(errs, field.Required(in, "`parameters.scope` is set to 'Namespace'"))
	case inside:
		errs = append(errs, validateLabel(*p.Namespace, in)...)
	case p.Namespace != nil:
		errs = append(errs, field.Forbidden(in, "`parameters.scope` is set to 'Cluster'"))
	}
	return errs
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
