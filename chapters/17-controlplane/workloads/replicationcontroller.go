package workloads

import (
	"context"
	"slices"
	"strconv"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/validation/field"

	rest "kubepath/chapters/04-rest"
	registry "kubepath/chapters/06-registry"
	"kubepath/chapters/17-controlplane/podspec"
	"kubepath/chapters/17-controlplane/resource"
	"kubepath/chapters/17-controlplane/validate"
)

type controller = corev1.ReplicationController

// The strategies of replication controllers. A delete orphans the pods by default, as v1 has always done.
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

// replicationControllerFields returns the fields that field selectors can use.
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

// replicationControllerColumns are the columns of kubectl get rc.
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

// validateController checks the spec: the selector matches the template, whose pods always restart.
// Upstream: validation.ValidateReplicationController.
func validateController(c, old *controller) field.ErrorList {
	spec, path := &c.Spec, field.NewPath("spec")
	errs := validate.NonNegative(path.Child("minReadySeconds"), spec.MinReadySeconds)
	if len(spec.Selector) == 0 {
		errs = append(errs, field.Required(path.Child("selector"), ""))
	}
	if spec.Replicas == nil {
		errs = append(errs, field.Required(path.Child("replicas"), ""))
	} else {
		errs = append(errs, validate.NonNegative(path.Child("replicas"), *spec.Replicas)...)
	}
	var stored *corev1.PodTemplateSpec
	if old != nil {
		stored = old.Spec.Template
	}
	return append(errs, validateControllerTemplate(path.Child("template"), spec, stored)...)
}

func validateControllerTemplate(path *field.Path, spec *corev1.ReplicationControllerSpec, stored *corev1.PodTemplateSpec) field.ErrorList {
	t := spec.Template
	if t == nil {
		return field.ErrorList{field.Required(path, "")}
	}
	var errs field.ErrorList
	if selector := labels.Set(spec.Selector).AsSelector(); !selector.Matches(labels.Set(t.Labels)) {
		errs = append(errs, field.Invalid(path.Child("metadata", "labels"), t.Labels, "`selector` does not match template `labels`"))
	}
	errs = append(errs, validateTemplate(path, t, stored)...)
	errs = append(errs, validate.Supported(path.Child("spec", "restartPolicy"), t.Spec.RestartPolicy, corev1.RestartPolicyAlways)...)
	if t.Spec.ActiveDeadlineSeconds != nil {
		errs = append(errs, field.Forbidden(path.Child("spec", "activeDeadlineSeconds"),
			"activeDeadlineSeconds in ReplicationController is not Supported"))
	}
	return errs
}

// validateControllerStatus: the numbers are 0 or more, and no part is greater than the whole.
func validateControllerStatus(_ context.Context, c, _ *controller) field.ErrorList {
	s, path := &c.Status, field.NewPath("status")
	labelled := count{"fullyLabeledReplicas", int64(s.FullyLabeledReplicas)}
	ready := count{"readyReplicas", int64(s.ReadyReplicas)}
	available := count{"availableReplicas", int64(s.AvailableReplicas)}
	errs := validateNonNegative(path, []count{{"replicas", int64(s.Replicas)}, labelled, ready, available,
		{"observedGeneration", s.ObservedGeneration}})
	errs = append(errs, validateAtMost(path, s.Replicas, "status.replicas", labelled, ready, available)...)
	return append(errs, validateAtMost(path, s.ReadyReplicas, "readyReplicas", available)...)
}

// warnController returns the warnings for the template. On update it uses the old template, as upstream.
func warnController(c, old *controller) []string {
	t := c.Spec.Template
	if old != nil {
		t = old.Spec.Template
	}
	if t == nil || old != nil && old.Generation == c.Generation {
		return nil
	}
	if old == nil {
		return append(warnName(c), warnTemplate(t)...)
	}
	return warnTemplate(t)
}
