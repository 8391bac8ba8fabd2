package core

import (
	corev1 "k8s.io/api/core/v1"
	apivalidation "k8s.io/apimachinery/pkg/api/validation"
	metav1validation "k8s.io/apimachinery/pkg/apis/meta/v1/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// ValidatePodTemplateSpec checks the template at path (spec.template of a workload): what the pods that are made of it
// will be. What the kind of workload asks beyond that (a restart policy) is its own affair.
// Upstream: validation.ValidatePodTemplateSpec.
func ValidatePodTemplateSpec(t *corev1.PodTemplateSpec, path *field.Path, o Options) field.ErrorList {
	spec := path.Child("spec")
	found := metav1validation.ValidateLabels(t.Labels, path.Child("labels"))
	found = append(found, apivalidation.ValidateAnnotations(t.Annotations, path.Child("annotations"))...)
	found = append(found, annotations(&t.ObjectMeta, &t.Spec, path.Child("annotations"), o)...)
	found = append(found, ValidatePodSpec(&t.Spec, nil, spec, o)...)
	found = append(found, profilesAgree(&t.ObjectMeta, &t.Spec, spec)...)
	if len(t.Spec.EphemeralContainers) > 0 {
		found = append(found, field.Forbidden(spec.Child("ephemeralContainers"), "ephemeral containers not allowed in pod template"))
	}
	return found
}
