package core

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// validateController: the selector finds the pods that the template makes, which run until something ends them.
// Upstream: validation.ValidateReplicationController.
func validateController(c, old *controller) field.ErrorList {
	spec := &c.Spec
	found := notNegative(specPath.Child("minReadySeconds"), spec.MinReadySeconds)
	if len(spec.Selector) == 0 {
		found = append(found, field.Required(specPath.Child("selector"), ""))
	}
	if spec.Replicas == nil {
		found = append(found, field.Required(specPath.Child("replicas"), ""))
	} else {
		found = append(found, notNegative(specPath.Child("replicas"), *spec.Replicas)...)
	}
	var stored *corev1.PodTemplateSpec
	if old != nil {
		stored = old.Spec.Template
	}
	return append(found, controllerTemplate(spec, stored)...)
}

func controllerTemplate(spec *corev1.ReplicationControllerSpec, stored *corev1.PodTemplateSpec) field.ErrorList {
	t, path := spec.Template, specPath.Child("template")
	if t == nil {
		return field.ErrorList{field.Required(path, "")}
	}
	var found field.ErrorList
	if selector := labels.Set(spec.Selector).AsSelector(); !selector.Matches(labels.Set(t.Labels)) {
		found = append(found, field.Invalid(path.Child("metadata", "labels"), t.Labels, "`selector` does not match template `labels`"))
	}
	found = append(found, ValidatePodTemplateSpec(t, path, OptionsForTemplate(stored))...)
	found = append(found, among(path.Child("spec", "restartPolicy"), t.Spec.RestartPolicy, corev1.RestartPolicyAlways)...)
	if t.Spec.ActiveDeadlineSeconds != nil {
		found = append(found, field.Forbidden(path.Child("spec", "activeDeadlineSeconds"),
			"activeDeadlineSeconds in ReplicationController is not Supported"))
	}
	return found
}

// validateControllerStatus: no part is more than the whole.
func validateControllerStatus(_ context.Context, c, _ *controller) field.ErrorList {
	s := &c.Status
	var found field.ErrorList
	for _, n := range []struct {
		field string
		value int64
	}{
		{"replicas", int64(s.Replicas)}, {"fullyLabeledReplicas", int64(s.FullyLabeledReplicas)},
		{"readyReplicas", int64(s.ReadyReplicas)}, {"availableReplicas", int64(s.AvailableReplicas)},
		{"observedGeneration", s.ObservedGeneration},
	} {
		found = append(found, notNegative(statusPath.Child(n.field), n.value)...)
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
			found = append(found, field.Invalid(statusPath.Child(part.field), part.value, "cannot be greater than "+part.whole))
		}
	}
	return found
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
	return append(lines, WarnPodTemplate(t, specPath.Child("template"))...)
}
