package cluster

import (
	"context"
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"kubepath/chapters/17-controlplane/resource"
)

// validateClaimUpdate: a claim is what somebody may have; changed later, it would go around quotas.
// Upstream: ValidatePersistentVolumeClaimUpdate.
func validateClaimUpdate(_ context.Context, c, old *corev1.PersistentVolumeClaim) field.ErrorList {
	var found field.ErrorList
	now, before := c.Spec.DeepCopy(), old.Spec.DeepCopy()
	if before.VolumeName == "" {
		before.VolumeName = now.VolumeName // binding, once
	}
	beta, wasBeta := old.Annotations[corev1.BetaStorageClassAnnotation]
	nowBeta, isBeta := c.Annotations[corev1.BetaStorageClassAnnotation]
	added := before.StorageClassName == nil && now.StorageClassName != nil && (!wasBeta || *now.StorageClassName == beta)
	if upgraded := added && wasBeta && (!isBeta || nowBeta == beta); !upgraded && nowBeta != beta {
		found = append(found, field.Invalid(field.NewPath("metadata", "annotations", corev1.BetaStorageClassAnnotation), nowBeta,
			"field is immutable"))
	}
	if added {
		now.StorageClassName = nil
	}
	if c.Status.Phase == corev1.ClaimBound {
		if now.Resources.Requests != nil {
			now.Resources.Requests[corev1.ResourceStorage] = before.Resources.Requests[corev1.ResourceStorage]
		}
		now.VolumeAttributesClassName = before.VolumeAttributesClassName
	}
	if !equality.Semantic.DeepEqual(now, before) {
		found = append(found, field.Forbidden(field.NewPath("spec"), "spec is immutable after creation except resources.requests and "+
			"volumeAttributesClassName for bound claims\n"+resource.Diff(*before, *now)))
	}
	found = append(found, validateShrinking(c, old)...)
	found = append(found, unchanged(field.NewPath("volumeMode"), c.Spec.VolumeMode, old.Spec.VolumeMode)...)
	return append(found, validateAttributesChange(c, old)...)
}

// validateShrinking: what is requested may become smaller where it was never given.
func validateShrinking(c, old *corev1.PersistentVolumeClaim) field.ErrorList {
	size, before, given := c.Spec.Resources.Requests[corev1.ResourceStorage], old.Spec.Resources.Requests[corev1.ResourceStorage],
		old.Status.Capacity[corev1.ResourceStorage]
	if size.Cmp(before) >= 0 || size.Cmp(given) > 0 {
		return nil
	}
	return field.ErrorList{field.Forbidden(field.NewPath("spec", "resources", "requests", "storage"), "field can not be less than status.capacity")}
}

// validateAttributesChange: a class that is in effect can be replaced, not taken away.
func validateAttributesChange(c, old *corev1.PersistentVolumeClaim) field.ErrorList {
	class := c.Spec.VolumeAttributesClassName
	if equality.Semantic.DeepEqual(class, old.Spec.VolumeAttributesClassName) || old.Status.CurrentVolumeAttributesClassName == nil {
		return nil
	}
	at := field.NewPath("spec", "volumeAttributesClassName")
	switch {
	case class == nil:
		return field.ErrorList{field.Forbidden(at, "update to nil is forbidden when status.currentVolumeAttributesClassName is not nil")}
	case *class == "":
		return field.ErrorList{field.Forbidden(at, "update to empty string is forbidden when status.currentVolumeAttributesClassName is not nil")}
	}
	return nil
}

var resizeStates = []corev1.ClaimResourceStatus{
	corev1.PersistentVolumeClaimControllerResizeInProgress, corev1.PersistentVolumeClaimControllerResizeInfeasible,
	corev1.PersistentVolumeClaimNodeResizeInProgress, corev1.PersistentVolumeClaimNodeResizeInfeasible,
	corev1.PersistentVolumeClaimNodeResizePending,
}

// validateClaimStatus is upstream's ValidatePersistentVolumeClaimStatusUpdate.
func validateClaimStatus(_ context.Context, c, _ *corev1.PersistentVolumeClaim) field.ErrorList {
	found := required(field.NewPath("resourceVersion"), c.ResourceVersion)
	if len(c.Spec.AccessModes) == 0 {
		found = append(found, field.Required(field.NewPath("Spec", "accessModes"), ""))
	}
	status := field.NewPath("status")
	for _, name := range sorted(c.Status.Capacity) {
		found = append(found, validateAmount(status.Child("capacity").Key(string(name)), c.Status.Capacity[name])...)
	}
	states := status.Child("allocatedResourceStatuses")
	for _, name := range sorted(c.Status.AllocatedResourceStatuses) {
		found = append(found, validateClaimResource(states, name)...)
		if !slices.Contains(resizeStates, c.Status.AllocatedResourceStatuses[name]) {
			found = append(found, field.NotSupported(states, name, resizeStates))
		}
	}
	allocated := status.Child("allocatedResources")
	for _, name := range sorted(c.Status.AllocatedResources) {
		size, unknown := c.Status.AllocatedResources[name], validateClaimResource(allocated, name)
		switch bad := validateAmount(allocated.Key(string(name)), size); {
		case len(unknown) > 0:
			found = append(found, unknown...)
		case len(bad) > 0:
			found = append(found, bad...)
		default:
			found = append(found, validateQuantity(allocated.Key(string(name)), corev1.ResourceStorage, size)...)
		}
	}
	return found
}

// validateClaimResource: of Kubernetes' own resources, claims are about storage.
func validateClaimResource(at *field.Path, name corev1.ResourceName) field.ErrorList {
	if found := isQualified(at, string(name)); len(found) > 0 {
		return found
	}
	if isNative(name) && name != corev1.ResourceStorage {
		return field.ErrorList{field.NotSupported(at, string(name), []corev1.ResourceName{corev1.ResourceStorage})}
	}
	return nil
}
