package podspec

import (
	"reflect"
	"slices"

	corev1 "k8s.io/api/core/v1"
	apivalidation "k8s.io/apimachinery/pkg/api/validation"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	metav1validation "k8s.io/apimachinery/pkg/apis/meta/v1/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"k8s.io/utils/ptr"

	"kubepath/chapters/17-controlplane/validate"
)

// validateCSIVolume: an ephemeral volume of a CSI driver, for this pod alone.
func validateCSIVolume(path *field.Path, v *corev1.Volume, _ *specValidator) field.ErrorList {
	path = path.Child("csi")
	errs := validate.CSIDriverName(path.Child("driver"), v.CSI.Driver)
	ref := v.CSI.NodePublishSecretRef
	switch {
	case ref == nil:
	case ref.Name == "":
		errs = append(errs, field.Required(path.Child("nodePublishSecretRef", "name"), ""))
	default:
		errs = append(errs, validate.ObjectName(path.Child("name"), ref.Name)...)
	}
	return errs
}

// validatePersistentVolumeClaimTemplate checks the template of a claim that is made for each pod: spec, labels, annotations.
func validatePersistentVolumeClaimTemplate(path *field.Path, t *corev1.PersistentVolumeClaimTemplate) field.ErrorList {
	errs := ValidateTemplateMetadata(path.Child("metadata"), &t.ObjectMeta)
	return append(errs, ValidatePersistentVolumeClaimSpec(path.Child("spec"), &t.Spec, ClaimOptions{})...)
}

// ValidateTemplateMetadata checks the metadata of a template: it has labels and annotations, and nothing else.
// Upstream: validation.ValidateTemplateObjectMeta.
func ValidateTemplateMetadata(path *field.Path, m *metav1.ObjectMeta) field.ErrorList {
	errs := apivalidation.ValidateAnnotations(m.Annotations, path.Child("annotations"))
	errs = append(errs, metav1validation.ValidateLabels(m.Labels, path.Child("labels"))...)
	for _, f := range []setField{
		{"name", m.Name != ""}, {"generateName", m.GenerateName != ""}, {"namespace", m.Namespace != ""}, {"selfLink", m.SelfLink != ""},
		{"uID", m.UID != ""}, {"resourceVersion", m.ResourceVersion != ""}, {"generation", m.Generation != 0},
		{"creationTimestamp", m.CreationTimestamp != metav1.Time{}}, {"deletionTimestamp", m.DeletionTimestamp != nil},
		{"deletionGracePeriodSeconds", m.DeletionGracePeriodSeconds != nil}, {"ownerReferences", m.OwnerReferences != nil},
		{"finalizers", m.Finalizers != nil}, {"managedFields", m.ManagedFields != nil},
	} {
		if f.set {
			errs = append(errs, field.Forbidden(path.Child(f.name), "cannot be set"))
		}
	}
	return errs
}

// ClaimOptions relax the validation where the stored claim breaks a newer rule. The zero value is for a new claim.
// Upstream: validation.PersistentVolumeClaimSpecValidationOptions.
type ClaimOptions struct {
	AnySelectorValue bool // selector values that are no valid label values
	AnyGroup         bool // a data source whose apiGroup is no DNS subdomain
}

// OptionsForClaim returns the options for an update of old; nil: for a create.
// Upstream: validation.ValidationOptionsForPersistentVolumeClaim.
func OptionsForClaim(old *corev1.PersistentVolumeClaim) ClaimOptions {
	if old == nil {
		return ClaimOptions{}
	}
	s := &old.Spec
	return ClaimOptions{
		AnySelectorValue: len(metav1validation.ValidateLabelSelector(s.Selector, strictLabels, nil)) > 0,
		AnyGroup:         s.DataSource != nil && s.DataSource.APIGroup != nil || s.DataSourceRef != nil && s.DataSourceRef.APIGroup != nil,
	}
}

// ValidatePersistentVolumeClaimSpec checks the spec of a claim, or of a claim template.
// Upstream: validation.ValidatePersistentVolumeClaimSpec.
func ValidatePersistentVolumeClaimSpec(path *field.Path, c *corev1.PersistentVolumeClaimSpec, o ClaimOptions) field.ErrorList {
	var errs field.ErrorList
	if len(c.AccessModes) == 0 {
		errs = append(errs, field.Required(path.Child("accessModes"), "at least 1 access mode is required"))
	}
	if c.Selector != nil {
		options := metav1validation.LabelSelectorValidationOptions{AllowInvalidLabelValueInSelector: o.AnySelectorValue}
		errs = append(errs, metav1validation.ValidateLabelSelector(c.Selector, options, path.Child("selector"))...)
	}
	errs = append(errs, ValidateAccessModes(path.Child("accessModes"), c.AccessModes)...)
	errs = append(errs, validateStorageRequest(path.Child("resources").Key("storage"), c.Resources.Requests)...)
	if class := ptr.Deref(c.StorageClassName, ""); class != "" {
		errs = append(errs, validate.ObjectName(path.Child("storageClassName"), class)...)
	}
	errs = append(errs, ValidateVolumeMode(path.Child("volumeMode"), c.VolumeMode)...)
	errs = append(errs, validateDataSources(path, c, o.AnyGroup)...)
	if class := ptr.Deref(c.VolumeAttributesClassName, ""); class != "" {
		errs = append(errs, validate.ObjectName(path.Child("volumeAttributesClassName"), class)...)
	}
	return errs
}

// accessModes are all access modes, in the order in which messages list them.
var accessModes = []corev1.PersistentVolumeAccessMode{
	corev1.ReadOnlyMany, corev1.ReadWriteMany, corev1.ReadWriteOnce, corev1.ReadWriteOncePod,
}

// ValidateAccessModes checks the modes of a volume or a claim.
func ValidateAccessModes(path *field.Path, modes []corev1.PersistentVolumeAccessMode) field.ErrorList {
	var errs field.ErrorList
	alone, others := false, false
	for _, mode := range modes {
		errs = append(errs, validate.Supported(path, mode, accessModes...)...)
		alone = alone || mode == corev1.ReadWriteOncePod
		others = others || mode != corev1.ReadWriteOncePod && slices.Contains(accessModes, mode)
	}
	if alone && others {
		errs = append(errs, field.Forbidden(path, "may not use ReadWriteOncePod with other access modes"))
	}
	return errs
}

// ValidateVolumeMode checks the mode of a volume or a claim; nil is valid.
func ValidateVolumeMode(path *field.Path, mode *corev1.PersistentVolumeMode) field.ErrorList {
	if mode == nil {
		return nil
	}
	return validate.Supported(path, *mode, corev1.PersistentVolumeBlock, corev1.PersistentVolumeFilesystem)
}

func validateStorageRequest(path *field.Path, requests corev1.ResourceList) field.ErrorList {
	size, ok := requests[corev1.ResourceStorage]
	if !ok {
		return field.ErrorList{field.Required(path, "")}
	}
	return validate.PositiveQuantity(path, size)
}

// validateDataSources checks dataSource and the newer dataSourceRef; where both are set they are equal.
func validateDataSources(path *field.Path, c *corev1.PersistentVolumeClaimSpec, anyGroup bool) field.ErrorList {
	var errs field.ErrorList
	old, ref := c.DataSource, c.DataSourceRef
	if old != nil {
		local := corev1.TypedObjectReference{APIGroup: old.APIGroup, Kind: old.Kind, Name: old.Name}
		errs = append(errs, validateDataSource(path.Child("dataSource"), local, anyGroup)...)
	}
	if ref != nil {
		errs = append(errs, validateDataSource(path.Child("dataSourceRef"), *ref, anyGroup)...)
	}
	switch {
	case old == nil || ref == nil:
	case ptr.Deref(ref.Namespace, "") != "":
		errs = append(errs, field.Invalid(path, path.Child("dataSource"), "may not be specified when dataSourceRef.namespace is specified"))
	case !reflect.DeepEqual(old.APIGroup, ref.APIGroup) || old.Kind != ref.Kind || old.Name != ref.Name:
		errs = append(errs, field.Invalid(path, path.Child("dataSource"), "must match dataSourceRef"))
	}
	return errs
}

func validateDataSource(path *field.Path, r corev1.TypedObjectReference, anyGroup bool) field.ErrorList {
	errs := validate.Required(path.Child("name"), r.Name)
	errs = append(errs, validate.Required(path.Child("kind"), r.Kind)...)
	group := ptr.Deref(r.APIGroup, "")
	if group == "" && r.Kind != "PersistentVolumeClaim" {
		errs = append(errs, field.Invalid(path, r.Kind, "must be 'PersistentVolumeClaim' when referencing the default apiGroup"))
	}
	if group != "" && !anyGroup {
		errs = append(errs, validate.DNS1123Subdomain(path.Child("apiGroup"), group)...)
	}
	if ns := ptr.Deref(r.Namespace, ""); ns != "" {
		errs = append(errs, validate.Invalid(path.Child("namespace"), ns, apivalidation.ValidateNamespaceName(ns, false))...)
	}
	return errs
}
