package podspec

import (
	"strings"

	corev1 "k8s.io/api/core/v1"
	apivalidation "k8s.io/apimachinery/pkg/api/validation"
	metav1validation "k8s.io/apimachinery/pkg/apis/meta/v1/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"kubepath/chapters/17-controlplane/resource"
)

// TemplateColumns are the two columns about the template's containers that kubectl get -o wide shows for every workload.
func TemplateColumns() []resource.Column {
	return []resource.Column{
		{Name: "Containers", Priority: 1, Description: "Names of each container in the template."},
		{Name: "Images", Priority: 1, Description: "Images referenced by each container in the template."},
	}
}

// ContainerCells are the cells of TemplateColumns: the containers' names and images, each joined by commas.
// Upstream: layoutContainerCells.
func ContainerCells(containers []corev1.Container) (names, images string) {
	var n, i []string
	for _, c := range containers {
		n, i = append(n, c.Name), append(i, c.Image)
	}
	return strings.Join(n, ","), strings.Join(i, ",")
}

// ValidatePodTemplateSpec checks the template at path (spec.template of a workload). Rules of one kind of workload (its
// restart policy) stand with that kind.
// Upstream: validation.ValidatePodTemplateSpec.
func ValidatePodTemplateSpec(path *field.Path, t *corev1.PodTemplateSpec, o Options) field.ErrorList {
	spec := path.Child("spec")
	errs := metav1validation.ValidateLabels(t.Labels, path.Child("labels"))
	errs = append(errs, apivalidation.ValidateAnnotations(t.Annotations, path.Child("annotations"))...)
	errs = append(errs, ValidatePodAnnotations(path.Child("annotations"), &t.ObjectMeta, &t.Spec, o)...)
	errs = append(errs, ValidatePodSpec(spec, &t.Spec, nil, o)...)
	errs = append(errs, ValidateProfilesMatchAnnotations(spec, &t.ObjectMeta, &t.Spec)...)
	if len(t.Spec.EphemeralContainers) > 0 {
		errs = append(errs, field.Forbidden(spec.Child("ephemeralContainers"), "ephemeral containers not allowed in pod template"))
	}
	return errs
}
