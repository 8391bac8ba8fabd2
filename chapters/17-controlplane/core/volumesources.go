package core

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

type volume = corev1.VolumeSource

// sources are the kinds of volumes, in the order in which the first of several is found.
var sources = []source{
	{"emptyDir", func(v *volume) bool { return v.EmptyDir != nil }, emptyDir},
	{"hostPath", func(v *volume) bool { return v.HostPath != nil }, hostPath},
	{"gitRepo", func(v *volume) bool { return v.GitRepo != nil }, gitRepo},
	{"gcePersistentDisk", func(v *volume) bool { return v.GCEPersistentDisk != nil }, gcePersistentDisk},
	{"awsElasticBlockStore", func(v *volume) bool { return v.AWSElasticBlockStore != nil }, awsElasticBlockStore},
	{"secret", func(v *volume) bool { return v.Secret != nil }, secretFiles},
	{"nfs", func(v *volume) bool { return v.NFS != nil }, nfs},
	{"iscsi", func(v *volume) bool { return v.ISCSI != nil }, iscsi},
	{"glusterfs", func(v *volume) bool { return v.Glusterfs != nil }, needs("glusterfs", func(v *volume) []need {
		return []need{{"endpoints", v.Glusterfs.EndpointsName}, {"path", v.Glusterfs.Path}}
	})},
	{"flocker", func(v *volume) bool { return v.Flocker != nil }, flocker},
	{"persistentVolumeClaim", func(v *volume) bool { return v.PersistentVolumeClaim != nil },
		needs("persistentVolumeClaim", func(v *volume) []need {
			return []need{{"claimName", v.PersistentVolumeClaim.ClaimName}}
		})},
	{"rbd", func(v *volume) bool { return v.RBD != nil }, needs("rbd", func(v *volume) []need {
		return []need{{"monitors", first(v.RBD.CephMonitors)}, {"image", v.RBD.RBDImage}}
	})},
	{"cinder", func(v *volume) bool { return v.Cinder != nil }, needs("cinder", func(v *volume) []need {
		list := []need{{"volumeID", v.Cinder.VolumeID}}
		if v.Cinder.SecretRef != nil {
			list = append(list, need{"secretRef.name", v.Cinder.SecretRef.Name})
		}
		return list
	})},
	{"cephFS", func(v *volume) bool { return v.CephFS != nil }, needs("cephfs", func(v *volume) []need {
		return []need{{"monitors", first(v.CephFS.Monitors)}}
	})},
	{"quobyte", func(v *volume) bool { return v.Quobyte != nil }, quobyte},
	{"downwarAPI", func(v *volume) bool { return v.DownwardAPI != nil }, podFiles}, // upstream's spelling
	{"fc", func(v *volume) bool { return v.FC != nil }, fibreChannel},
	{"flexVolume", func(v *volume) bool { return v.FlexVolume != nil }, flexVolume},
	{"configMap", func(v *volume) bool { return v.ConfigMap != nil }, configFiles},
	{"azureFile", func(v *volume) bool { return v.AzureFile != nil }, needs("azureFile", func(v *volume) []need {
		return []need{{"secretName", v.AzureFile.SecretName}, {"shareName", v.AzureFile.ShareName}}
	})},
	{"vsphereVolume", func(v *volume) bool { return v.VsphereVolume != nil }, needs("vsphereVolume", func(v *volume) []need {
		return []need{{"volumePath", v.VsphereVolume.VolumePath}}
	})},
	{"photonPersistentDisk", func(v *volume) bool { return v.PhotonPersistentDisk != nil },
		needs("photonPersistentDisk", func(v *volume) []need {
			return []need{{"pdID", v.PhotonPersistentDisk.PdID}}
		})},
	{"portworxVolume", func(v *volume) bool { return v.PortworxVolume != nil }, needs("portworxVolume", func(v *volume) []need {
		return []need{{"volumeID", v.PortworxVolume.VolumeID}}
	})},
	{"azureDisk", func(v *volume) bool { return v.AzureDisk != nil }, azureDisk},
	{"storageos", func(v *volume) bool { return v.StorageOS != nil }, storageOS},
	{"projected", func(v *volume) bool { return v.Projected != nil }, projected},
	{"scaleIO", func(v *volume) bool { return v.ScaleIO != nil }, needs("scaleIO", func(v *volume) []need {
		return []need{{"gateway", v.ScaleIO.Gateway}, {"system", v.ScaleIO.System}, {"volumeName", v.ScaleIO.VolumeName}}
	})},
	{"csi", func(v *volume) bool { return v.CSI != nil }, csi},
	{"ephemeral", func(v *volume) bool { return v.Ephemeral != nil }, claimMade},
	{"image", func(v *volume) bool { return v.Image != nil }, imageVolume},
}

// ValidateVolumeSource checks the one source that is set, as it is checked in a pod's volume that has no name.
func ValidateVolumeSource(v *corev1.VolumeSource, path *field.Path) field.ErrorList {
	for _, s := range sources {
		if s.set(v) {
			return s.check(&specCheck{spec: &corev1.PodSpec{}}, &corev1.Volume{VolumeSource: *v}, path)
		}
	}
	return nil
}

// need is a field that must not be empty.
type need struct{ field, value string }

// needs makes the check of a source of which nothing else is asked.
func needs(name string, of func(*volume) []need) func(*specCheck, *corev1.Volume, *field.Path) field.ErrorList {
	return func(_ *specCheck, v *corev1.Volume, path *field.Path) field.ErrorList {
		var found field.ErrorList
		for _, n := range of(&v.VolumeSource) {
			found = append(found, required(path.Child(name, n.field), n.value)...)
		}
		return found
	}
}

// first stands for a list that must not be empty.
func first(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return "set"
}
