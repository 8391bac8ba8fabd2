package workloads

import (
	"context"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/validation/field"

	registry "kubepath/chapters/06-registry"
	"kubepath/chapters/17-controlplane/podspec"
	"kubepath/chapters/17-controlplane/resource"
)

// podTemplateStrategy is the strategy of pod templates.
// Upstream: pkg/registry/core/podtemplate.
var podTemplateStrategy = resource.SpecStatus[corev1.PodTemplate, *corev1.PodTemplate]{
	Strategy:    registry.Namespaced{},
	Spec:        func(t *corev1.PodTemplate) any { return &t.Template },
	PrepareFunc: func(t *corev1.PodTemplate) { podspec.DropDisabledTemplateFields(&t.Template) },
	ValidateWithOldFunc: func(_ context.Context, t, old *corev1.PodTemplate) field.ErrorList {
		return podspec.ValidatePodTemplateSpec(field.NewPath("template"), &t.Template, podspec.OptionsForTemplate(templateOf(old)))
	},
	WarningsWithOldFunc: func(_ context.Context, t, old *corev1.PodTemplate) []string {
		if old != nil && old.Generation == t.Generation {
			return nil
		}
		return podspec.WarnPodTemplate(field.NewPath("template"), &t.Template)
	},
}

// templateOf returns the stored template; nil on create.
func templateOf(old *corev1.PodTemplate) *corev1.PodTemplateSpec {
	if old == nil {
		return nil
	}
	return &old.Template
}

// podTemplateColumns are the columns of kubectl get podtemplates.
var podTemplateColumns = resource.Table[corev1.PodTemplate, *corev1.PodTemplate]{
	Columns: []resource.Column{
		resource.NameColumn(),
		{Name: "Containers", Description: "Names of each container in the template."},
		{Name: "Images", Description: "Images referenced by each container in the template."},
		{Name: "Pod Labels", Description: "The labels for the pod template."},
	},
	Cells: func(t *corev1.PodTemplate) []any {
		names, images := podspec.ContainerCells(t.Template.Spec.Containers)
		return []any{t.Name, names, images, labels.FormatLabels(t.Template.Labels)}
	},
}
