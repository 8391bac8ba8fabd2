package versions

import (
	corev1 "k8s.io/api/core/v1"
)

// pod adds to the defaults of any pod template what is only decided where a pod is made of it: a template stays as
// short as it was written.
func pod(p *corev1.Pod) {
	s := &p.Spec
	for i := range s.Containers {
		requestsFromLimits(&s.Containers[i].Resources)
	}
	for i := range s.InitContainers {
		requestsFromLimits(&s.InitContainers[i].Resources)
	}
	podLevelResources(s)
	point(&s.EnableServiceLinks, corev1.DefaultEnableServiceLinks)
	if s.HostNetwork {
		hostPorts(s.Containers)
		hostPorts(s.InitContainers)
	}
	podSpec(s)
	dropRetired(p.Annotations)
	if grace := s.TerminationGracePeriodSeconds; *grace < 0 {
		*grace = 1 // as clients of old meant it: at once, but not by force
	}
	podStatus(&p.Status)
}

// requestsFromLimits: who sets a limit and no request requests the limit.
func requestsFromLimits(r *corev1.ResourceRequirements) {
	if r.Limits != nil {
		complete(&r.Requests, r.Limits)
	}
}

// hostPorts: in the node's network a container's port is the node's.
func hostPorts(containers []corev1.Container) {
	for i := range containers {
		for j := range containers[i].Ports {
			port := &containers[i].Ports[j]
			fill(&port.HostPort, port.ContainerPort)
		}
	}
}

func podStatus(s *corev1.PodStatus) {
	podStatusAliases(s)
	for _, statuses := range [][]corev1.ContainerStatus{s.InitContainerStatuses, s.ContainerStatuses, s.EphemeralContainerStatuses} {
		for i := range statuses {
			roundUp(statuses[i].AllocatedResources)
			roundUpIn(statuses[i].Resources)
		}
	}
	roundUp(s.AllocatedResources)
	roundUpIn(s.Resources)
}

// roundUpIn is roundUp for limits and requests that may be missing.
func roundUpIn(r *corev1.ResourceRequirements) {
	if r != nil {
		roundUp(r.Limits, r.Requests)
	}
}
