package workloads

import (
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	apivalidation "k8s.io/apimachinery/pkg/api/validation"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"kubepath/chapters/17-controlplane/core"
)

// validateJobChange: what a job is to do stays as it began.
func validateJobChange(j, old *job, path *field.Path) field.ErrorList {
	now, before := &j.Spec, &old.Spec
	errs := validateCompletionsChange(now, before, path.Child("completions"))
	errs = append(errs, unchanged(now.Selector, before.Selector, path.Child("selector"))...)
	errs = append(errs, validateTemplateChange(j, old, path)...)
	for _, fixed := range []struct {
		field       string
		now, before any
	}{
		{"completionMode", now.CompletionMode, before.CompletionMode},
		{"podFailurePolicy", now.PodFailurePolicy, before.PodFailurePolicy},
		{"backoffLimitPerIndex", now.BackoffLimitPerIndex, before.BackoffLimitPerIndex},
		{"managedBy", now.ManagedBy, before.ManagedBy},
		{"successPolicy", now.SuccessPolicy, before.SuccessPolicy},
	} {
		errs = append(errs, unchangedPart(fixed.now, fixed.before, path.Child(fixed.field))...)
	}
	return errs
}

// validateCompletionsChange: a job with indexes may grow and shrink, if as many indexes run as there are.
func validateCompletionsChange(now, before *batchv1.JobSpec, path *field.Path) field.ErrorList {
	if !indexed(now) {
		return unchanged(now.Completions, before.Completions, path)
	}
	if now.Completions == nil || equality.Semantic.DeepEqual(now.Completions, before.Completions) {
		return nil
	}
	if *now.Completions == valueOf(now.Parallelism) {
		return nil
	}
	return field.ErrorList{field.Invalid(path, *now.Completions, "can only be modified in tandem with spec.parallelism")}
}

// validateTemplateChange: the template stays, but while a job is suspended and has no pods, where they may run and what they
// may use can still be decided.
func validateTemplateChange(j, old *job, path *field.Path) field.ErrorList {
	if !mayChangeTemplate(old) {
		if equality.Semantic.DeepEqual(&j.Spec.Template, &old.Spec.Template) {
			return nil
		}
		return field.ErrorList{field.Invalid(path.Child("template"), shownTemplate{j.Spec.Template.ObjectMeta,
			core.InternalSpec(&j.Spec.Template.Spec)}, apivalidation.FieldImmutableErrorMsg)}
	}
	expected := old.Spec.Template.DeepCopy()
	takeScheduling(expected, &j.Spec.Template)
	takeResources(expected.Spec.Containers, j.Spec.Template.Spec.Containers)
	takeResources(expected.Spec.InitContainers, j.Spec.Template.Spec.InitContainers)
	if equality.Semantic.DeepEqual(&j.Spec.Template.Spec, &expected.Spec) {
		return nil
	}
	return field.ErrorList{field.Invalid(path.Child("template.spec"), core.InternalSpec(&j.Spec.Template.Spec),
		apivalidation.FieldImmutableErrorMsg)}
}

// shownTemplate is a template as messages quote it.
type shownTemplate struct {
	metav1.ObjectMeta
	Spec any
}

// mayChangeTemplate reports a job that waits: it never ran, or its pods are gone.
func mayChangeTemplate(j *job) bool {
	return valueOf(j.Spec.Suspend) && j.Status.Active == 0 &&
		(j.Status.StartTime == nil || hasCondition(j, batchv1.JobSuspended, corev1.ConditionTrue))
}

// takeScheduling takes over what decides where pods run.
func takeScheduling(to, from *corev1.PodTemplateSpec) {
	to.Labels, to.Annotations = from.Labels, from.Annotations
	to.Spec.NodeSelector, to.Spec.Tolerations = from.Spec.NodeSelector, from.Spec.Tolerations
	to.Spec.SchedulingGates = from.Spec.SchedulingGates
	had, has := to.Spec.Affinity, from.Spec.Affinity
	switch {
	case has == nil && had != nil:
		had.NodeAffinity = nil
		if *had == (corev1.Affinity{}) {
			to.Spec.Affinity = nil
		}
	case has != nil && had == nil:
		to.Spec.Affinity = &corev1.Affinity{NodeAffinity: has.NodeAffinity}
	case has != nil:
		had.NodeAffinity = has.NodeAffinity
	}
}

// takeResources takes over what the containers may use, where they are the same containers.
func takeResources(to, from []corev1.Container) {
	if len(to) != len(from) {
		return
	}
	for i := range to {
		if to[i].Name == from[i].Name {
			to[i].Resources = from[i].Resources
		}
	}
}
