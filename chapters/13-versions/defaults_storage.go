package versions

import (
	corev1 "k8s.io/api/core/v1"
	schedulingv1 "k8s.io/api/scheduling/v1"
	storagev1 "k8s.io/api/storage/v1"
)

// storageDefaults is storage.k8s.io/v1. Upstream: pkg/apis/storage/v1/defaults.go.
var storageDefaults = []defaulter{on(storageClass), on(csiDriver), on(volumeAttachment)}

func storageClass(c *storagev1.StorageClass) {
	point(&c.ReclaimPolicy, corev1.PersistentVolumeReclaimDelete)
	point(&c.VolumeBindingMode, storagev1.VolumeBindingImmediate)
}

func csiDriver(d *storagev1.CSIDriver) {
	point(&d.Spec.AttachRequired, true)
	point(&d.Spec.PodInfoOnMount, false)
	point(&d.Spec.StorageCapacity, false)
	point(&d.Spec.RequiresRepublish, false)
	point(&d.Spec.SELinuxMount, false)
	point(&d.Spec.FSGroupPolicy, storagev1.ReadWriteOnceWithFSTypeFSGroupPolicy)
	if len(d.Spec.VolumeLifecycleModes) == 0 {
		d.Spec.VolumeLifecycleModes = []storagev1.VolumeLifecycleMode{storagev1.VolumeLifecyclePersistent}
	}
}

func volumeAttachment(a *storagev1.VolumeAttachment) {
	if inline := a.Spec.Source.InlineVolumeSpec; inline != nil {
		persistentVolumeSpec(inline)
	}
}

// schedulingDefaults is scheduling.k8s.io/v1. Upstream: pkg/apis/scheduling/v1/defaults.go.
var schedulingDefaults = []defaulter{on(priorityClass)}

func priorityClass(c *schedulingv1.PriorityClass) {
	point(&c.PreemptionPolicy, corev1.PreemptLowerPriority)
}
