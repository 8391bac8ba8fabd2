package workloads

import (
	"context"
	"fmt"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	metav1validation "k8s.io/apimachinery/pkg/apis/meta/v1/validation"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"kubepath/chapters/17-controlplane/validate"
)

// The limits of an indexed job. They keep the lists of indexes in its status short.
const (
	maxParallelism    = 100_000
	maxFailedIndexes  = 100_000
	manyCompletions   = 100_000
	parallelismOfMany = 10_000
	failuresOfMany    = 10_000
	maxManagedBy      = 63
)

func validateJob(_ context.Context, j, old *job) field.ErrorList {
	path := field.NewPath("spec")
	var stored *batchv1.JobSpec
	prefixed := true
	if old != nil {
		stored = &old.Spec
		_, named := stored.Template.Labels[nameLabel]
		_, identified := stored.Template.Labels[uidLabel]
		prefixed = named && identified
	}
	errs := validateGenerated(j, prefixed)
	errs = append(errs, validateJobSpec(path, &j.Spec, stored)...)
	errs = append(errs, validateHostNames(j)...)
	if old != nil {
		errs = append(errs, validateJobSpec(path, &j.Spec, stored)...) // upstream checks twice on update, so each error appears twice
		errs = append(errs, validateJobChange(path, j, old)...)
	}
	return errs
}

// validateHostNames: the job's name with the last index is a valid host name.
func validateHostNames(j *job) field.ErrorList {
	if !indexed(&j.Spec) || valueOf(j.Spec.Completions) <= 0 {
		return nil
	}
	last := fmt.Sprintf("%s-%d", j.Name, *j.Spec.Completions-1)
	if len(validation.IsDNS1123Label(last)) == 0 {
		return nil
	}
	return field.ErrorList{field.Invalid(field.NewPath("metadata", "name"), j.Name,
		"will not able to create pod with invalid DNS label: "+last)}
}

// validateJobSpec checks the spec of a job, which has a selector.
func validateJobSpec(path *field.Path, s, stored *batchv1.JobSpec) field.ErrorList {
	errs := validateJobContent(path, s, stored)
	var allowed metav1validation.LabelSelectorValidationOptions
	if stored != nil {
		allowed.AllowInvalidLabelValueInSelector = metav1validation.LabelSelectorHasInvalidLabelValue(stored.Selector)
	}
	if s.Selector == nil {
		errs = append(errs, field.Required(path.Child("selector"), ""))
	} else {
		errs = append(errs, metav1validation.ValidateLabelSelector(s.Selector, allowed, path.Child("selector"))...)
	}
	pods := podSet{selector: s.Selector, template: &s.Template, path: path}
	return append(errs, pods.validateMatch()...)
}

// validateJobContent checks a spec without its selector, of a job or in the template of a cron job.
func validateJobContent(path *field.Path, s, stored *batchv1.JobSpec) field.ErrorList {
	errs := validateNonNegative(path, counted("parallelism", s.Parallelism), counted("completions", s.Completions),
		counted("activeDeadlineSeconds", s.ActiveDeadlineSeconds), counted("backoffLimit", s.BackoffLimit),
		counted("ttlSecondsAfterFinished", s.TTLSecondsAfterFinished), counted("backoffLimitPerIndex", s.BackoffLimitPerIndex),
		counted("maxFailedIndexes", s.MaxFailedIndexes))
	if s.MaxFailedIndexes != nil && s.BackoffLimitPerIndex == nil {
		errs = append(errs, field.Required(path.Child("backoffLimitPerIndex"), "when maxFailedIndexes is specified"))
	}
	if s.ManagedBy != nil {
		errs = append(errs, validation.IsDomainPrefixedPath(path.Child("managedBy"), *s.ManagedBy)...)
		if len(*s.ManagedBy) > maxManagedBy {
			errs = append(errs, field.TooLong(path.Child("managedBy"), "", maxManagedBy))
		}
	}
	errs = append(errs, validateCompletionMode(path, s)...)
	errs = append(errs, validatePolicies(path, s)...)
	var template *corev1.PodTemplateSpec
	if stored != nil {
		template = &stored.Template
	}
	errs = append(errs, validateTemplate(path.Child("template"), &s.Template, template)...)
	return append(errs, validateEnding(path.Child("template", "spec", "restartPolicy"), s)...)
}

// validatePolicies checks the pod failure policy, the success policy and the pod replacement policy.
func validatePolicies(path *field.Path, s *batchv1.JobSpec) field.ErrorList {
	var errs field.ErrorList
	if s.PodFailurePolicy != nil {
		errs = validateFailurePolicy(path.Child("podFailurePolicy"), s)
	}
	switch {
	case s.SuccessPolicy != nil && !indexed(s):
		errs = append(errs, field.Invalid(path.Child("successPolicy"), s.SuccessPolicy, "requires indexed completion mode"))
	case s.SuccessPolicy != nil:
		errs = append(errs, validateSuccessPolicy(path.Child("successPolicy"), s)...)
	}
	supported := []batchv1.PodReplacementPolicy{batchv1.Failed, batchv1.TerminatingOrFailed}
	if s.PodFailurePolicy != nil {
		supported = supported[:1] // only Failed: the policy needs the exit status of the pod
	}
	if policy := s.PodReplacementPolicy; policy != nil {
		errs = append(errs, validate.Supported(path.Child("podReplacementPolicy"), *policy, supported...)...)
	}
	return errs
}

// validateEnding: the restart policy lets the pods end.
func validateEnding(path *field.Path, s *batchv1.JobSpec) field.ErrorList {
	switch policy := s.Template.Spec.RestartPolicy; {
	case policy == corev1.RestartPolicyAlways || policy == "":
		return field.ErrorList{field.Required(path, `valid values: "OnFailure", "Never"`)}
	case policy != corev1.RestartPolicyOnFailure && policy != corev1.RestartPolicyNever:
		return validate.Supported(path, policy, corev1.RestartPolicyOnFailure, corev1.RestartPolicyNever)
	case s.PodFailurePolicy != nil && policy != corev1.RestartPolicyNever:
		return field.ErrorList{field.Invalid(path, policy, `only "Never" is supported when podFailurePolicy is specified`)}
	}
	return nil
}

func indexed(s *batchv1.JobSpec) bool {
	return s.CompletionMode != nil && *s.CompletionMode == batchv1.IndexedCompletion
}

// validateCompletionMode: the mode is known; fields about indexes need the mode Indexed.
func validateCompletionMode(path *field.Path, s *batchv1.JobSpec) field.ErrorList {
	switch {
	case indexed(s):
		return validateIndexed(path, s)
	case s.CompletionMode != nil && *s.CompletionMode != batchv1.NonIndexedCompletion:
		return validate.Supported(path.Child("completionMode"), *s.CompletionMode, batchv1.NonIndexedCompletion, batchv1.IndexedCompletion)
	}
	const text = "requires indexed completion mode"
	var errs field.ErrorList
	if s.BackoffLimitPerIndex != nil {
		errs = append(errs, field.Invalid(path.Child("backoffLimitPerIndex"), *s.BackoffLimitPerIndex, text))
	}
	if s.MaxFailedIndexes != nil {
		errs = append(errs, field.Invalid(path.Child("maxFailedIndexes"), *s.MaxFailedIndexes, text))
	}
	return errs
}

// validateIndexed: an indexed job has completions, and stays within the limits.
func validateIndexed(path *field.Path, s *batchv1.JobSpec) field.ErrorList {
	parallelism, failed := path.Child("parallelism"), path.Child("maxFailedIndexes")
	var errs field.ErrorList
	if s.Completions == nil {
		errs = append(errs, field.Required(path.Child("completions"), "when completion mode is Indexed"))
	}
	errs = append(errs, validateMaximum(parallelism, s.Parallelism, maxParallelism, " when completion mode is Indexed")...)
	if s.Completions != nil && s.MaxFailedIndexes != nil && *s.MaxFailedIndexes > *s.Completions {
		errs = append(errs, field.Invalid(failed, *s.MaxFailedIndexes, "must be less than or equal to completions"))
	}
	errs = append(errs, validateMaximum(failed, s.MaxFailedIndexes, maxFailedIndexes, "")...)
	if valueOf(s.Completions) <= manyCompletions || s.BackoffLimitPerIndex == nil {
		return errs
	}
	if s.MaxFailedIndexes == nil {
		errs = append(errs, field.Required(failed, fmt.Sprintf("must be specified when completions is above %d", manyCompletions)))
	}
	when := fmt.Sprintf(" when completions are above %d and used with backoff limit per index", manyCompletions)
	errs = append(errs, validateMaximum(parallelism, s.Parallelism, parallelismOfMany, when)...)
	return append(errs, validateMaximum(failed, s.MaxFailedIndexes, failuresOfMany, when)...)
}

// validateMaximum: the value is nil or at most limit. when ends the message.
func validateMaximum(path *field.Path, value *int32, limit int32, when string) field.ErrorList {
	if value == nil || *value <= limit {
		return nil
	}
	return field.ErrorList{field.Invalid(path, *value, fmt.Sprintf("must be less than or equal to %d%s", limit, when))}
}

// validateJobChange: completions, selector, template and policies are immutable, with exceptions.
func validateJobChange(path *field.Path, j, old *job) field.ErrorList {
	now, before := &j.Spec, &old.Spec
	errs := validateCompletionsChange(path.Child("completions"), now, before)
	errs = append(errs, validate.Immutable(path.Child("selector"), now.Selector, before.Selector)...)
	errs = append(errs, validateTemplateChange(path, j, old)...)
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
		errs = append(errs, validate.Immutable(path.Child(fixed.field), fixed.now, fixed.before)...)
	}
	return errs
}

// validateCompletionsChange: only an indexed job may change completions, and only to the value of parallelism.
func validateCompletionsChange(path *field.Path, now, before *batchv1.JobSpec) field.ErrorList {
	if !indexed(now) {
		return validate.Immutable(path, now.Completions, before.Completions)
	}
	if now.Completions == nil || equality.Semantic.DeepEqual(now.Completions, before.Completions) {
		return nil
	}
	if *now.Completions == valueOf(now.Parallelism) {
		return nil
	}
	return field.ErrorList{field.Invalid(path, *now.Completions, "can only be modified in tandem with spec.parallelism")}
}

// validateTemplateChange: the template is immutable. While a job is suspended and has no pods, scheduling fields and
// resources of the template may change.
func validateTemplateChange(path *field.Path, j, old *job) field.ErrorList {
	if !mayChangeTemplate(old) {
		return validate.Immutable(path.Child("template"), &j.Spec.Template, &old.Spec.Template)
	}
	expected := old.Spec.Template.DeepCopy()
	takeScheduling(expected, &j.Spec.Template)
	takeResources(expected.Spec.Containers, j.Spec.Template.Spec.Containers)
	takeResources(expected.Spec.InitContainers, j.Spec.Template.Spec.InitContainers)
	return validate.Immutable(path.Child("template.spec"), &j.Spec.Template.Spec, &expected.Spec)
}

// mayChangeTemplate reports whether the job is suspended and has no active pods.
func mayChangeTemplate(j *job) bool {
	return valueOf(j.Spec.Suspend) && j.Status.Active == 0 &&
		(j.Status.StartTime == nil || hasCondition(j, batchv1.JobSuspended, corev1.ConditionTrue))
}

// takeScheduling copies labels, annotations and the fields that select nodes.
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

// takeResources copies the resources of containers with the same names.
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
