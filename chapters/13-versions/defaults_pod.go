package versions

import (
	corev1 "k8s.io/api/core/v1"
)

// pod sets the defaults of a pod: those of pod templates, and some that templates do not get.
func pod(p *corev1.Pod) {
	s := &p.Spec
	for i := range s.Containers {
		requestsFromLimits(&s.Containers[i].Resources)
	}
	for i := range s.InitContainers {
		requestsFromLimits(&s.InitContainers[i].Resources)
	}
	podLevelResources(s)
	setDefaultPointer(&s.EnableServiceLinks, corev1.DefaultEnableServiceLinks)
	if s.HostNetwork {
		hostPorts(s.Containers)
		hostPorts(s.InitContainers)
	}
	podSpec(s)
	dropRetired(p.Annotations)
	if grace := s.TerminationGracePeriodSeconds; *grace < 0 {
		*grace = 1 // old clients used a negative value for immediate but graceful deletion
	}
	podStatus(&p.Status)
}

// requestsFromLimits: the default request is the limit.
func requestsFromLimits(r *corev1.ResourceRequirements) {
	if r.Limits != nil {
		complete(&r.Requests, r.Limits)
	}
}

// hostPorts: with hostNetwork, hostPort is containerPort.
func hostPorts(containers []corev1.Container) {
	for i := range containers {
		for j := range containers[i].Ports {
			port := &containers[i].Ports[j]
			setDefault(&port.HostPort, port.ContainerPort)
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

// roundUpIn is roundUp for resource requirements that may be nil.
func roundUpIn(r *corev1.ResourceRequirements) {
	if r != nil {
		roundUp(r.Limits, r.Requests)
	}
}

// podTemplateSpec sets the defaults of a pod template; every kind with a template uses it.
func podTemplateSpec(t *corev1.PodTemplateSpec) {
	dropRetired(t.Annotations)
	podSpec(&t.Spec)
}

func podSpec(s *corev1.PodSpec) {
	podAliases(s)
	setDefault(&s.DNSPolicy, corev1.DNSClusterFirst)
	setDefault(&s.RestartPolicy, corev1.RestartPolicyAlways)
	setDefault(&s.SchedulerName, corev1.DefaultSchedulerName)
	setDefaultPointer(&s.SecurityContext, corev1.PodSecurityContext{})
	setDefaultPointer(&s.TerminationGracePeriodSeconds, corev1.DefaultTerminationGracePeriodSeconds)
	for i := range s.Volumes {
		volume(&s.Volumes[i])
	}
	for i := range s.InitContainers {
		container(&s.InitContainers[i])
	}
	for i := range s.Containers {
		container(&s.Containers[i])
	}
	for i := range s.EphemeralContainers {
		container((*corev1.Container)(&s.EphemeralContainers[i].EphemeralContainerCommon)) // a type with the same fields
	}
	roundUp(s.Overhead)
	roundUpIn(s.Resources)
}

func container(c *corev1.Container) {
	if c.ImagePullPolicy == "" {
		c.ImagePullPolicy = pullPolicy(c.Image)
	}
	setDefault(&c.TerminationMessagePath, corev1.TerminationMessagePathDefault)
	setDefault(&c.TerminationMessagePolicy, corev1.TerminationMessageReadFile)
	for i := range c.Ports {
		setDefault(&c.Ports[i].Protocol, corev1.ProtocolTCP)
	}
	for i := range c.Env {
		environment(c.Env[i].ValueFrom)
	}
	roundUp(c.Resources.Limits, c.Resources.Requests)
	probe(c.LivenessProbe)
	probe(c.ReadinessProbe)
	probe(c.StartupProbe)
	if c.Lifecycle != nil {
		lifecycle(c.Lifecycle.PostStart)
		lifecycle(c.Lifecycle.PreStop)
	}
}

func environment(from *corev1.EnvVarSource) {
	if from == nil {
		return
	}
	fieldOf(from.FieldRef)
	if from.FileKeyRef != nil {
		setDefaultPointer(&from.FileKeyRef.Optional, false)
	}
}

// fieldOf completes a reference to a field of the pod itself.
func fieldOf(ref *corev1.ObjectFieldSelector) {
	if ref != nil {
		setDefault(&ref.APIVersion, "v1")
	}
}

func probe(p *corev1.Probe) {
	if p == nil {
		return
	}
	setDefault(&p.TimeoutSeconds, 1)
	setDefault(&p.PeriodSeconds, 10)
	setDefault(&p.SuccessThreshold, 1)
	setDefault(&p.FailureThreshold, 3)
	httpGet(p.HTTPGet)
	if p.GRPC != nil {
		setDefaultPointer(&p.GRPC.Service, "")
	}
}

func lifecycle(h *corev1.LifecycleHandler) {
	if h != nil {
		httpGet(h.HTTPGet)
	}
}

func httpGet(a *corev1.HTTPGetAction) {
	if a != nil {
		setDefault(&a.Path, "/")
		setDefault(&a.Scheme, corev1.URISchemeHTTP)
	}
}

// Some values have two fields; the older one is for clients that do not know the newer. If one is set, both are set.
// Upstream: the hand-written part of pkg/apis/core/v1/conversion.go.

// podAliases: serviceAccount is the old name of serviceAccountName, which takes precedence.
func podAliases(s *corev1.PodSpec) {
	setDefault(&s.ServiceAccountName, s.DeprecatedServiceAccount)
	s.DeprecatedServiceAccount = s.ServiceAccountName
}

// podStatusAliases: podIP is the first of podIPs. It takes precedence, because an old kubelet writes only podIP.
func podStatusAliases(s *corev1.PodStatus) {
	switch {
	case s.PodIP != "" && (len(s.PodIPs) == 0 || s.PodIPs[0].IP != s.PodIP):
		s.PodIPs = []corev1.PodIP{{IP: s.PodIP}}
	case len(s.PodIPs) > 0:
		s.PodIP = s.PodIPs[0].IP
	}
}

// nodeAliases: podCIDR is the first of podCIDRs, and takes precedence.
func nodeAliases(s *corev1.NodeSpec) {
	switch {
	case s.PodCIDR != "" && (len(s.PodCIDRs) == 0 || s.PodCIDRs[0] != s.PodCIDR):
		s.PodCIDRs = []string{s.PodCIDR}
	case len(s.PodCIDRs) > 0:
		s.PodCIDR = s.PodCIDRs[0]
	}
}

// retired are annotations that held init containers before the field existed. They are removed, so that nothing runs
// them.
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
