package versions

import (
	corev1 "k8s.io/api/core/v1"
)

// podTemplateSpec completes the pods that a workload makes. Every kind with a template goes through here.
func podTemplateSpec(t *corev1.PodTemplateSpec) {
	dropRetired(t.Annotations)
	podSpec(&t.Spec)
}

func podSpec(s *corev1.PodSpec) {
	podAliases(s)
	fill(&s.DNSPolicy, corev1.DNSClusterFirst)
	fill(&s.RestartPolicy, corev1.RestartPolicyAlways)
	fill(&s.SchedulerName, corev1.DefaultSchedulerName)
	point(&s.SecurityContext, corev1.PodSecurityContext{})
	point(&s.TerminationGracePeriodSeconds, corev1.DefaultTerminationGracePeriodSeconds)
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
		container((*corev1.Container)(&s.EphemeralContainers[i].EphemeralContainerCommon)) // the same fields by another name
	}
	roundUp(s.Overhead)
	roundUpIn(s.Resources)
}

func container(c *corev1.Container) {
	if c.ImagePullPolicy == "" {
		c.ImagePullPolicy = pullPolicy(c.Image)
	}
	fill(&c.TerminationMessagePath, corev1.TerminationMessagePathDefault)
	fill(&c.TerminationMessagePolicy, corev1.TerminationMessageReadFile)
	for i := range c.Ports {
		fill(&c.Ports[i].Protocol, corev1.ProtocolTCP)
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
		point(&from.FileKeyRef.Optional, false)
	}
}

// fieldOf completes a reference to a field of the pod itself.
func fieldOf(ref *corev1.ObjectFieldSelector) {
	if ref != nil {
		fill(&ref.APIVersion, "v1")
	}
}

func probe(p *corev1.Probe) {
	if p == nil {
		return
	}
	fill(&p.TimeoutSeconds, 1)
	fill(&p.PeriodSeconds, 10)
	fill(&p.SuccessThreshold, 1)
	fill(&p.FailureThreshold, 3)
	httpGet(p.HTTPGet)
	if p.GRPC != nil {
		point(&p.GRPC.Service, "")
	}
}

func lifecycle(h *corev1.LifecycleHandler) {
	if h != nil {
		httpGet(h.HTTPGet)
	}
}

func httpGet(a *corev1.HTTPGetAction) {
	if a != nil {
		fill(&a.Path, "/")
		fill(&a.Scheme, corev1.URISchemeHTTP)
	}
}
