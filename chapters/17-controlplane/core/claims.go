package core

import (
	"reflect"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	apivalidation "k8s.io/apimachinery/pkg/api/validation"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	metav1validation "k8s.io/apimachinery/pkg/apis/meta/v1/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// csi is a volume that a driver makes for this pod alone.
func csi(_ *specCheck, v *corev1.Volume, path *field.Path) faults {
	path = path.Child("csi")
	found := ValidateCSIDriverName(v.CSI.Driver, path.Child("driver"))
	ref := v.CSI.NodePublishSecretRef
	switch {
	case ref == nil:
	case ref.Name == "":
		found = append(found, field.Required(path.Child("nodePublishSecretRef", "name"), ""))
	default:
		found = append(found, isObjectName(path.Child("name"), ref.Name)...)
	}
	return found
}

// ValidateCSIDriverName checks the name of a driver, which may have capitals.
// Upstream: validation.ValidateCSIDriverName.
func ValidateCSIDriverName(name string, path *field.Path) field.ErrorList {
	if name == "" {
		return faults{field.Required(path, "")}
	}
	var found faults
	if len(name) > 63 {
		found = append(found, field.TooLong(path, "", 63))
	}
	for _, bad := range isSubdomain(path, strings.ToLower(name)) {
		found = append(found, field.Invalid(path, name, bad.Detail))
	}
	return found
}

// claimTemplate is a claim that is made for each pod: a spec, labels and annotations.
func claimTemplate(t *corev1.PersistentVolumeClaimTemplate, path *field.Path) faults {
	found := apivalidation.ValidateAnnotations(t.Annotations, path.Child("metadata", "annotations"))
	found = append(found, metav1validation.ValidateLabels(t.Labels, path.Child("metadata", "labels"))...)
	m := t.ObjectMeta
	for _, f := range []setField{
		{"name", m.Name != ""}, {"generateName", m.GenerateName != ""}, {"namespace", m.Namespace != ""}, {"uid", m.UID != ""},
		{"resourceVersion", m.ResourceVersion != ""}, {"generation", m.Generation != 0}, {"selfLink", m.SelfLink != ""},
		{"creationTimestamp", m.CreationTimestamp != metav1.Time{}}, {"deletionTimestamp", m.DeletionTimestamp != nil},
		{"deletionGracePeriodSeconds", m.DeletionGracePeriodSeconds != nil}, {"ownerReferences", m.OwnerReferences != nil},
		{"finalizers", m.Finalizers != nil}, {"managedFields", m.ManagedFields != nil},
	} {
		if f.set {
			found = append(found, field.Forbidden(path.Child("metadata", f.name), "cannot be set"))
		}
	}
	return append(found, ValidatePersistentVolumeClaimSpec(&t.Spec, path.Child("spec"))...)
}

// accessModes are those of a volume.
var accessModes = []corev1.PersistentVolumeAccessMode{
	corev1.ReadOnlyMany, corev1.ReadWriteMany, corev1.ReadWriteOnce, corev1.ReadWriteOncePod,
}

// ValidatePersistentVolumeClaimSpec checks what a claim asks for. Upstream: validation.ValidatePersistentVolumeClaimSpec.
func ValidatePersistentVolumeClaimSpec(c *corev1.PersistentVolumeClaimSpec, path *field.Path) field.ErrorList {
	found := claimModes(c.AccessModes, path.Child("accessModes"))
	if c.Selector != nil {
		found = append(found, metav1validation.ValidateLabelSelector(c.Selector, strictLabels, path.Child("selector"))...)
	}
	at := path.Child("resources").Key("storage")
	if size, ok := c.Resources.Requests[corev1.ResourceStorage]; !ok {
		found = append(found, field.Required(at, ""))
	} else if size.Sign() <= 0 {
		found = append(found, field.Invalid(at, size.String(), "must be greater than zero"))
	}
	if class := deref(c.StorageClassName, ""); class != "" {
		found = append(found, isObjectName(path.Child("storageClassName"), class)...)
	}
	if m := c.VolumeMode; m != nil {
		found = append(found, among(path.Child("volumeMode"), *m, corev1.PersistentVolumeBlock, corev1.PersistentVolumeFilesystem)...)
	}
	found = append(found, dataSources(c, path)...)
	if class := deref(c.VolumeAttributesClassName, ""); class != "" {
		found = append(found, isObjectName(path.Child("volumeAttributesClassName"), class)...)
	}
	return found
}

func claimModes(modes []corev1.PersistentVolumeAccessMode, path *field.Path) faults {
	if len(modes) == 0 {
		return faults{field.Required(path, "at least 1 access mode is required")}
	}
	var found faults
	alone, others := false, false
	for _, mode := range modes {
		found = append(found, among(path, mode, accessModes...)...)
		alone = alone || mode == corev1.ReadWriteOncePod
		others = others || mode != corev1.ReadWriteOncePod && slices.Contains(accessModes, mode)
	}
	if alone && others {
		found = append(found, field.Forbidden(path, "may not use ReadWriteOncePod with other access modes"))
	}
	return found
}

// dataSources: what the volume is filled with, in the older field, the newer one, or the same in both.
func dataSources(c *corev1.PersistentVolumeClaimSpec, path *field.Path) faults {
	var found faults
	old, ref := c.DataSource, c.DataSourceRef
	if old != nil {
		found = append(found, dataSource(corev1.TypedObjectReference{APIGroup: old.APIGroup, Kind: old.Kind, Name: old.Name}, path.Child("dataSource"))...)
	}
	if ref != nil {
		found = append(found, dataSource(*ref, path.Child("dataSourceRef"))...)
	}
	switch {
	case old == nil || ref == nil:
	case deref(ref.Namespace, "") != "":
		found = append(found, field.Invalid(path, path.Child("dataSource"), "may not be specified when dataSourceRef.namespace is specified"))
	case !reflect.DeepEqual(old.APIGroup, ref.APIGroup) || old.Kind != ref.Kind || old.Name != ref.Name:
		found = append(found, field.Invalid(path, path.Child("dataSource"), "must match dataSourceRef"))
	}
	return found
}

func dataSource(r corev1.TypedObjectReference, path *field.Path) faults {
	found := required(path.Child("name"), r.Name)
	found = append(found, required(path.Child("kind"), r.Kind)...)
	if group := deref(r.APIGroup, ""); group != "" {
		found = append(found, isSubdomain(path.Child("apiGroup"), group)...)
	} else if r.Kind != "PersistentVolumeClaim" {
		found = append(found, field.Invalid(path, r.Kind, "must be 'PersistentVolumeClaim' when referencing the default apiGroup"))
	}
	if ns := deref(r.Namespace, ""); ns != "" {
		found = append(found, wrong(path.Child("namespace"), ns, apivalidation.ValidateNamespaceName(ns, false))...)
	}
	return found
}
