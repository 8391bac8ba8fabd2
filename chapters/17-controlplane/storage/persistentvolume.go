package storage

import (
	"context"
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"k8s.io/utils/ptr"

	rest "kubepath/chapters/04-rest"
	registry "kubepath/chapters/06-registry"
	"kubepath/chapters/17-controlplane/podspec"
	"kubepath/chapters/17-controlplane/resource"
	"kubepath/chapters/17-controlplane/validate"
)

// volumeStrategy: a volume has exactly one source, which is immutable. Upstream: pkg/registry/core/persistentvolume.
var volumeStrategy = resource.SpecStatus[corev1.PersistentVolume, *corev1.PersistentVolume]{
	Strategy:     registry.ClusterScoped{},
	NoGeneration: true,
	Spec:         func(v *corev1.PersistentVolume) any { return &v.Spec },
	Status:       func(v *corev1.PersistentVolume) any { return &v.Status },
	PrepareFunc:  beginPending,
	ValidateFunc: func(_ context.Context, v *corev1.PersistentVolume) field.ErrorList {
		return append(validateVolume(v), validateMountOptions(v)...)
	},
	ValidateUpdateFunc: validateVolumeUpdate,
	WarningsFunc:       func(_ context.Context, v *corev1.PersistentVolume) []string { return volumeWarnings(v) },
}

// beginPending sets the phase of a new volume to Pending. A stored volume has a phase already.
func beginPending(v *corev1.PersistentVolume) {
	if v.Status.Phase == "" {
		now := metav1.Now()
		v.Status = corev1.PersistentVolumeStatus{Phase: corev1.VolumePending, LastPhaseTransitionTime: &now}
	}
}

// volumeStatus is the strategy of the status; it records when the phase changed.
type volumeStatus struct {
	resource.SpecStatus[corev1.PersistentVolume, *corev1.PersistentVolume]
}

func (volumeStatus) PrepareForUpdate(_ context.Context, obj, old runtime.Object) {
	v, before := obj.(*corev1.PersistentVolume), old.(*corev1.PersistentVolume)
	v.Spec = before.Spec
	now, was := &v.Status, before.Status
	switch {
	case now.Phase == was.Phase && now.LastPhaseTransitionTime == nil:
		now.LastPhaseTransitionTime = was.LastPhaseTransitionTime
	case now.Phase != was.Phase && (now.LastPhaseTransitionTime == nil || now.LastPhaseTransitionTime.Equal(was.LastPhaseTransitionTime)):
		at := metav1.Now()
		now.LastPhaseTransitionTime = &at
	}
}

// GetResetFields returns the fields that PrepareForUpdate resets.
func (volumeStatus) GetResetFields() rest.ResetFields { return rest.ResetFields{{"spec"}} }

func (volumeStatus) ValidateUpdate(_ context.Context, obj, _ runtime.Object) field.ErrorList {
	return validate.Required(field.NewPath("resourceVersion"), obj.(*corev1.PersistentVolume).ResourceVersion)
}

func (volumeStatus) WarningsOnUpdate(context.Context, runtime.Object, runtime.Object) []string {
	return nil
}

// validateVolume is upstream's ValidatePersistentVolumeSpec.
func validateVolume(v *corev1.PersistentVolume) field.ErrorList {
	spec, path := &v.Spec, field.NewPath("spec")
	errs := validateModes(path.Child("accessModes"), spec.AccessModes)
	errs = append(errs, validateCapacity(path.Child("capacity"), spec.Capacity)...)
	if policy := spec.PersistentVolumeReclaimPolicy; policy != "" {
		errs = append(errs, validate.Supported(path.Child("persistentVolumeReclaimPolicy"), policy, corev1.PersistentVolumeReclaimDelete,
			corev1.PersistentVolumeReclaimRecycle, corev1.PersistentVolumeReclaimRetain)...)
	}
	if spec.NodeAffinity != nil {
		errs = append(errs, validateVolumeAffinity(path.Child("nodeAffinity"), spec.NodeAffinity)...)
	}
	errs = append(errs, validateSources(path, spec)...)
	if spec.StorageClassName != "" {
		errs = append(errs, validate.ObjectName(path.Child("storageClassName"), spec.StorageClassName)...)
	}
	errs = append(errs, podspec.ValidateVolumeMode(path.Child("volumeMode"), spec.VolumeMode)...)
	return append(errs, validateAttributesClass(path, spec)...)
}

// validateInlineVolume checks a volume spec inside a VolumeAttachment: its source is CSI, and claimRef, capacity and
// class are forbidden.
func validateInlineVolume(path *field.Path, spec *corev1.PersistentVolumeSpec) field.ErrorList {
	const inline = " in the context of inline volumes"
	var errs field.ErrorList
	forbid := func(broken bool, name, text string) {
		if broken {
			errs = append(errs, field.Forbidden(path.Child(name), text+inline))
		}
	}
	const notAtAll = "may not be specified"
	forbid(spec.ClaimRef != nil, "claimRef", notAtAll)
	forbid(len(spec.Capacity) != 0, "capacity", notAtAll)
	if spec.CSI == nil {
		errs = append(errs, field.Required(path.Child("csi"), "has to be specified"+inline))
	}
	errs = append(errs, validateModes(path.Child("accessModes"), spec.AccessModes)...)
	policy := spec.PersistentVolumeReclaimPolicy
	forbid(policy != "" && policy != corev1.PersistentVolumeReclaimRetain, "persistentVolumeReclaimPolicy", "may only be Retain")
	forbid(spec.NodeAffinity != nil, "nodeAffinity", notAtAll)
	errs = append(errs, validateSources(path, spec)...)
	forbid(spec.StorageClassName != "", "storageClassName", notAtAll)
	forbid(ptr.Deref(spec.VolumeMode, corev1.PersistentVolumeFilesystem) != corev1.PersistentVolumeFilesystem, "volumeMode",
		"may not specify volumeMode other than Filesystem")
	return append(errs, validateAttributesClass(path, spec)...)
}

func validateModes(path *field.Path, modes []corev1.PersistentVolumeAccessMode) field.ErrorList {
	var errs field.ErrorList
	if len(modes) == 0 {
		errs = append(errs, field.Required(path, ""))
	}
	return append(errs, podspec.ValidateAccessModes(path, modes)...)
}

func validateAttributesClass(path *field.Path, spec *corev1.PersistentVolumeSpec) field.ErrorList {
	if spec.VolumeAttributesClassName == nil {
		return nil
	}
	var errs field.ErrorList
	name, class := *spec.VolumeAttributesClassName, path.Child("volumeAttributesClassName")
	if name == "" {
		errs = append(errs, field.Required(class, "an empty string is disallowed"))
	} else {
		errs = append(errs, validate.ObjectName(class, name)...)
	}
	if spec.CSI == nil {
		errs = append(errs, field.Required(path.Child("csi"), "has to be specified when using volumeAttributesClassName"))
	}
	return errs
}

// validateCapacity: storage is the only resource, and it is positive.
func validateCapacity(path *field.Path, capacity corev1.ResourceList) field.ErrorList {
	var errs field.ErrorList
	if len(capacity) == 0 {
		errs = append(errs, field.Required(path, ""))
	}
	if !validate.HasResource(capacity, corev1.ResourceStorage) || len(capacity) > 1 {
		errs = append(errs, field.NotSupported(path, capacity, []corev1.ResourceName{corev1.ResourceStorage}))
	}
	for _, name := range validate.SortedKeys(capacity) {
		errs = append(errs, validate.NonNegativeQuantity(path.Key(string(name)), capacity[name])...)
		errs = append(errs, validate.PositiveQuantity(path.Key(string(name)), capacity[name])...)
	}
	return errs
}

// validateVolumeUpdate validates the new volume a second time, as upstream does, so that each cause is listed twice.
// Upstream: ValidatePersistentVolumeUpdate.
func validateVolumeUpdate(_ context.Context, v, old *corev1.PersistentVolume) field.ErrorList {
	errs := validateVolume(v)
	source, before := v.Spec.PersistentVolumeSource.DeepCopy(), &old.Spec.PersistentVolumeSource
	if source.CSI != nil && before.CSI != nil && before.CSI.ControllerExpandSecretRef == nil {
		source.CSI.ControllerExpandSecretRef = nil // an update may add it
	}
	spec := field.NewPath("spec")
	if !equality.Semantic.DeepEqual(source, before) {
		errs = append(errs, field.Forbidden(spec.Child("persistentvolumesource"),
			"spec.persistentvolumesource is immutable after creation\n"+resource.Diff(*before, *source)))
	}
	errs = append(errs, validate.Immutable(field.NewPath("volumeMode"), v.Spec.VolumeMode, old.Spec.VolumeMode)...)
	if old.Spec.NodeAffinity != nil && !equality.Semantic.DeepEqual(v.Spec.NodeAffinity, old.Spec.NodeAffinity) {
		errs = append(errs, field.Invalid(field.NewPath("nodeAffinity"), v.Spec.NodeAffinity,
			"field is immutable, except for updating from beta label to GA"))
	}
	if old.Spec.VolumeAttributesClassName != nil && v.Spec.VolumeAttributesClassName == nil {
		errs = append(errs, field.Forbidden(spec.Child("volumeAttributesClassName"), "update from non-nil value to nil is forbidden"))
	}
	return errs
}

// volumeColumns are the columns of kubectl get pv. Upstream: printPersistentVolume.
var volumeColumns = resource.Table[corev1.PersistentVolume, *corev1.PersistentVolume]{
	Columns: []resource.Column{
		resource.NameColumn(),
		resource.FieldColumn("Capacity", corev1.PersistentVolumeSpec{}, "capacity"),
		resource.FieldColumn("Access Modes", corev1.PersistentVolumeSpec{}, "accessModes"),
		resource.FieldColumn("Reclaim Policy", corev1.PersistentVolumeSpec{}, "persistentVolumeReclaimPolicy"),
		resource.FieldColumn("Status", corev1.PersistentVolumeStatus{}, "phase"),
		resource.FieldColumn("Claim", corev1.PersistentVolumeSpec{}, "claimRef"),
		{Name: "StorageClass", Description: "StorageClass of the pv"},
		{Name: "VolumeAttributesClass", Description: "VolumeAttributesClass of the pv"},
		resource.FieldColumn("Reason", corev1.PersistentVolumeStatus{}, "reason"),
		resource.AgeColumn(),
		resource.Wide(resource.FieldColumn("VolumeMode", corev1.PersistentVolumeSpec{}, "volumeMode")),
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
			ptr.Deref(v.Spec.VolumeAttributesClassName, resource.Unset), v.Status.Reason, resource.AgeOf(v), string(ptr.Deref(v.Spec.VolumeMode, resource.Unset)),
		}
	},
}

// claimColumns are the columns of kubectl get pvc. Upstream: printPersistentVolumeClaim.
var claimColumns = resource.Table[corev1.PersistentVolumeClaim, *corev1.PersistentVolumeClaim]{
	Columns: []resource.Column{
		resource.NameColumn(),
		resource.FieldColumn("Status", corev1.PersistentVolumeClaimStatus{}, "phase"),
		resource.FieldColumn("Volume", corev1.PersistentVolumeClaimSpec{}, "volumeName"),
		resource.FieldColumn("Capacity", corev1.PersistentVolumeClaimStatus{}, "capacity"),
		resource.FieldColumn("Access Modes", corev1.PersistentVolumeClaimStatus{}, "accessModes"),
		{Name: "StorageClass", Description: "StorageClass of the pvc"},
		{Name: "VolumeAttributesClass", Description: "VolumeAttributesClass of the pvc"},
		resource.AgeColumn(),
		resource.Wide(resource.FieldColumn("VolumeMode", corev1.PersistentVolumeClaimSpec{}, "volumeMode")),
	},
	Cells: func(c *corev1.PersistentVolumeClaim) []any {
		capacity, modes := "", ""
		if c.Spec.VolumeName != "" {
			size := c.Status.Capacity[corev1.ResourceStorage]
			capacity, modes = size.String(), modesCell(c.Status.AccessModes)
		}
		return []any{
			c.Name, phaseCell(c.ObjectMeta, string(c.Status.Phase)), c.Spec.VolumeName, capacity, modes,
			classCell(c.ObjectMeta, ptr.Deref(c.Spec.StorageClassName, "")), ptr.Deref(c.Spec.VolumeAttributesClassName, resource.Unset),
			resource.AgeOf(c), string(ptr.Deref(c.Spec.VolumeMode, resource.Unset)),
		}
	},
}

// phaseCell returns the phase, or Terminating if the object is being deleted.
func phaseCell(m metav1.ObjectMeta, phase string) string {
	if m.DeletionTimestamp != nil {
		return "Terminating"
	}
	return phase
}

// classCell returns the name of the class. The annotation, which is older than the field, takes precedence.
func classCell(m metav1.ObjectMeta, class string) string {
	if old, ok := m.Annotations[corev1.BetaStorageClassAnnotation]; ok {
		return old
	}
	return class
}

// The code that volumes and claims share.

// modesCell returns abbreviated access modes in a fixed order. Upstream: GetAccessModesAsString.
func modesCell(modes []corev1.PersistentVolumeAccessMode) string {
	cell := ""
	for _, m := range []struct {
		mode  corev1.PersistentVolumeAccessMode
		short string
	}{
		{corev1.ReadWriteOnce, "RWO"}, {corev1.ReadOnlyMany, "ROX"}, {corev1.ReadWriteMany, "RWX"}, {corev1.ReadWriteOncePod, "RWOP"},
	} {
		if slices.Contains(modes, m.mode) {
			if cell != "" {
				cell += ","
			}
			cell += m.short
		}
	}
	return cell
}

// validateVolumeAffinity checks the node selector of the nodes that can reach the volume.
func validateVolumeAffinity(path *field.Path, a *corev1.VolumeNodeAffinity) field.ErrorList {
	if a.Required == nil {
		return field.ErrorList{field.Required(path.Child("required"), "must specify required node constraints")}
	}
	return validate.NodeSelector(path.Child("required"), a.Required, false)
}
