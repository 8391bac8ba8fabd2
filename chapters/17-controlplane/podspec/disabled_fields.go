package podspec

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// DropDisabledFields clears the fields that the version served here has, but not switched on, and those of later versions: nobody
// relies on them, and a later version may read them in another way. Upstream: podutil.DropDisabledPodFields, with the
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

// DropDisabledTemplateFields clears in the template of a workload what is not switched on; nil: there is no template.
// Upstream: podutil.DropDisabledTemplateFields.
func DropDisabledTemplateFields(t *corev1.PodTemplateSpec) {
	if t != nil {
		DropDisabledFields(&t.Spec)
	}
}
