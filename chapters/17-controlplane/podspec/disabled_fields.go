package podspec

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// DropDisabledFields clears fields of feature gates that are off, and fields that only later versions have: a value that was
// stored now could mean something else later. Upstream: podutil.DropDisabledPodFields, with the
// feature gates of v1.36.
func DropDisabledFields(spec *corev1.PodSpec) {
	spec.SchedulingGroup, spec.EvictionResponders = nil, nil
	for i := range spec.Volumes {
		dropDisabledFieldsOfVolume(&spec.Volumes[i])
	}
	EachContainer(nil, spec, func(c *corev1.Container, _ *field.Path) {
		for i := range c.VolumeMounts {
			c.VolumeMounts[i].BindMountOptions = nil
		}
		for _, p := range []*corev1.Probe{c.LivenessProbe, c.ReadinessProbe, c.StartupProbe} {
			if p != nil && p.GRPC != nil {
				p.GRPC.Mode = nil
			}
			if p != nil && p.HTTPGet != nil {
				p.HTTPGet.Protocol = nil
			}
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

func dropDisabledFieldsOfVolume(v *corev1.Volume) {
	switch {
	case v.EmptyDir != nil:
		v.EmptyDir.Mode = nil
	case v.Secret != nil:
		v.Secret.DefaultUser = nil
		dropUsers(v.Secret.Items)
	case v.ConfigMap != nil:
		v.ConfigMap.DefaultUser = nil
		dropUsers(v.ConfigMap.Items)
	case v.DownwardAPI != nil:
		v.DownwardAPI.DefaultUser = nil
		dropUsersOfFiles(v.DownwardAPI.Items)
	case v.Projected != nil:
		v.Projected.DefaultUser = nil
		for i := range v.Projected.Sources {
			dropDisabledFieldsOfSource(&v.Projected.Sources[i])
		}
	}
}

func dropDisabledFieldsOfSource(s *corev1.VolumeProjection) {
	s.ClusterTrustBundle, s.PodCertificate = nil, nil
	if s.Secret != nil {
		dropUsers(s.Secret.Items)
	}
	if s.ConfigMap != nil {
		dropUsers(s.ConfigMap.Items)
	}
	if s.DownwardAPI != nil {
		dropUsersOfFiles(s.DownwardAPI.Items)
	}
	if s.ServiceAccountToken != nil {
		s.ServiceAccountToken.User = nil
	}
}

func dropUsers(items []corev1.KeyToPath) {
	for i := range items {
		items[i].User = nil
	}
}

func dropUsersOfFiles(items []corev1.DownwardAPIVolumeFile) {
	for i := range items {
		items[i].User = nil
	}
}

// DropDisabledTemplateFields is DropDisabledFields for the template of a workload; nil is left alone.
// Upstream: podutil.DropDisabledTemplateFields.
func DropDisabledTemplateFields(t *corev1.PodTemplateSpec) {
	if t != nil {
		DropDisabledFields(&t.Spec)
	}
}
