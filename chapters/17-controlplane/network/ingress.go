package network

import (
	"context"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	rest "kubepath/chapters/04-rest"
	registry "kubepath/chapters/06-registry"
	"kubepath/chapters/17-controlplane/resource"
	"kubepath/chapters/17-controlplane/validate"
)

// classAnnotation names the ingress's class; it is older than spec.ingressClassName.
const classAnnotation = "kubernetes.io/ingress.class"

// ingressStrategy is the strategy of ingresses. Upstream: pkg/registry/networking/ingress.
type ingressStrategy struct {
	resource.SpecStatus[networkingv1.Ingress, *networkingv1.Ingress]
}

func newIngressStrategy() ingressStrategy {
	return ingressStrategy{resource.SpecStatus[networkingv1.Ingress, *networkingv1.Ingress]{
		Strategy: registry.Namespaced{},
		Spec:     func(i *networkingv1.Ingress) any { return &i.Spec },
		Status:   func(i *networkingv1.Ingress) any { return &i.Status },
	}}
}

func (ingressStrategy) Validate(_ context.Context, obj runtime.Object) field.ErrorList {
	i := obj.(*networkingv1.Ingress)
	errs := validateIngress(i, nil)
	class, annotated := i.Annotations[classAnnotation]
	if annotated && i.Spec.IngressClassName != nil && *i.Spec.IngressClassName != class {
		path := field.NewPath("annotations").Child(classAnnotation)
		errs = append(errs, field.Invalid(path, class, "must match `ingressClassName` when both are specified"))
	}
	return errs
}

func (ingressStrategy) ValidateUpdate(_ context.Context, obj, old runtime.Object) field.ErrorList {
	return validateIngress(obj.(*networkingv1.Ingress), old.(*networkingv1.Ingress))
}

func (ingressStrategy) WarningsOnCreate(_ context.Context, obj runtime.Object) []string {
	i := obj.(*networkingv1.Ingress)
	if _, annotated := i.Annotations[classAnnotation]; annotated && i.Spec.IngressClassName == nil {
		return []string{`annotation "kubernetes.io/ingress.class" is deprecated, please use 'spec.ingressClassName' instead`}
	}
	return nil
}

func (ingressStrategy) WarningsOnUpdate(context.Context, runtime.Object, runtime.Object) []string {
	return nil
}

// ingressStatusStrategy changes the status only.
type ingressStatusStrategy struct{ ingressStrategy }

func (ingressStatusStrategy) PrepareForUpdate(_ context.Context, obj, old runtime.Object) {
	obj.(*networkingv1.Ingress).Spec = old.(*networkingv1.Ingress).Spec
}

// GetResetFields returns the fields that PrepareForUpdate resets.
func (ingressStatusStrategy) GetResetFields() rest.ResetFields { return rest.ResetFields{{"spec"}} }

func (ingressStatusStrategy) ValidateUpdate(_ context.Context, obj, old runtime.Object) field.ErrorList {
	var known []string
	for _, entry := range old.(*networkingv1.Ingress).Status.LoadBalancer.Ingress {
		known = append(known, entry.IP)
	}
	var errs field.ErrorList
	for i, entry := range obj.(*networkingv1.Ingress).Status.LoadBalancer.Ingress {
		if entry.IP != "" {
			errs = append(errs, validate.IP(balancerPath.Index(i).Child("ip"), entry.IP, known...)...)
		}
		errs = append(errs, validateIngressName(balancerPath.Index(i), entry.Hostname)...)
	}
	return errs
}

func (ingressStatusStrategy) WarningsOnUpdate(_ context.Context, obj, _ runtime.Object) []string {
	var warnings []string
	for i, entry := range obj.(*networkingv1.Ingress).Status.LoadBalancer.Ingress {
		if entry.IP != "" {
			warnings = append(warnings, validation.GetWarningsForIP(balancerPath.Index(i), entry.IP)...)
		}
	}
	return warnings
}

var ingressColumns = resource.Table[networkingv1.Ingress, *networkingv1.Ingress]{
	Columns: []resource.Column{
		resource.NameColumn(),
		{Name: "Class", Description: "The name of the IngressClass resource that should be used for additional configuration"},
		{Name: "Hosts", Description: "Hosts that incoming requests are matched against before the ingress rule"},
		{Name: "Address", Description: "Address is a list containing ingress points for the load-balancer"},
		{Name: "Ports", Description: "Ports of TLS configurations that open"},
		resource.AgeColumn(),
	},
	Cells: func(i *networkingv1.Ingress) []any {
		class, ports := "<none>", "80"
		if i.Spec.IngressClassName != nil {
			class = *i.Spec.IngressClassName
		}
		if len(i.Spec.TLS) > 0 {
			ports = "80, 443"
		}
		var entries []string
		for _, entry := range i.Status.LoadBalancer.Ingress {
			entries = append(entries, entryPoint(entry.IP, entry.Hostname)...)
		}
		return []any{i.Name, class, hostsText(i.Spec.Rules), strings.Join(inOrder(entries), ","), ports, resource.AgeOf(i)}
	},
}

// ingressClassStrategy: spec.controller is immutable. Upstream: pkg/registry/networking/ingressclass.
func ingressClassStrategy() registry.Strategy {
	return resource.SpecStatus[networkingv1.IngressClass, *networkingv1.IngressClass]{
		Strategy: registry.ClusterScoped{},
		Spec:     func(c *networkingv1.IngressClass) any { return &c.Spec },
		ValidateWithOldFunc: func(_ context.Context, c, old *networkingv1.IngressClass) field.ErrorList {
			var errs field.ErrorList
			if old != nil {
				errs = validate.Immutable(specPath.Child("controller"), c.Spec.Controller, old.Spec.Controller)
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
		errs = append(errs, validateParameters(specPath.Child("parameters"), c.Spec.Parameters)...)
	}
	return errs
}

var knownScopes = []string{networkingv1.IngressClassParametersReferenceScopeCluster,
	networkingv1.IngressClassParametersReferenceScopeNamespace}

// validateParameters checks a reference to an object that is namespaced or cluster-scoped, as scope says.
func validateParameters(path *field.Path, p *networkingv1.IngressClassParametersReference) field.ErrorList {
	errs := validateReference(path, corev1.TypedLocalObjectReference{APIGroup: p.APIGroup, Kind: p.Kind, Name: p.Name})
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
		errs = append(errs, validate.DNS1123Label(in, *p.Namespace)...)
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
