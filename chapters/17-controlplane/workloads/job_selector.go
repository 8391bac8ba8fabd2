package workloads

import (
	"fmt"
	"maps"
	"reflect"

	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// Labels of a job's pods: their present names, and the ones from before labels had prefixes.
const (
	uidLabel     = batchv1.ControllerUidLabel
	nameLabel    = batchv1.JobNameLabel
	oldUIDLabel  = "controller-uid"
	oldNameLabel = "job-name"
)

// identity are the labels that tell a job's pods from those of every other job, one with the same name included.
func identity(j *job) map[string]string {
	uid := string(j.UID)
	return map[string]string{uidLabel: uid, nameLabel: j.Name, oldUIDLabel: uid, oldNameLabel: j.Name}
}

// generateSelector labels the pods of a new job with its uid, and has the selector find them. What the client wrote in
// these places stays, for the check to refuse. A job that got its labels from its pods by default shares these too.
func generateSelector(j *job) {
	template := &j.Spec.Template
	shared := len(j.Labels) > 0 && reflect.ValueOf(j.Labels).Pointer() == reflect.ValueOf(template.Labels).Pointer()
	wanted := identity(j)
	maps.Copy(wanted, template.Labels)
	template.Labels = wanted
	if j.Spec.Selector == nil {
		j.Spec.Selector = &metav1.LabelSelector{}
	}
	selected := map[string]string{uidLabel: string(j.UID)}
	maps.Copy(selected, j.Spec.Selector.MatchLabels)
	j.Spec.Selector.MatchLabels = selected
	if shared {
		j.Labels = maps.Clone(wanted)
	}
}

// takeLabels gives a job without labels those of its pods, as the defaults do. It comes after the validation, which sees
// what the client wrote.
func takeLabels(j *job) {
	if len(j.Labels) == 0 {
		j.Labels = maps.Clone(j.Spec.Template.Labels)
	}
}

// validateGenerated refuses a selector that others' pods could match, and labels that are not this job's. A job from
// before the prefixed labels need not have them.
func validateGenerated(j *job, prefixed bool) field.ErrorList {
	if valueOf(j.Spec.ManualSelector) || j.Spec.Selector == nil {
		return nil
	}
	var errs field.ErrorList
	if j.UID == "" {
		errs = append(errs, field.Required(field.NewPath("metadata", "uid"), ""))
	}
	wanted, keys := identity(j), []string{oldUIDLabel, oldNameLabel}
	if prefixed {
		keys = append(keys, uidLabel, nameLabel)
	}
	expected := labels.Set{}
	for _, key := range keys {
		errs = append(errs, validateHasLabel(j, key, wanted[key])...)
		expected[key] = wanted[key]
	}
	selector, err := metav1.LabelSelectorAsSelector(j.Spec.Selector)
	if err == nil && !selector.Matches(expected) {
		errs = append(errs, field.Invalid(field.NewPath("spec", "selector"), j.Spec.Selector, "`selector` not auto-generated"))
	}
	return errs
}

func validateHasLabel(j *job, key, wanted string) field.ErrorList {
	path, text := field.NewPath("spec", "template", "metadata", "labels").Key(key), fmt.Sprintf("must be '%s'", wanted)
	switch value, ok := j.Spec.Template.Labels[key]; {
	case !ok:
		return field.ErrorList{field.Required(path, text)}
	case value != wanted:
		return field.ErrorList{field.Invalid(path, j.Spec.Template.Labels, text)}
	}
	return nil
}
