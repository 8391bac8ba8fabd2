package versions

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// service: what a service leaves open follows from its type. Cluster addresses and node ports are no defaults: they
// are allocated. Upstream: SetDefaults_Service.
func service(s *corev1.Service) {
	spec := &s.Spec
	fill(&spec.Type, corev1.ServiceTypeClusterIP)
	sessionAffinity(spec)
	for i := range spec.Ports {
		servicePort(&spec.Ports[i])
	}
	if reachableFromOutside(spec) {
		fill(&spec.ExternalTrafficPolicy, corev1.ServiceExternalTrafficPolicyCluster)
	}
	switch spec.Type {
	case corev1.ServiceTypeClusterIP, corev1.ServiceTypeNodePort:
		point(&spec.InternalTrafficPolicy, corev1.ServiceInternalTrafficPolicyCluster)
	case corev1.ServiceTypeLoadBalancer:
		point(&spec.InternalTrafficPolicy, corev1.ServiceInternalTrafficPolicyCluster)
		point(&spec.AllocateLoadBalancerNodePorts, true)
		loadBalancer(s.Status.LoadBalancer.Ingress)
	}
}

func sessionAffinity(s *corev1.ServiceSpec) {
	fill(&s.SessionAffinity, corev1.ServiceAffinityNone)
	switch s.SessionAffinity {
	case corev1.ServiceAffinityNone:
		s.SessionAffinityConfig = nil
	case corev1.ServiceAffinityClientIP:
		point(&s.SessionAffinityConfig, corev1.SessionAffinityConfig{})
		point(&s.SessionAffinityConfig.ClientIP, corev1.ClientIPConfig{})
		point(&s.SessionAffinityConfig.ClientIP.TimeoutSeconds, corev1.DefaultClientIPServiceAffinitySeconds)
	}
}

// servicePort: pods listen on the service's port, if nothing else is said.
func servicePort(p *corev1.ServicePort) {
	fill(&p.Protocol, corev1.ProtocolTCP)
	if p.TargetPort == intstr.FromInt32(0) || p.TargetPort == intstr.FromString("") {
		p.TargetPort = intstr.FromInt32(p.Port)
	}
}

func reachableFromOutside(s *corev1.ServiceSpec) bool {
	switch s.Type {
	case corev1.ServiceTypeLoadBalancer, corev1.ServiceTypeNodePort:
		return true
	}
	return s.Type == corev1.ServiceTypeClusterIP && len(s.ExternalIPs) > 0
}

func loadBalancer(ingress []corev1.LoadBalancerIngress) {
	for i := range ingress {
		if ingress[i].IP != "" {
			point(&ingress[i].IPMode, corev1.LoadBalancerIPModeVIP)
		}
	}
}

func endpoints(e *corev1.Endpoints) {
	for i := range e.Subsets {
		for j := range e.Subsets[i].Ports {
			fill(&e.Subsets[i].Ports[j].Protocol, corev1.ProtocolTCP)
		}
	}
}
