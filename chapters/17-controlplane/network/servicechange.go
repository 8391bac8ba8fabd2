package network

import (
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

const mayNotChange = "may not change once set"

// validateServiceChange checks what may not change of a service while it lives: its first address and family, its
// balancer's class, and the port of its health check. Upstream: ValidateServiceUpdate.
func validateServiceChange(s, old *corev1.Service) field.ErrorList {
	errs := append(addressChanges(s, old), familyChanges(s, old)...)
	balancers := s.Spec.Type == corev1.ServiceTypeLoadBalancer && old.Spec.Type == corev1.ServiceTypeLoadBalancer
	if balancers && !same(s.Spec.LoadBalancerClass, old.Spec.LoadBalancerClass) {
		errs = append(errs, field.Invalid(specPath.Child("loadBalancerClass"), s.Spec.LoadBalancerClass, mayNotChange))
	}
	errs = append(errs, validateLoadBalancerClass(s)...)
	if needsHealthCheck(s) && needsHealthCheck(old) && s.Spec.HealthCheckNodePort != old.Spec.HealthCheckNodePort {
		errs = append(errs, field.Forbidden(specPath.Child("healthCheckNodePort"), "field is immutable"))
	}
	return errs
}

func addressChanges(s, old *corev1.Service) field.ErrorList {
	if !needsAddress(s) || !needsAddress(old) || headless(s) && headless(old) {
		return nil
	}
	now, before := s.Spec.ClusterIPs, old.Spec.ClusterIPs
	var errs field.ErrorList
	if len(now) == len(before) {
		for i := range now {
			if now[i] != before[i] {
				errs = append(errs, field.Invalid(addressesAre.Index(i), now, mayNotChange))
			}
		}
		return errs
	}
	if len(now) == 0 {
		errs = append(errs, field.Invalid(addressesAre.Index(0), now, "primary clusterIP can not be unset"))
	}
	if len(now) > 0 && len(before) > 0 && now[0] != before[0] {
		errs = append(errs, field.Invalid(addressesAre.Index(0), now, mayNotChange))
	}
	if len(now) == 1 && len(before) > 1 && !singleStack(s) {
		errs = append(errs, field.Invalid(policyPath, s.Spec.IPFamilyPolicy,
			"must be set to 'SingleStack' when releasing the secondary clusterIP"))
	}
	return errs
}

func familyChanges(s, old *corev1.Service) field.ErrorList {
	if !needsAddress(s) || !needsAddress(old) || headless(s) || headless(old) {
		return nil
	}
	now, before := s.Spec.IPFamilies, old.Spec.IPFamilies
	var errs field.ErrorList
	if len(now) == len(before) {
		for i := range now {
			if now[i] != before[i] {
				errs = append(errs, field.Invalid(familyPath.Index(0), now, mayNotChange))
			}
		}
		return errs
	}
	if len(now) < len(before) && len(s.Spec.ClusterIPs) == 0 {
		errs = append(errs, field.Invalid(familyPath.Index(0), now, "primary ipFamily can not be unset"))
	}
	if len(now) > 0 && len(before) > 0 && now[0] != before[0] {
		errs = append(errs, field.Invalid(familyPath.Index(0), s.Spec.ClusterIPs, mayNotChange))
	}
	if len(now) == 1 && len(before) > 1 && !singleStack(s) {
		errs = append(errs, field.Invalid(policyPath, s.Spec.IPFamilyPolicy,
			"must be set to 'SingleStack' when releasing the secondary ipFamily"))
	}
	return errs
}

func singleStack(s *corev1.Service) bool {
	return s.Spec.IPFamilyPolicy != nil && *s.Spec.IPFamilyPolicy == corev1.IPFamilyPolicySingleStack
}

// serviceWarnings tell the client of fields that do nothing, and of forms that will be refused one day.
// Upstream: GetWarningsForService.
func serviceWarnings(s *corev1.Service) []string {
	var warnings []string
	spec := &s.Spec
	say := func(when bool, text string) {
		if when {
			warnings = append(warnings, text)
		}
	}
	_, hints := s.Annotations[corev1.DeprecatedAnnotationTopologyAwareHints]
	say(hints, fmt.Sprintf("annotation %s is deprecated, please use %s instead", corev1.DeprecatedAnnotationTopologyAwareHints,
		corev1.AnnotationTopologyMode))
	if needsAddress(s) && spec.ClusterIP != corev1.ClusterIPNone {
		warnings = append(warnings, warnOfIPs(addressesAre, spec.ClusterIPs)...)
	}
	without := spec.Type == corev1.ServiceTypeClusterIP && spec.ClusterIP == corev1.ClusterIPNone
	say(without && spec.LoadBalancerIP != "", "spec.loadBalancerIP is ignored for headless services")
	say(without && len(spec.ExternalIPs) > 0, "spec.externalIPs is ignored for headless services")
	say(without && spec.SessionAffinity != corev1.ServiceAffinityNone, "spec.SessionAffinity is ignored for headless services")
	warnings = append(warnings, warnOfIPs(specPath.Child("externalIPs"), spec.ExternalIPs)...)
	say(len(spec.ExternalIPs) > 0 && !without && needsAddress(s),
		"spec.externalIPs is deprecated and may no longer be implemented in some clusters")
	if spec.LoadBalancerIP != "" {
		warnings = append(warnings, validation.GetWarningsForIP(specPath.Child("loadBalancerIP"), spec.LoadBalancerIP)...)
	}
	for i, r := range spec.LoadBalancerSourceRanges {
		warnings = append(warnings, validation.GetWarningsForCIDR(specPath.Child("loadBalancerSourceRanges").Index(i), r)...)
	}
	say(!needsAddress(s) && len(spec.ExternalIPs) > 0, `spec.externalIPs is ignored when spec.type is "ExternalName"`)
	say(needsAddress(s) && spec.ExternalName != "", `spec.externalName is ignored when spec.type is not "ExternalName"`)
	say(spec.TrafficDistribution != nil && *spec.TrafficDistribution == corev1.ServiceTrafficDistributionPreferClose,
		`spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"`)
	return warnings
}

func warnOfIPs(path *field.Path, ips []string) []string {
	var warnings []string
	for i, ip := range slices.All(ips) {
		warnings = append(warnings, validation.GetWarningsForIP(path.Index(i), ip)...)
	}
	return warnings
}
