package network

import (
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

var (
	knownExternalPolicies = []corev1.ServiceExternalTrafficPolicy{corev1.ServiceExternalTrafficPolicyCluster,
		corev1.ServiceExternalTrafficPolicyLocal}
	knownInternalPolicies = []corev1.ServiceInternalTrafficPolicy{corev1.ServiceInternalTrafficPolicyCluster,
		corev1.ServiceInternalTrafficPolicyLocal}
	knownDistributions = []string{corev1.ServiceTrafficDistributionPreferClose, corev1.ServiceTrafficDistributionPreferSameZone,
		corev1.ServiceTrafficDistributionPreferSameNode}
)

const onlyBalancer = "may only be used when `type` is 'LoadBalancer'"

// validateSourceRange: from where a balancer lets clients in, in a field or in the annotation of old.
func validateSourceRange(s, old *corev1.Service) field.ErrorList {
	const annotation = corev1.AnnotationLoadBalancerSourceRangesKey
	ranges, path := s.Spec.LoadBalancerSourceRanges, specPath.Child("LoadBalancerSourceRanges")
	text, annotated := s.Annotations[annotation]
	var errs field.ErrorList
	var known []string
	switch {
	case len(ranges) > 0 && old != nil:
		for _, r := range old.Spec.LoadBalancerSourceRanges {
			known = append(known, strings.TrimSpace(r))
		}
	case len(ranges) == 0 && !annotated:
		return nil
	case len(ranges) == 0:
		path = field.NewPath("metadata", "annotations").Key(annotation)
	}
	if s.Spec.Type != corev1.ServiceTypeLoadBalancer {
		errs = append(errs, field.Forbidden(path, onlyBalancer))
	}
	for i, r := range ranges {
		errs = append(errs, validation.IsValidCIDRForLegacyField(path.Index(i), strings.TrimSpace(r), true, known)...)
	}
	if text = strings.TrimSpace(text); len(ranges) > 0 || text == "" || old != nil && strings.TrimSpace(old.Annotations[annotation]) == text {
		return errs
	}
	for r := range strings.SplitSeq(text, ",") {
		errs = append(errs, validation.IsValidCIDRForLegacyField(path, strings.TrimSpace(r), true, nil)...)
	}
	return errs
}

func validateLoadBalancer(s, _ *corev1.Service) field.ErrorList {
	var errs field.ErrorList
	balancer, allocate := s.Spec.Type == corev1.ServiceTypeLoadBalancer, s.Spec.AllocateLoadBalancerNodePorts
	if allocate != nil && !balancer {
		errs = append(errs, field.Forbidden(specPath.Child("allocateLoadBalancerNodePorts"), onlyBalancer))
	}
	if allocate == nil && balancer {
		errs = append(errs, field.Required(field.NewPath("allocateLoadBalancerNodePorts"), ""))
	}
	return append(errs, validateLoadBalancerClass(s)...)
}

func validateLoadBalancerClass(s *corev1.Service) field.ErrorList {
	path := specPath.Child("loadBalancerClass")
	if s.Spec.LoadBalancerClass != nil && s.Spec.Type != corev1.ServiceTypeLoadBalancer {
		return field.ErrorList{field.Forbidden(path, onlyBalancer)}
	}
	return validateQualified(s.Spec.LoadBalancerClass, path)
}

func validateExternalTraffic(s, _ *corev1.Service) field.ErrorList {
	policy, path := s.Spec.ExternalTrafficPolicy, specPath.Child("externalTrafficPolicy")
	switch reachable := reachableFromOutside(s); {
	case !reachable && policy != "":
		return field.ErrorList{field.Invalid(path, policy, "may only be set for externally-accessible services")}
	case !reachable:
		return nil
	case policy == "":
		return field.ErrorList{field.Required(path, "")}
	case !slices.Contains(knownExternalPolicies, policy):
		return field.ErrorList{field.NotSupported(path, policy, knownExternalPolicies)}
	}
	return nil
}

func validateHealthCheck(s, _ *corev1.Service) field.ErrorList {
	port, path := s.Spec.HealthCheckNodePort, specPath.Child("healthCheckNodePort")
	switch needed := needsHealthCheck(s); {
	case !needed && port != 0:
		return field.ErrorList{field.Invalid(path, port, "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'")}
	case needed && port == 0:
		return field.ErrorList{field.Required(path, "")}
	case needed:
		return validateNumber(port, path)
	}
	return nil
}

func validateInternalTraffic(s, _ *corev1.Service) field.ErrorList {
	policy, path := s.Spec.InternalTrafficPolicy, specPath.Child("internalTrafficPolicy")
	switch {
	case policy == nil && (hasNodePorts(s) || s.Spec.Type == corev1.ServiceTypeClusterIP):
		return field.ErrorList{field.Required(path, "")}
	case policy != nil && !slices.Contains(knownInternalPolicies, *policy):
		return field.ErrorList{field.NotSupported(path, *policy, knownInternalPolicies)}
	}
	return nil
}

func validateDistribution(s, _ *corev1.Service) field.ErrorList {
	d := s.Spec.TrafficDistribution
	if d == nil || slices.Contains(knownDistributions, *d) {
		return nil
	}
	return field.ErrorList{field.NotSupported(specPath.Child("trafficDistribution"), *d, knownDistributions)}
}
