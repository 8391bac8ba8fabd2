package network

import (
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metavalidation "k8s.io/apimachinery/pkg/apis/meta/v1/validation"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

var (
	specPath     = field.NewPath("spec")
	portsPath    = specPath.Child("ports")
	affinityPath = specPath.Child("sessionAffinityConfig")
	knownTypes   = []corev1.ServiceType{corev1.ServiceTypeClusterIP, corev1.ServiceTypeExternalName,
		corev1.ServiceTypeLoadBalancer, corev1.ServiceTypeNodePort}
	knownAffinity = []corev1.ServiceAffinity{corev1.ServiceAffinityClientIP, corev1.ServiceAffinityNone}
)

// validateService checks a service by itself; what old had already (nil: nothing) is not held against it. The errors
// stand in upstream's order. Upstream: validateService.
func validateService(s, old *corev1.Service) field.ErrorList {
	var errs field.ErrorList
	for _, check := range []func(s, old *corev1.Service) field.ErrorList{
		validateTopology, validateType, validatePort, validateSelector, validateAffinity, validateAddresses, validateExternalIP,
		validateKind, validateNodePort, duplicatePorts, validateSourceRange, validateLoadBalancer, validateExternalTraffic,
		validateHealthCheck, validateInternalTraffic, validateDistribution,
	} {
		errs = append(errs, check(s, old)...)
	}
	return errs
}

func validateTopology(s, _ *corev1.Service) field.ErrorList {
	hints, deprecated := s.Annotations[corev1.DeprecatedAnnotationTopologyAwareHints]
	mode, set := s.Annotations[corev1.AnnotationTopologyMode]
	if !set || !deprecated || mode == hints {
		return nil
	}
	path := field.NewPath("metadata", "annotations").Key(corev1.AnnotationTopologyMode)
	return field.ErrorList{field.Invalid(path, mode,
		fmt.Sprintf("must match annotations[%s] when both are specified", corev1.DeprecatedAnnotationTopologyAwareHints))}
}

// validateType: what each type demands and forbids.
func validateType(s, _ *corev1.Service) field.ErrorList {
	var errs field.ErrorList
	if len(s.Spec.Ports) == 0 && !headless(s) && needsAddress(s) {
		errs = append(errs, field.Required(portsPath, ""))
	}
	switch s.Spec.Type {
	case corev1.ServiceTypeLoadBalancer, corev1.ServiceTypeNodePort:
		if headless(s) {
			errs = append(errs, field.Invalid(addressesAre.Index(0), s.Spec.ClusterIPs[0],
				fmt.Sprintf("may not be set to 'None' for %s services", s.Spec.Type)))
		}
	case corev1.ServiceTypeExternalName:
		errs = append(errs, validateExternalName(s)...)
	}
	return errs
}

func validateExternalName(s *corev1.Service) field.ErrorList {
	const not = "may not be set for ExternalName services"
	var errs field.ErrorList
	if len(s.Spec.ClusterIPs) > 0 {
		errs = append(errs, field.Forbidden(addressesAre, not))
	}
	if len(s.Spec.IPFamilies) > 0 {
		errs = append(errs, field.Forbidden(familyPath, not))
	}
	if s.Spec.IPFamilyPolicy != nil {
		errs = append(errs, field.Forbidden(policyPath, not))
	}
	path := specPath.Child("externalName")
	name := strings.TrimSuffix(s.Spec.ExternalName, ".")
	if name == "" {
		return append(errs, field.Required(path, ""))
	}
	for _, problem := range validation.IsDNS1123Subdomain(name) {
		errs = append(errs, field.Invalid(path, name, problem))
	}
	return errs
}

func validateSelector(s, _ *corev1.Service) field.ErrorList {
	return metavalidation.ValidateLabels(s.Spec.Selector, specPath.Child("selector"))
}

func validateAffinity(s, _ *corev1.Service) field.ErrorList {
	kind, config := s.Spec.SessionAffinity, s.Spec.SessionAffinityConfig
	switch {
	case kind == "":
		return field.ErrorList{field.Required(specPath.Child("sessionAffinity"), "")}
	case !slices.Contains(knownAffinity, kind):
		return field.ErrorList{field.NotSupported(specPath.Child("sessionAffinity"), kind, knownAffinity)}
	case kind == corev1.ServiceAffinityNone && config != nil:
		return field.ErrorList{field.Forbidden(affinityPath, "must not be set when session affinity is None")}
	case kind == corev1.ServiceAffinityNone:
		return nil
	}
	const needed = "when session affinity type is ClientIP"
	seconds := affinityPath.Child("clientIP", "timeoutSeconds")
	switch {
	case config == nil:
		return field.ErrorList{field.Required(affinityPath, needed)}
	case config.ClientIP == nil:
		return field.ErrorList{field.Required(affinityPath.Child("clientIP"), needed)}
	case config.ClientIP.TimeoutSeconds == nil:
		return field.ErrorList{field.Required(seconds, needed)}
	}
	const longest = int32(86400)
	if n := *config.ClientIP.TimeoutSeconds; n <= 0 || n > longest {
		return field.ErrorList{field.Invalid(seconds, n, fmt.Sprintf("must be greater than 0 and less than %d", longest))}
	}
	return nil
}

func validateExternalIP(s, old *corev1.Service) field.ErrorList {
	var errs field.ErrorList
	var known []string
	if old != nil {
		known = old.Spec.ExternalIPs
	}
	for i, ip := range s.Spec.ExternalIPs {
		path := specPath.Child("externalIPs").Index(i)
		wrong := validation.IsValidIPForLegacyField(path, ip, true, known)
		if len(wrong) == 0 {
			wrong = validateEndpointIP(ip, path)
		}
		errs = append(errs, wrong...)
	}
	return errs
}

func validateKind(s, _ *corev1.Service) field.ErrorList {
	switch path := specPath.Child("type"); {
	case s.Spec.Type == "":
		return field.ErrorList{field.Required(path, "")}
	case !slices.Contains(knownTypes, s.Spec.Type):
		return field.ErrorList{field.NotSupported(path, s.Spec.Type, knownTypes)}
	}
	return nil
}
