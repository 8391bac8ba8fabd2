package cluster

import (
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"kubepath/chapters/17-controlplane/resource"
)

// volumeColumns is what kubectl get pv shows. Upstream: printPersistentVolume.
var volumeColumns = resource.Table[corev1.PersistentVolume, *corev1.PersistentVolume]{
	Columns: []resource.Column{
		resource.NameColumn(),
		column("Capacity", corev1.PersistentVolumeSpec{}, "capacity"),
		column("Access Modes", corev1.PersistentVolumeSpec{}, "accessModes"),
		column("Reclaim Policy", corev1.PersistentVolumeSpec{}, "persistentVolumeReclaimPolicy"),
		column("Status", corev1.PersistentVolumeStatus{}, "phase"),
		column("Claim", corev1.PersistentVolumeSpec{}, "claimRef"),
		{Name: "StorageClass", Description: "StorageClass of the pv"},
		{Name: "VolumeAttributesClass", Description: "VolumeAttributesClass of the pv"},
		column("Reason", corev1.PersistentVolumeStatus{}, "reason"),
		resource.AgeColumn(),
		wide(column("VolumeMode", corev1.PersistentVolumeSpec{}, "volumeMode")),
	},
	Cells: func(v *corev1.PersistentVolume) []any {
		claim := ""
		if v.Spec.ClaimRef != nil {
			claim = v.Spec.ClaimRef.Namespace + "/" + v.Spec.ClaimRef.Name
		}
		size := v.Spec.Capacity[corev1.ResourceStorage]
		return []any{
			v.Name, size.String(), modesCell(v.Spec.AccessModes), string(v.Spec.PersistentVolumeReclaimPolicy),
			phaseCell(v.ObjectMeta, string(v.Status.Phase)), claim, classCell(v.ObjectMeta, v.Spec.StorageClassName),
			or(v.Spec.VolumeAttributesClassName, unset), v.Status.Reason, resource.AgeOf(v), string(or(v.Spec.VolumeMode, unset)),
		}
	},
}

// claimColumns is what kubectl get pvc shows. Upstream: printPersistentVolumeClaim.
var claimColumns = resource.Table[corev1.PersistentVolumeClaim, *corev1.PersistentVolumeClaim]{
	Columns: []resource.Column{
		resource.NameColumn(),
		column("Status", corev1.PersistentVolumeClaimStatus{}, "phase"),
		column("Volume", corev1.PersistentVolumeClaimSpec{}, "volumeName"),
		column("Capacity", corev1.PersistentVolumeClaimStatus{}, "capacity"),
		column("Access Modes", corev1.PersistentVolumeClaimStatus{}, "accessModes"),
		{Name: "StorageClass", Description: "StorageClass of the pvc"},
		{Name: "VolumeAttributesClass", Description: "VolumeAttributesClass of the pvc"},
		resource.AgeColumn(),
		wide(column("VolumeMode", corev1.PersistentVolumeClaimSpec{}, "volumeMode")),
	},
	Cells: func(c *corev1.PersistentVolumeClaim) []any {
		capacity, modes := "", ""
		if c.Spec.VolumeName != "" {
			size := c.Status.Capacity[corev1.ResourceStorage]
			capacity, modes = size.String(), modesCell(c.Status.AccessModes)
		}
		return []any{
			c.Name, phaseCell(c.ObjectMeta, string(c.Status.Phase)), c.Spec.VolumeName, capacity, modes,
			classCell(c.ObjectMeta, or(c.Spec.StorageClassName, "")), or(c.Spec.VolumeAttributesClassName, unset),
			resource.AgeOf(c), string(or(c.Spec.VolumeMode, unset)),
		}
	},
}

// phaseCell: what is being deleted is shown as that.
func phaseCell(m metav1.ObjectMeta, phase string) string {
	if m.DeletionTimestamp != nil {
		return "Terminating"
	}
	return phase
}

// classCell: an annotation was there before the field, and counts more.
func classCell(m metav1.ObjectMeta, class string) string {
	if old, ok := m.Annotations[corev1.BetaStorageClassAnnotation]; ok {
		return old
	}
	return class
}
