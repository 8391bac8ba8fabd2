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

// validateService checks a service by itself; what old had already (nil: nothing) is not held against it. The faults
// stand in upstream's order. Upstream: validateService.
func validateService(s, old *corev1.Service) field.ErrorList {
	var faults field.ErrorList
	for _, check := range []func(s, old *corev1.Service) field.ErrorList{
		topologyFaults, typeFaults, portFaults, selectorFaults, affinityFaults, validateAddresses, externalIPFaults,
		kindFaults, nodePortFaults, duplicatePorts, sourceRangeFaults, balancerFaults, externalTrafficFaults,
		healthCheckFaults, internalTrafficFaults, distributionFaults,
	} {
		faults = append(faults, check(s, old)...)
	}
	return faults
}

func topologyFaults(s, _ *corev1.Service) field.ErrorList {
	hints, deprecated := s.Annotations[corev1.DeprecatedAnnotationTopologyAwareHints]
	mode, set := s.Annotations[corev1.AnnotationTopologyMode]
	if !set || !deprecated || mode == hints {
		return nil
	}
	path := field.NewPath("metadata", "annotations").Key(corev1.AnnotationTopologyMode)
	return field.ErrorList{field.Invalid(path, mode,
		fmt.Sprintf("must match annotations[%s] when both are specified", corev1.DeprecatedAnnotationTopologyAwareHints))}
}

// typeFaults: what each type demands and forbids.
func typeFaults(s, _ *corev1.Service) field.ErrorList {
	var faults field.ErrorList
	if len(s.Spec.Ports) == 0 && !headless(s) && needsAddress(s) {
		faults = append(faults, field.Required(portsPath, ""))
	}
	switch s.Spec.Type {
	case corev1.ServiceTypeLoadBalancer, corev1.ServiceTypeNodePort:
		if headless(s) {
			faults = append(faults, field.Invalid(addressesAre.Index(0), s.Spec.ClusterIPs[0],
				fmt.Sprintf("may not be set to 'None' for %s services", s.Spec.Type)))
		}
	case corev1.ServiceTypeExternalName:
		faults = append(faults, externalNameFaults(s)...)
	}
	return faults
}

func externalNameFaults(s *corev1.Service) field.ErrorList {
	const not = "may not be set for ExternalName services"
	var faults field.ErrorList
	if len(s.Spec.ClusterIPs) > 0 {
		faults = append(faults, field.Forbidden(addressesAre, not))
	}
	if len(s.Spec.IPFamilies) > 0 {
		faults = append(faults, field.Forbidden(familyPath, not))
	}
	if s.Spec.IPFamilyPolicy != nil {
		faults = append(faults, field.Forbidden(policyPath, not))
	}
	path := specPath.Child("externalName")
	name := strings.TrimSuffix(s.Spec.ExternalName, ".")
	if name == "" {
		return append(faults, field.Required(path, ""))
	}
	for _, problem := range validation.IsDNS1123Subdomain(name) {
		faults = append(faults, field.Invalid(path, name, problem))
	}
	return faults
}

func selectorFaults(s, _ *corev1.Service) field.ErrorList {
	return metavalidation.ValidateLabels(s.Spec.Selector, specPath.Child("selector"))
}

func affinityFaults(s, _ *corev1.Service) field.ErrorList {
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

func externalIPFaults(s, old *corev1.Service) field.ErrorList {
	var faults field.ErrorList
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
		faults = append(faults, wrong...)
	}
	return faults
}

func kindFaults(s, _ *corev1.Service) field.ErrorList {
	switch path := specPath.Child("type"); {
	case s.Spec.Type == "":
		return field.ErrorList{field.Required(path, "")}
	case !slices.Contains(knownTypes, s.Spec.Type):
		return field.ErrorList{field.NotSupported(path, s.Spec.Type, knownTypes)}
	}
	return nil
}
