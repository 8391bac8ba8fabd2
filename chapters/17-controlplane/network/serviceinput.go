package network

import (
	"slices"

	corev1 "k8s.io/api/core/v1"
)

// What a client leaves out of a service is guessed, because clients of all ages write them.

// syncAddresses brings clusterIPs into step with clusterIP, which old clients alone know. old is nil for a new service.
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

// keepAllocated puts back what was allocated for the service before, where the client says nothing of it: who writes
// the same manifest again changes nothing. Upstream: patchAllocatedValues.
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

// keepNodePorts: a port keeps the node port that the port of its name had, if no other port has taken that over.
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

// dropUseless empties what a service's new type has no use for, where the client has only left it standing. What he
// changed at the same time stays, for validation to refuse. Upstream: dropTypeDependentFields.
func dropUseless(s, old *corev1.Service) {
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

// same compares what two pointers say; nil says nothing.
func same[T comparable](a, b *T) bool {
	return a == b || a != nil && b != nil && *a == *b
}
