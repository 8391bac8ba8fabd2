package network

import (
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

const mayNotChange = "may not change once set"

// validateServiceChange: the first cluster IP and family, the load balancer class and the health check node port are
// immutable. Upstream: ValidateServiceUpdate.
func validateServiceChange(s, old *corev1.Service) field.ErrorList {
	errs := append(validateClusterIPsUpdate(s, old), validateIPFamiliesUpdate(s, old)...)
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

func validateClusterIPsUpdate(s, old *corev1.Service) field.ErrorList {
	if !needsAddress(s) || !needsAddress(old) || headless(s) && headless(old) {
		return nil
	}
	now, before := s.Spec.ClusterIPs, old.Spec.ClusterIPs
	var errs field.ErrorList
	if len(now) == len(before) {
		for i := range now {
			if now[i] != before[i] {
				errs = append(errs, field.Invalid(clusterIPsPath.Index(i), now, mayNotChange))
			}
		}
		return errs
	}
	if len(now) == 0 {
		errs = append(errs, field.Invalid(clusterIPsPath.Index(0), now, "primary clusterIP can not be unset"))
	}
	if len(now) > 0 && len(before) > 0 && now[0] != before[0] {
		errs = append(errs, field.Invalid(clusterIPsPath.Index(0), now, mayNotChange))
	}
	if len(now) == 1 && len(before) > 1 && !singleStack(s) {
		errs = append(errs, field.Invalid(ipFamilyPolicyPath, s.Spec.IPFamilyPolicy,
			"must be set to 'SingleStack' when releasing the secondary clusterIP"))
	}
	return errs
}

func validateIPFamiliesUpdate(s, old *corev1.Service) field.ErrorList {
	if !needsAddress(s) || !needsAddress(old) || headless(s) || headless(old) {
		return nil
	}
	now, before := s.Spec.IPFamilies, old.Spec.IPFamilies
	var errs field.ErrorList
	if len(now) == len(before) {
		for i := range now {
			if now[i] != before[i] {
				errs = append(errs, field.Invalid(ipFamiliesPath.Index(0), now, mayNotChange))
			}
		}
		return errs
	}
	if len(now) < len(before) && len(s.Spec.ClusterIPs) == 0 {
		errs = append(errs, field.Invalid(ipFamiliesPath.Index(0), now, "primary ipFamily can not be unset"))
	}
	if len(now) > 0 && len(before) > 0 && now[0] != before[0] {
		errs = append(errs, field.Invalid(ipFamiliesPath.Index(0), s.Spec.ClusterIPs, mayNotChange))
	}
	if len(now) == 1 && len(before) > 1 && !singleStack(s) {
		errs = append(errs, field.Invalid(ipFamilyPolicyPath, s.Spec.IPFamilyPolicy,
			"must be set to 'SingleStack' when releasing the secondary ipFamily"))
	}
	return errs
}

func singleStack(s *corev1.Service) bool {
	return s.Spec.IPFamilyPolicy != nil && *s.Spec.IPFamilyPolicy == corev1.IPFamilyPolicySingleStack
}

// serviceWarnings warns of fields that have no effect, of deprecated fields, and of IP addresses that are not
// canonical. Upstream: GetWarningsForService.
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
		warnings = append(warnings, warnOfIPs(clusterIPsPath, spec.ClusterIPs)...)
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

// The server fills in and clears fields that a client does not know, because clients of all versions write services.

// syncAddresses updates clusterIPs from clusterIP: old clients know only clusterIP. old is nil for a new service.
// Upstream: normalizeClusterIPs.
func syncAddresses(s, old *corev1.Service) {
	spec := &s.Spec
	if old == nil {
		if spec.ClusterIP != "" && len(spec.ClusterIPs) == 0 {
			spec.ClusterIPs = []string{spec.ClusterIP}
		}
		return
	}
	before := &old.Spec
	if spec.ClusterIP == before.ClusterIP {
		if len(spec.ClusterIPs) == 0 && len(before.ClusterIPs) > 0 {
			spec.ClusterIPs = before.ClusterIPs
		}
		return
	}
	if !slices.Equal(spec.ClusterIPs, before.ClusterIPs) {
		return // both were changed: validation compares them
	}
	spec.ClusterIPs = nil
	if spec.ClusterIP != "" {
		spec.ClusterIPs = []string{spec.ClusterIP}
	}
}

// keepAllocated copies allocated values from old where the client left them empty, so that writing the same manifest
// again changes nothing. Upstream: patchAllocatedValues.
func keepAllocated(s, old *corev1.Service) {
	if needsAddress(s) && needsAddress(old) {
		if s.Spec.ClusterIP == "" {
			s.Spec.ClusterIP = old.Spec.ClusterIP
		}
		if len(s.Spec.ClusterIPs) == 0 {
			s.Spec.ClusterIPs = old.Spec.ClusterIPs
		}
	}
	if wantsNodePorts(s) && wantsNodePorts(old) {
		keepNodePorts(s, old)
	}
	if needsHealthCheck(s) && needsHealthCheck(old) && s.Spec.HealthCheckNodePort == 0 {
		s.Spec.HealthCheckNodePort = old.Spec.HealthCheckNodePort
	}
}

// keepNodePorts: a port without a node port gets the one of old's port of the same name, unless another port asks for
// it.
func keepNodePorts(s, old *corev1.Service) {
	had, named := nodePortsOf(old), nodePortsOf(s)
	byName := map[string]int32{}
	for _, p := range old.Spec.Ports {
		byName[p.Name] = p.NodePort
	}
	for i := range s.Spec.Ports {
		p := &s.Spec.Ports[i]
		if before := byName[p.Name]; p.NodePort == 0 && !(slices.Contains(had, before) && slices.Contains(named, before)) {
			p.NodePort = before
		}
	}
}

// dropTypeDependentFields clears fields that the service's new type does not use, if the client left them unchanged. Fields that
// the client changed stay, and validation refuses them. Upstream: dropTypeDependentFields.
func dropTypeDependentFields(s, old *corev1.Service) {
	spec, before := &s.Spec, &old.Spec
	if needsAddress(old) && !needsAddress(s) {
		dropAddresses(spec, before)
	}
	if hasNodePorts(old) && !hasNodePorts(s) && !slices.ContainsFunc(nodePortsOf(s),
		func(p int32) bool { return !slices.Contains(nodePortsOf(old), p) }) {
		for i := range spec.Ports {
			spec.Ports[i].NodePort = 0
		}
	}
	if needsHealthCheck(old) && !needsHealthCheck(s) && spec.HealthCheckNodePort == before.HealthCheckNodePort {
		spec.HealthCheckNodePort = 0
	}
	if before.Type == corev1.ServiceTypeLoadBalancer && spec.Type != corev1.ServiceTypeLoadBalancer {
		if before.AllocateLoadBalancerNodePorts != nil && same(spec.AllocateLoadBalancerNodePorts, before.AllocateLoadBalancerNodePorts) {
			spec.AllocateLoadBalancerNodePorts = nil
		}
		if same(spec.LoadBalancerClass, before.LoadBalancerClass) {
			spec.LoadBalancerClass = nil
		}
	}
	if reachableFromOutside(old) && !reachableFromOutside(s) && spec.ExternalTrafficPolicy == before.ExternalTrafficPolicy {
		spec.ExternalTrafficPolicy = ""
	}
	if spec.Type != corev1.ServiceTypeLoadBalancer {
		s.Status.LoadBalancer = corev1.LoadBalancerStatus{}
	}
}

func dropAddresses(spec, before *corev1.ServiceSpec) {
	if spec.ClusterIP == before.ClusterIP && slices.Equal(spec.ClusterIPs, before.ClusterIPs) {
		spec.ClusterIP, spec.ClusterIPs = "", nil
	}
	if slices.Equal(spec.IPFamilies, before.IPFamilies) {
		spec.IPFamilies = nil
	}
	if same(spec.IPFamilyPolicy, before.IPFamilyPolicy) {
		spec.IPFamilyPolicy = nil
	}
}

// same reports whether two pointers are both nil or point to equal values.
func same[T comparable](a, b *T) bool {
	return a == b || a != nil && b != nil && *a == *b
}
