package network

import (
	"context"
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	rest "kubepath/chapters/04-rest"
)

// serviceStatusStrategy changes the status of a service and leaves its spec. Upstream: service.StatusStrategy.
type serviceStatusStrategy struct{ serviceStrategy }

func (serviceStatusStrategy) PrepareForUpdate(_ context.Context, obj, old runtime.Object) {
	obj.(*corev1.Service).Spec = old.(*corev1.Service).Spec
}

// GetResetFields are those that PrepareForUpdate puts back.
func (serviceStatusStrategy) GetResetFields() rest.ResetFields { return rest.ResetFields{{"spec"}} }

func (serviceStatusStrategy) ValidateUpdate(_ context.Context, obj, old runtime.Object) field.ErrorList {
	s := obj.(*corev1.Service)
	return validateBalancer(&s.Status.LoadBalancer, &old.(*corev1.Service).Status.LoadBalancer, s.Spec.Type)
}

func (serviceStatusStrategy) WarningsOnUpdate(_ context.Context, obj, _ runtime.Object) []string {
	var warnings []string
	for i, ingress := range obj.(*corev1.Service).Status.LoadBalancer.Ingress {
		if ingress.IP != "" {
			warnings = append(warnings, validation.GetWarningsForIP(balancerPath.Index(i), ingress.IP)...)
		}
	}
	return warnings
}

var (
	balancerPath = field.NewPath("status", "loadBalancer", "ingress")
	knownIPModes = []corev1.LoadBalancerIPMode{corev1.LoadBalancerIPModeProxy, corev1.LoadBalancerIPModeVIP}
)

// validateBalancer checks where a balancer is reached. Upstream: ValidateLoadBalancerStatus.
func validateBalancer(b, old *corev1.LoadBalancerStatus, of corev1.ServiceType) field.ErrorList {
	if of != corev1.ServiceTypeLoadBalancer && len(b.Ingress) > 0 {
		return field.ErrorList{field.Forbidden(balancerPath, "may only be used when `spec.type` is 'LoadBalancer'")}
	}
	var known []string
	for _, ingress := range old.Ingress {
		known = append(known, ingress.IP)
	}
	var errs field.ErrorList
	for i, ingress := range b.Ingress {
		path := balancerPath.Index(i)
		if ingress.IP != "" {
			errs = append(errs, validation.IsValidIPForLegacyField(path.Child("ip"), ingress.IP, true, known)...)
		}
		switch mode := ingress.IPMode; {
		case mode == nil && ingress.IP != "":
			errs = append(errs, field.Required(path.Child("ipMode"), "must be specified when `ip` is set"))
		case mode != nil && ingress.IP == "":
			errs = append(errs, field.Forbidden(path.Child("ipMode"), "may not be specified when `ip` is not set"))
		case mode != nil && !slices.Contains(knownIPModes, *mode):
			errs = append(errs, field.NotSupported(path.Child("ipMode"), mode, knownIPModes))
		}
		errs = append(errs, ingressName(path, ingress.Hostname)...)
	}
	return errs
}

// ingressName checks the name of an entry point of a balancer.
func ingressName(path *field.Path, host string) field.ErrorList {
	if host == "" {
		return nil
	}
	var errs field.ErrorList
	for _, problem := range validation.IsDNS1123Subdomain(host) {
		errs = append(errs, field.Invalid(path.Child("hostname"), host, problem))
	}
	if parseIP(host) != nil {
		errs = append(errs, field.Invalid(path.Child("hostname"), host, "must be a DNS name, not an IP address"))
	}
	return errs
}
