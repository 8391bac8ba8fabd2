package workloads

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	rest "kubepath/chapters/04-rest"
	registry "kubepath/chapters/06-registry"
	"kubepath/chapters/17-controlplane/podspec"
	"kubepath/chapters/17-controlplane/resource"
	"kubepath/chapters/17-controlplane/validate"
)

type controller = corev1.ReplicationController

// replicationControllers: for as long as v1 has existed, deleting a controller has left its pods alone.
var (
	replicationControllers = resource.SpecStatus[controller, *controller]{
		Strategy:    registry.Namespaced{},
		Spec:        func(c *controller) any { return &c.Spec },
		Status:      func(c *controller) any { return &c.Status },
		Propagation: metav1.DeletePropagationOrphan,
		PrepareFunc: func(c *controller) { podspec.DropDisabledTemplateFields(c.Spec.Template) },
		ValidateWithOldFunc: func(_ context.Context, c, old *controller) field.ErrorList {
			return validateController(c, old)
		},
		WarningsWithOldFunc: func(_ context.Context, c, old *controller) []string { return warnController(c, old) },
	}
	replicationControllerStrategy = replicationControllers
	replicationControllerStatus   = replicationControllers.StatusStrategy(validateControllerStatus)
)

// replicationControllerFields is what field selectors see.
func replicationControllerFields(obj runtime.Object) fields.Set {
	return fields.Set{"status.replicas": strconv.Itoa(int(obj.(*controller).Status.Replicas))}
}

func replicationControllerScale(s *registry.Store, _ *resource.Dependencies) map[string]rest.Storage {
	return map[string]rest.Storage{"scale": resource.ScaleREST[controller, *controller]{
		Store:    s,
		Replicas: func(c *controller) *int32 { return c.Spec.Replicas },
		Status:   func(c *controller) int32 { return c.Status.Replicas },
		Selector: func(c *controller) string { return labels.Set(c.Spec.Selector).String() },
	}}
}

// replicationControllerColumns is what kubectl get rc shows.
var replicationControllerColumns = resource.Table[controller, *controller]{
	Columns: slices.Concat([]resource.Column{
		resource.NameColumn(),
		{Name: "Desired", Type: "integer", Description: corev1.ReplicationControllerSpec{}.SwaggerDoc()["replicas"]},
		{Name: "Current", Type: "integer", Description: corev1.ReplicationControllerStatus{}.SwaggerDoc()["replicas"]},
		{Name: "Ready", Type: "integer", Description: corev1.ReplicationControllerStatus{}.SwaggerDoc()["readyReplicas"]},
		resource.AgeColumn(),
	}, podspec.TemplateColumns(), []resource.Column{
		{Name: "Selector", Priority: 1, Description: corev1.ReplicationControllerSpec{}.SwaggerDoc()["selector"]},
	}),
	Cells: func(c *controller) []any {
		wanted := int64(0)
		if c.Spec.Replicas != nil {
			wanted = int64(*c.Spec.Replicas)
		}
		var containers []corev1.Container
		if c.Spec.Template != nil {
			containers = c.Spec.Template.Spec.Containers
		}
		names, images := podspec.ContainerCells(containers)
		return []any{c.Name, wanted, int64(c.Status.Replicas), int64(c.Status.ReadyReplicas), resource.AgeOf(c),
			names, images, labels.FormatLabels(c.Spec.Selector)}
	},
}

// validateController: the selector finds the pods that the template makes, which run until something ends them.
// Upstream: validation.ValidateReplicationController.
func validateController(c, old *controller) field.ErrorList {
	spec := &c.Spec
	errs := validate.NonNegative(field.NewPath("spec").Child("minReadySeconds"), spec.MinReadySeconds)
	if len(spec.Selector) == 0 {
		errs = append(errs, field.Required(field.NewPath("spec").Child("selector"), ""))
	}
	if spec.Replicas == nil {
		errs = append(errs, field.Required(field.NewPath("spec").Child("replicas"), ""))
	} else {
		errs = append(errs, validate.NonNegative(field.NewPath("spec").Child("replicas"), *spec.Replicas)...)
	}
	var stored *corev1.PodTemplateSpec
	if old != nil {
		stored = old.Spec.Template
	}
	return append(errs, validateControllerTemplate(spec, stored)...)
}

func validateControllerTemplate(spec *corev1.ReplicationControllerSpec, stored *corev1.PodTemplateSpec) field.ErrorList {
	t, path := spec.Template, field.NewPath("spec").Child("template")
	if t == nil {
		return field.ErrorList{field.Required(path, "")}
	}
	var errs field.ErrorList
	if selector := labels.Set(spec.Selector).AsSelector(); !selector.Matches(labels.Set(t.Labels)) {
		errs = append(errs, field.Invalid(path.Child("metadata", "labels"), t.Labels, "`selector` does not match template `labels`"))
	}
	errs = append(errs, podspec.ValidatePodTemplateSpec(path, t, podspec.OptionsForTemplate(stored))...)
	errs = append(errs, validate.Supported(path.Child("spec", "restartPolicy"), t.Spec.RestartPolicy, corev1.RestartPolicyAlways)...)
	if t.Spec.ActiveDeadlineSeconds != nil {
		errs = append(errs, field.Forbidden(path.Child("spec", "activeDeadlineSeconds"),
			"activeDeadlineSeconds in ReplicationController is not Supported"))
	}
	return errs
}

// validateControllerStatus: no part is more than the whole.
func validateControllerStatus(_ context.Context, c, _ *controller) field.ErrorList {
	s := &c.Status
	var errs field.ErrorList
	for _, n := range []struct {
		field string
		value int64
	}{
		{"replicas", int64(s.Replicas)}, {"fullyLabeledReplicas", int64(s.FullyLabeledReplicas)},
		{"readyReplicas", int64(s.ReadyReplicas)}, {"availableReplicas", int64(s.AvailableReplicas)},
		{"observedGeneration", s.ObservedGeneration},
	} {
		errs = append(errs, validate.NonNegative(field.NewPath("status").Child(n.field), n.value)...)
	}
	for _, part := range []struct {
		field       string
		value, most int32
		whole       string
	}{
		{"fullyLabeledReplicas", s.FullyLabeledReplicas, s.Replicas, "status.replicas"},
		{"readyReplicas", s.ReadyReplicas, s.Replicas, "status.replicas"},
		{"availableReplicas", s.AvailableReplicas, s.Replicas, "status.replicas"},
		{"availableReplicas", s.AvailableReplicas, s.ReadyReplicas, "readyReplicas"},
	} {
		if part.value > part.most {
			errs = append(errs, field.Invalid(field.NewPath("status").Child(part.field), part.value, "cannot be greater than "+part.whole))
		}
	}
	return errs
}

// warnController looks, on an update, at the template that was there before: so does upstream.
func warnController(c, old *controller) []string {
	t := c.Spec.Template
	if old != nil {
		t = old.Spec.Template
	}
	if t == nil || old != nil && old.Generation == c.Generation {
		return nil
	}
	var lines []string
	if wrong := validation.IsDNS1123Label(c.Name); old == nil && len(wrong) > 0 {
		lines = append(lines, fmt.Sprintf("metadata.name: this is used in Pod names and hostnames, which can result in "+
			"surprising behavior; a DNS label is recommended: %v", wrong))
	}
	return append(lines, podspec.WarnPodTemplate(field.NewPath("spec").Child("template"), t)...)
}
