package core

import (
	"context"
	"strings"

	corev1 "k8s.io/api/core/v1"
	apivalidation "k8s.io/apimachinery/pkg/api/validation"
	metav1validation "k8s.io/apimachinery/pkg/apis/meta/v1/validation"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/validation/field"

	registry "kubepath/chapters/06-registry"
	"kubepath/chapters/17-controlplane/resource"
)

// podTemplateStrategy: a template by itself, with a generation that counts its changes.
// Upstream: pkg/registry/core/podtemplate.
var podTemplateStrategy = resource.SpecStatus[corev1.PodTemplate, *corev1.PodTemplate]{
	Strategy:    registry.Namespaced{},
	Spec:        func(t *corev1.PodTemplate) any { return &t.Template },
	PrepareFunc: func(t *corev1.PodTemplate) { DropAlpha(&t.Template) },
	ValidateWithOldFunc: func(_ context.Context, t, old *corev1.PodTemplate) field.ErrorList {
		return ValidatePodTemplateSpec(field.NewPath("template"), &t.Template, OptionsForTemplate(templateOf(old)))
	},
	WarningsWithOldFunc: func(_ context.Context, t, old *corev1.PodTemplate) []string {
		if old != nil && old.Generation == t.Generation {
			return nil
		}
		return WarnPodTemplate(field.NewPath("template"), &t.Template)
	},
}

// templateOf is the stored template; nil on a create.
func templateOf(old *corev1.PodTemplate) *corev1.PodTemplateSpec {
	if old == nil {
		return nil
	}
	return &old.Template
}

// podTemplateColumns is what kubectl get podtemplates shows.
var podTemplateColumns = resource.Table[corev1.PodTemplate, *corev1.PodTemplate]{
	Columns: []resource.Column{
		resource.NameColumn(),
		{Name: "Containers", Description: "Names of each container in the template."},
		{Name: "Images", Description: "Images referenced by each container in the template."},
		{Name: "Pod Labels", Description: "The labels for the pod template."},
	},
	Cells: func(t *corev1.PodTemplate) []any {
		names, images := ContainerCells(t.Template.Spec.Containers)
		return []any{t.Name, names, images, labels.FormatLabels(t.Template.Labels)}
	},
}

// TemplateColumns are the two columns that every workload shows of its template's containers, with -o wide.
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

// ValidatePodTemplateSpec checks the template at path (spec.template of a workload): what the pods that are made of it
// will be. What the kind of workload asks beyond that (a restart policy) is its own affair.
// Upstream: validation.ValidatePodTemplateSpec.
func ValidatePodTemplateSpec(path *field.Path, t *corev1.PodTemplateSpec, o Options) field.ErrorList {
	spec := path.Child("spec")
	errs := metav1validation.ValidateLabels(t.Labels, path.Child("labels"))
	errs = append(errs, apivalidation.ValidateAnnotations(t.Annotations, path.Child("annotations"))...)
	errs = append(errs, validatePodAnnotations(path.Child("annotations"), &t.ObjectMeta, &t.Spec, o)...)
	errs = append(errs, ValidatePodSpec(spec, &t.Spec, nil, o)...)
	errs = append(errs, validateProfilesMatchAnnotations(spec, &t.ObjectMeta, &t.Spec)...)
	if len(t.Spec.EphemeralContainers) > 0 {
		errs = append(errs, field.Forbidden(spec.Child("ephemeralContainers"), "ephemeral containers not allowed in pod template"))
	}
	return errs
}
