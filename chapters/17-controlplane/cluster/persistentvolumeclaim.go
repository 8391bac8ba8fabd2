package cluster

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	metavalidation "k8s.io/apimachinery/pkg/apis/meta/v1/validation"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/validation/field"

	registry "kubepath/chapters/06-registry"
	"kubepath/chapters/17-controlplane/resource"
)

// claimStrategy: what is claimed stays, but for the size of a volume that is bound.
// Upstream: pkg/registry/core/persistentvolumeclaim.
type claimStrategy struct {
	resource.SpecStatus[corev1.PersistentVolumeClaim, *corev1.PersistentVolumeClaim]
}

var claims = claimStrategy{resource.SpecStatus[corev1.PersistentVolumeClaim, *corev1.PersistentVolumeClaim]{
	Strategy:  namespaced,
	Uncounted: true,
	Spec:      func(c *corev1.PersistentVolumeClaim) any { return &c.Spec },
	Status:    func(c *corev1.PersistentVolumeClaim) any { return &c.Status },
	CheckWith: func(_ context.Context, c, old *corev1.PersistentVolumeClaim) field.ErrorList {
		return ValidateClaimSpec(field.NewPath("spec"), &c.Spec, old)
	},
	CheckUpdate: validateClaimUpdate,
	Warn:        func(_ context.Context, c *corev1.PersistentVolumeClaim) []string { return claimWarnings(c) },
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

var claimStatus = claims.OfStatus(validateClaimStatus)

// readAligned shows old claims with both names of their source.
func readAligned(s *registry.Store, _ *resource.Parts) {
	s.Decorator = func(obj runtime.Object) {
		if c, ok := obj.(*corev1.PersistentVolumeClaim); ok {
			alignSources(&c.Spec)
		}
	}
}

// ValidateClaimSpec checks a claim's spec, also one in a template; old is the claim before the change, nil on a create.
// Upstream: ValidatePersistentVolumeClaimSpec.
func ValidateClaimSpec(at *field.Path, spec *corev1.PersistentVolumeClaimSpec, old *corev1.PersistentVolumeClaim) field.ErrorList {
	var found faults
	if len(spec.AccessModes) == 0 {
		found = append(found, field.Required(at.Child("accessModes"), "at least 1 access mode is required"))
	}
	if spec.Selector != nil {
		options := metavalidation.LabelSelectorValidationOptions{}
		if old != nil {
			options.AllowInvalidLabelValueInSelector = len(metavalidation.ValidateLabelSelector(old.Spec.Selector, options, nil)) > 0
		}
		found = append(found, metavalidation.ValidateLabelSelector(spec.Selector, options, at.Child("selector"))...)
	}
	found = append(found, validateAccessModes(at.Child("accessModes"), spec.AccessModes)...)
	found = append(found, validateClaimSize(at.Child("resources").Key("storage"), spec.Resources.Requests)...)
	if class := or(spec.StorageClassName, ""); class != "" {
		found = append(found, isObjectName(at.Child("storageClassName"), class)...)
	}
	found = append(found, validateVolumeMode(at.Child("volumeMode"), spec.VolumeMode)...)
	found = append(found, validateClaimSources(at, spec, old)...)
	if class := or(spec.VolumeAttributesClassName, ""); class != "" {
		found = append(found, isObjectName(at.Child("volumeAttributesClassName"), class)...)
	}
	return found
}

func validateClaimSize(at *field.Path, requests corev1.ResourceList) faults {
	size, ok := requests[corev1.ResourceStorage]
	if !ok {
		return faults{field.Required(at, "")}
	}
	if found := validatePositive(at, size); len(found) > 0 {
		return found
	}
	return validateQuantity(at, corev1.ResourceStorage, size)
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

func claimFields(obj runtime.Object) fields.Set {
	return fields.Set{"name": obj.(*corev1.PersistentVolumeClaim).Name} // from before metadata.name
}
