package versions

import (
	corev1 "k8s.io/api/core/v1"
)

// volume: one that names no source is an empty directory; each source has defaults of its own.
func volume(v *corev1.Volume) {
	s := &v.VolumeSource
	if *s == (corev1.VolumeSource{}) {
		s.EmptyDir = &corev1.EmptyDirVolumeSource{}
		return
	}
	fileModes(s)
	hostPath(s.HostPath)
	azureDisk(s.AzureDisk)
	if s.ISCSI != nil {
		fill(&s.ISCSI.ISCSIInterface, "default")
	}
	if s.RBD != nil {
		rados(&s.RBD.RBDPool, &s.RBD.RadosUser, &s.RBD.Keyring)
	}
	if s.ScaleIO != nil {
		scaleIO(&s.ScaleIO.StorageMode, &s.ScaleIO.FSType)
	}
	if s.Image != nil && s.Image.PullPolicy == "" {
		s.Image.PullPolicy = pullPolicy(s.Image.Reference)
	}
	if s.Ephemeral != nil && s.Ephemeral.VolumeClaimTemplate != nil {
		claimSpec(&s.Ephemeral.VolumeClaimTemplate.Spec)
	}
}

// persistentVolumeSpec is volume for the sources that exist outside of pods.
func persistentVolumeSpec(s *corev1.PersistentVolumeSpec) {
	roundUp(s.Capacity)
	hostPath(s.HostPath)
	azureDisk(s.AzureDisk)
	if s.ISCSI != nil {
		fill(&s.ISCSI.ISCSIInterface, "default")
	}
	if s.RBD != nil {
		rados(&s.RBD.RBDPool, &s.RBD.RadosUser, &s.RBD.Keyring)
	}
	if s.ScaleIO != nil {
		scaleIO(&s.ScaleIO.StorageMode, &s.ScaleIO.FSType)
	}
}

// fileModes are the permissions of files that the kubelet writes from the API's content.
func fileModes(s *corev1.VolumeSource) {
	if s.Secret != nil {
		point(&s.Secret.DefaultMode, corev1.SecretVolumeSourceDefaultMode)
	}
	if s.ConfigMap != nil {
		point(&s.ConfigMap.DefaultMode, corev1.ConfigMapVolumeSourceDefaultMode)
	}
	if s.DownwardAPI != nil {
		point(&s.DownwardAPI.DefaultMode, corev1.DownwardAPIVolumeSourceDefaultMode)
		downwardFiles(s.DownwardAPI.Items)
	}
	if s.Projected != nil {
		projected(s.Projected)
	}
}

const hour int64 = 60 * 60 // in seconds: for how long a token is good

func projected(s *corev1.ProjectedVolumeSource) {
	point(&s.DefaultMode, corev1.ProjectedVolumeSourceDefaultMode)
	for i := range s.Sources {
		source := &s.Sources[i]
		if source.DownwardAPI != nil {
			downwardFiles(source.DownwardAPI.Items)
		}
		if source.ServiceAccountToken != nil {
			point(&source.ServiceAccountToken.ExpirationSeconds, hour)
		}
	}
}

func downwardFiles(files []corev1.DownwardAPIVolumeFile) {
	for i := range files {
		fieldOf(files[i].FieldRef)
	}
}

func hostPath(s *corev1.HostPathVolumeSource) {
	if s != nil {
		point(&s.Type, corev1.HostPathUnset)
	}
}

func azureDisk(s *corev1.AzureDiskVolumeSource) {
	if s == nil {
		return
	}
	point(&s.CachingMode, corev1.AzureDataDiskCachingReadWrite)
	point(&s.FSType, "ext4")
	point(&s.ReadOnly, false)
	point(&s.Kind, corev1.AzureSharedBlobDisk)
}

func rados(pool, user, keyring *string) {
	fill(pool, "rbd")
	fill(user, "admin")
	fill(keyring, "/etc/ceph/keyring")
}

func scaleIO(mode, filesystem *string) {
	fill(mode, "ThinProvisioned")
	fill(filesystem, "xfs")
}
