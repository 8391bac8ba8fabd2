package versions

import corev1 "k8s.io/api/core/v1"

// Some fields say the same thing twice, the older one for clients that know no other. Whoever writes one of them
// reads both. Upstream: the hand-written part of pkg/apis/core/v1/conversion.go.

// podAliases: serviceAccount is the old name of serviceAccountName, which wins.
func podAliases(s *corev1.PodSpec) {
	fill(&s.ServiceAccountName, s.DeprecatedServiceAccount)
	s.DeprecatedServiceAccount = s.ServiceAccountName
}

// podStatusAliases: podIP is the first of podIPs, and wins, since a kubelet that does not know podIPs writes only that.
func podStatusAliases(s *corev1.PodStatus) {
	switch {
	case s.PodIP != "" && (len(s.PodIPs) == 0 || s.PodIPs[0].IP != s.PodIP):
		s.PodIPs = []corev1.PodIP{{IP: s.PodIP}}
	case len(s.PodIPs) > 0:
		s.PodIP = s.PodIPs[0].IP
	}
}

// nodeAliases: podCIDR is the first of podCIDRs, and wins.
func nodeAliases(s *corev1.NodeSpec) {
	switch {
	case s.PodCIDR != "" && (len(s.PodCIDRs) == 0 || s.PodCIDRs[0] != s.PodCIDR):
		s.PodCIDRs = []string{s.PodCIDR}
	case len(s.PodCIDRs) > 0:
		s.PodCIDR = s.PodCIDRs[0]
	}
}

// retired annotations once carried what spec.initContainers says now. Nobody may take them for orders again.
var retired = []string{
	"pod.beta.kubernetes.io/init-containers", "pod.alpha.kubernetes.io/init-containers",
	"pod.beta.kubernetes.io/init-container-statuses", "pod.alpha.kubernetes.io/init-container-statuses",
}

func dropRetired(annotations map[string]string) {
	if len(annotations) == 0 {
		return
	}
	for _, name := range retired {
		delete(annotations, name)
	}
}
