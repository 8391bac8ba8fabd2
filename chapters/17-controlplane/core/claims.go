package core

import (
	"strings"

	corev1 "k8s.io/api/core/v1"
	apivalidation "k8s.io/apimachinery/pkg/api/validation"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	metav1validation "k8s.io/apimachinery/pkg/apis/meta/v1/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// csi is a volume that a driver makes for this pod alone.
func csi(_ *specCheck, v *corev1.Volume, path *field.Path) field.ErrorList {
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
		return field.ErrorList{field.Required(path, "")}
	}
	var found field.ErrorList
	if len(name) > 63 {
		found = append(found, field.TooLong(path, "", 63))
	}
	for _, bad := range isSubdomain(path, strings.ToLower(name)) {
		found = append(found, field.Invalid(path, name, bad.Detail))
	}
	return found
}

// claimTemplate is a claim that is made for each pod: a spec, labels and annotations.
func claimTemplate(t *corev1.PersistentVolumeClaimTemplate, path *field.Path) field.ErrorList {
	found := ValidateTemplateMetadata(&t.ObjectMeta, path.Child("metadata"))
	return append(found, ValidatePersistentVolumeClaimSpec(&t.Spec, path.Child("spec"), ClaimOptions{})...)
}

// ValidateTemplateMetadata checks the metadata of something that is made later: labels and annotations, and nothing else.
// Upstream: validation.ValidateTemplateObjectMeta.
func ValidateTemplateMetadata(m *metav1.ObjectMeta, path *field.Path) field.ErrorList {
	found := apivalidation.ValidateAnnotations(m.Annotations, path.Child("annotations"))
	found = append(found, metav1validation.ValidateLabels(m.Labels, path.Child("labels"))...)
	for _, f := range []setField{
		{"name", m.Name != ""}, {"generateName", m.GenerateName != ""}, {"namespace", m.Namespace != ""}, {"selfLink", m.SelfLink != ""},
		{"uID", m.UID != ""}, {"resourceVersion", m.ResourceVersion != ""}, {"generation", m.Generation != 0},
		{"creationTimestamp", m.CreationTimestamp != metav1.Time{}}, {"deletionTimestamp", m.DeletionTimestamp != nil},
		{"deletionGracePeriodSeconds", m.DeletionGracePeriodSeconds != nil}, {"ownerReferences", m.OwnerReferences != nil},
		{"finalizers", m.Finalizers != nil}, {"managedFields", m.ManagedFields != nil},
	} {
		if f.set {
			found = append(found, field.Forbidden(path.Child(f.name), "cannot be set"))
		}
	}
	return found
}
