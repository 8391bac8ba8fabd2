package versions

import (
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	networkingv1 "k8s.io/api/networking/v1"
)

// networkingDefaults is networking.k8s.io/v1 and discovery.k8s.io/v1. An Ingress has none: its one field of that sort,
// pathType, must be said. Upstream: pkg/apis/{networking,discovery}/v1/defaults.go.
var networkingDefaults = []defaulter{on(networkPolicy), on(ingressClass), on(endpointSlice)}

// networkPolicy: a policy is about what comes in, and about what goes out if it says anything of that.
func networkPolicy(p *networkingv1.NetworkPolicy) {
	if len(p.Spec.PolicyTypes) == 0 {
		p.Spec.PolicyTypes = []networkingv1.PolicyType{networkingv1.PolicyTypeIngress}
		if len(p.Spec.Egress) > 0 {
			p.Spec.PolicyTypes = append(p.Spec.PolicyTypes, networkingv1.PolicyTypeEgress)
		}
	}
	for i := range p.Spec.Ingress {
		policyPorts(p.Spec.Ingress[i].Ports)
	}
	for i := range p.Spec.Egress {
		policyPorts(p.Spec.Egress[i].Ports)
	}
}

func policyPorts(ports []networkingv1.NetworkPolicyPort) {
	for i := range ports {
		point(&ports[i].Protocol, corev1.ProtocolTCP)
	}
}

func ingressClass(c *networkingv1.IngressClass) {
	if c.Spec.Parameters != nil {
		point(&c.Spec.Parameters.Scope, networkingv1.IngressClassParametersReferenceScopeCluster)
	}
}

func endpointSlice(s *discoveryv1.EndpointSlice) {
	for i := range s.Ports {
		point(&s.Ports[i].Name, "")
		point(&s.Ports[i].Protocol, corev1.ProtocolTCP)
	}
}
