package storage

import (
	"context"
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"k8s.io/utils/ptr"

	registry "kubepath/chapters/06-registry"
	"kubepath/chapters/17-controlplane/podspec"
	"kubepath/chapters/17-controlplane/resource"
	"kubepath/chapters/17-controlplane/validate"
)

// claimStrategy: the spec of a claim is immutable, but the requested size of a bound claim can change.
// Upstream: pkg/registry/core/persistentvolumeclaim.
type claimStrategy struct {
	resource.SpecStatus[corev1.PersistentVolumeClaim, *corev1.PersistentVolumeClaim]
}

var claims = claimStrategy{resource.SpecStatus[corev1.PersistentVolumeClaim, *corev1.PersistentVolumeClaim]{
	Strategy:     registry.Namespaced{},
	NoGeneration: true,
	Spec:         func(c *corev1.PersistentVolumeClaim) any { return &c.Spec },
	Status:       func(c *corev1.PersistentVolumeClaim) any { return &c.Status },
	ValidateWithOldFunc: func(_ context.Context, c, old *corev1.PersistentVolumeClaim) field.ErrorList {
		return podspec.ValidatePersistentVolumeClaimSpec(field.NewPath("spec"), &c.Spec, podspec.OptionsForClaim(old))
	},
	ValidateUpdateFunc: validateClaimUpdate,
	WarningsFunc:       func(_ context.Context, c *corev1.PersistentVolumeClaim) []string { return claimWarnings(c) },
}}

func (s claimStrategy) PrepareForCreate(ctx context.Context, obj runtime.Object) {
	s.SpecStatus.PrepareForCreate(ctx, obj)
	c := obj.(*corev1.PersistentVolumeClaim)
	c.Status = corev1.PersistentVolumeClaimStatus{Phase: corev1.ClaimPending}
	dropForeignSource(&c.Spec, nil)
	alignSources(&c.Spec)
}

func (s claimStrategy) PrepareForUpdate(ctx context.Context, obj, old runtime.Object) {
	s.SpecStatus.PrepareForUpdate(ctx, obj, old)
	c := obj.(*corev1.PersistentVolumeClaim)
	dropForeignSource(&c.Spec, &old.(*corev1.PersistentVolumeClaim).Spec)
	alignSources(&c.Spec)
}

var claimStatus = claims.StatusStrategy(validateClaimStatus)

// readAligned fills in dataSource or dataSourceRef of claims that were stored with one of them.
func readAligned(s *registry.Store, _ *resource.Dependencies) {
	s.Decorator = func(obj runtime.Object) {
		if c, ok := obj.(*corev1.PersistentVolumeClaim); ok {
			alignSources(&c.Spec)
		}
	}
}

func claimWarnings(c *corev1.PersistentVolumeClaim) []string {
	var lines []string
	if annotated(c.Annotations, corev1.BetaStorageClassAnnotation) {
		lines = append(lines, `metadata.annotations[volume.beta.kubernetes.io/storage-class]: `+
			`deprecated since v1.8; use "storageClassName" attribute instead`)
	}
	for _, list := range []struct {
		name  string
		sizes corev1.ResourceList
	}{{"requests", c.Spec.Resources.Requests}, {"limits", c.Spec.Resources.Limits}} {
		if size := list.sizes[corev1.ResourceStorage]; size.MilliValue()%1000 != 0 {
			lines = append(lines, fmt.Sprintf("spec.resources.%s[storage]: fractional byte value %q is invalid, must be an integer",
				list.name, size.String()))
		}
	}
	return lines
}

// A claim has two fields for the initial content of its volume: dataSource, which is older, for claims and snapshots
// only, and dataSourceRef for objects of any kind. The server keeps them equal.

// dropForeignSource clears a dataSource of any other kind unless the stored claim has one, and a dataSourceRef with a
// namespace: the gate CrossNamespaceVolumeDataSource is off. Upstream: EnforceDataSourceBackwardsCompatibility and
// DropDisabledFields.
func dropForeignSource(spec, old *corev1.PersistentVolumeClaimSpec) {
	inUse := old != nil && old.DataSourceRef != nil
	if ref := spec.DataSourceRef; ref != nil && ptr.Deref(ref.Namespace, "") != "" && !inUse {
		spec.DataSourceRef = nil
	}
	if old != nil && (old.DataSource != nil || old.DataSourceRef != nil) || spec.DataSourceRef != nil || spec.DataSource == nil {
		return
	}
	group := ptr.Deref(spec.DataSource.APIGroup, "")
	claim := spec.DataSource.Kind == "PersistentVolumeClaim" && group == ""
	snapshot := spec.DataSource.Kind == "VolumeSnapshot" && group == "snapshot.storage.k8s.io"
	if !claim && !snapshot {
		spec.DataSource = nil
	}
}

// alignSources copies the field that is set to the other one. Upstream: NormalizeDataSources.
func alignSources(spec *corev1.PersistentVolumeClaimSpec) {
	old, ref := spec.DataSource, spec.DataSourceRef
	switch {
	case old != nil && ref == nil:
		spec.DataSourceRef = &corev1.TypedObjectReference{APIGroup: old.APIGroup, Kind: old.Kind, Name: old.Name}
	case ref != nil && old == nil && ptr.Deref(ref.Namespace, "") == "":
		spec.DataSource = &corev1.TypedLocalObjectReference{APIGroup: ref.APIGroup, Kind: ref.Kind, Name: ref.Name}
	}
}

// validateClaimUpdate: the spec is immutable, because a change could evade quotas; exceptions are the binding
// (volumeName), the class that an annotation named, and the size and volumeAttributesClassName of a bound claim.
// Upstream: ValidatePersistentVolumeClaimUpdate.
func validateClaimUpdate(_ context.Context, c, old *corev1.PersistentVolumeClaim) field.ErrorList {
	var errs field.ErrorList
	now, before := c.Spec.DeepCopy(), old.Spec.DeepCopy()
	if before.VolumeName == "" {
		before.VolumeName = now.VolumeName // a claim is bound once
	}
	beta, wasBeta := old.Annotations[corev1.BetaStorageClassAnnotation]
	nowBeta, isBeta := c.Annotations[corev1.BetaStorageClassAnnotation]
	added := before.StorageClassName == nil && now.StorageClassName != nil && (!wasBeta || *now.StorageClassName == beta)
	if upgraded := added && wasBeta && (!isBeta || nowBeta == beta); !upgraded && nowBeta != beta {
		errs = append(errs, field.Invalid(field.NewPath("metadata", "annotations", corev1.BetaStorageClassAnnotation), nowBeta,
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
		errs = append(errs, field.Forbidden(field.NewPath("spec"), "spec is immutable after creation except resources.requests and "+
			"volumeAttributesClassName for bound claims\n"+resource.Diff(*before, *now)))
	}
	errs = append(errs, validateShrinking(c, old)...)
	errs = append(errs, validate.Immutable(field.NewPath("volumeMode"), c.Spec.VolumeMode, old.Spec.VolumeMode)...)
	return append(errs, validateAttributesChange(c, old)...)
}

// validateShrinking: the request may shrink, but not to status.capacity or below.
func validateShrinking(c, old *corev1.PersistentVolumeClaim) field.ErrorList {
	size, before, given := c.Spec.Resources.Requests[corev1.ResourceStorage], old.Spec.Resources.Requests[corev1.ResourceStorage],
		old.Status.Capacity[corev1.ResourceStorage]
	if size.Cmp(before) >= 0 || size.Cmp(given) > 0 {
		return nil
	}
	return field.ErrorList{field.Forbidden(field.NewPath("spec", "resources", "requests", "storage"), "field can not be less than status.capacity")}
}

// validateAttributesChange: a class that is in effect can be replaced but not removed.
func validateAttributesChange(c, old *corev1.PersistentVolumeClaim) field.ErrorList {
	class := c.Spec.VolumeAttributesClassName
	if equality.Semantic.DeepEqual(class, old.Spec.VolumeAttributesClassName) || old.Status.CurrentVolumeAttributesClassName == nil {
		return nil
	}
	path := field.NewPath("spec", "volumeAttributesClassName")
	switch {
	case class == nil:
		return field.ErrorList{field.Forbidden(path, "update to nil is forbidden when status.currentVolumeAttributesClassName is not nil")}
	case *class == "":
		return field.ErrorList{field.Forbidden(path, "update to empty string is forbidden when status.currentVolumeAttributesClassName is not nil")}
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
	errs := validate.Required(field.NewPath("resourceVersion"), c.ResourceVersion)
	if len(c.Spec.AccessModes) == 0 {
		errs = append(errs, field.Required(field.NewPath("Spec", "accessModes"), ""))
	}
	status := field.NewPath("status")
	for _, name := range validate.SortedKeys(c.Status.Capacity) {
		errs = append(errs, validate.NonNegativeQuantity(status.Child("capacity").Key(string(name)), c.Status.Capacity[name])...)
	}
	states := status.Child("allocatedResourceStatuses")
	for _, name := range validate.SortedKeys(c.Status.AllocatedResourceStatuses) {
		errs = append(errs, validateClaimResource(states, name)...)
		if !slices.Contains(resizeStates, c.Status.AllocatedResourceStatuses[name]) {
			errs = append(errs, field.NotSupported(states, name, resizeStates))
		}
	}
	allocated := status.Child("allocatedResources")
	for _, name := range validate.SortedKeys(c.Status.AllocatedResources) {
		size, unknown := c.Status.AllocatedResources[name], validateClaimResource(allocated, name)
		switch bad := validate.NonNegativeQuantity(allocated.Key(string(name)), size); {
		case len(unknown) > 0:
			errs = append(errs, unknown...)
		case len(bad) > 0:
			errs = append(errs, bad...)
		default:
			errs = append(errs, validate.ResourceQuantity(allocated.Key(string(name)), corev1.ResourceStorage, size)...)
		}
	}
	return errs
}

// validateClaimResource: the only native resource of a claim is storage.
func validateClaimResource(path *field.Path, name corev1.ResourceName) field.ErrorList {
	if errs := validate.QualifiedName(path, string(name)); len(errs) > 0 {
		return errs
	}
	if validate.IsNativeResourceName(name) && name != corev1.ResourceStorage {
		return validate.Supported(path, name, corev1.ResourceStorage)
	}
	return nil
}
