package core

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// dropAlpha clears the fields that the version served here has, but not switched on: nobody relies on them, and a later
// version may read them in another way. Some are of that later version. Upstream: podutil.DropDisabledPodFields, with the feature gates of v1.36.
func dropAlpha(spec *corev1.PodSpec) {
	spec.SchedulingGroup, spec.EvictionResponders = nil, nil
	for i := range spec.Volumes {
		if p := spec.Volumes[i].Projected; p != nil {
			for j := range p.Sources {
				p.Sources[j].ClusterTrustBundle, p.Sources[j].PodCertificate = nil, nil
			}
		}
	}
	eachContainer(spec, nil, func(c *corev1.Container, _ *field.Path) {
		for i := range c.VolumeMounts {
			c.VolumeMounts[i].BindMountOptions = nil
		}
		if c.Lifecycle == nil || c.Lifecycle.StopSignal == nil {
			return
		}
		c.Lifecycle.StopSignal = nil
		if *c.Lifecycle == (corev1.Lifecycle{}) {
			c.Lifecycle = nil
		}
	})
}

// DropAlpha clears in the template of a workload what is not switched on; nil: there is no template.
// Upstream: podutil.DropDisabledTemplateFields.
func DropAlpha(t *corev1.PodTemplateSpec) {
	if t != nil {
		dropAlpha(&t.Spec)
	}
}
