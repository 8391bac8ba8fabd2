package workloads

import (
	"context"
	"fmt"
	"slices"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1validation "k8s.io/apimachinery/pkg/apis/meta/v1/validation"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"kubepath/chapters/17-controlplane/resource"
)

// Bounds of a job with indexes: the lists of finished indexes in its status must stay short.
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
	errs = append(errs, validateJobSpec(&j.Spec, stored, path)...)
	errs = append(errs, validateHostNames(j)...)
	if old != nil {
		errs = append(errs, validateJobSpec(&j.Spec, stored, path)...) // upstream's update checks twice, and lists twice
		errs = append(errs, validateJobChange(j, old, path)...)
	}
	return errs
}

// validateHostNames: the last index still makes a host name.
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

// validateJobSpec is the check of a job's own spec, which has a selector.
func validateJobSpec(s, stored *batchv1.JobSpec, path *field.Path) field.ErrorList {
	errs := validateJobContent(s, stored, path)
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

// validateJobContent is the check of a spec without its selector: a job's, or that in a cron job's template.
func validateJobContent(s, stored *batchv1.JobSpec, path *field.Path) field.ErrorList {
	errs := notNegative(path, counted("parallelism", s.Parallelism), counted("completions", s.Completions),
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
	errs = append(errs, validateCompletionMode(s, path)...)
	errs = append(errs, validatePolicies(s, path)...)
	var template *corev1.PodTemplateSpec
	if stored != nil {
		template = &stored.Template
	}
	errs = append(errs, validateTemplate(&s.Template, template, path.Child("template"))...)
	return append(errs, validateEnding(s, path.Child("template", "spec", "restartPolicy"))...)
}

// validatePolicies: what counts as a failure, what as a success, and when a pod is replaced.
func validatePolicies(s *batchv1.JobSpec, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	if s.PodFailurePolicy != nil {
		errs = validateFailurePolicy(s, path.Child("podFailurePolicy"))
	}
	switch {
	case s.SuccessPolicy != nil && !indexed(s):
		errs = append(errs, field.Invalid(path.Child("successPolicy"), resource.InternalForm(s.SuccessPolicy), "requires indexed completion mode"))
	case s.SuccessPolicy != nil:
		errs = append(errs, validateSuccessPolicy(s, path.Child("successPolicy"))...)
	}
	replacement, at := s.PodReplacementPolicy, path.Child("podReplacementPolicy")
	supported := []batchv1.PodReplacementPolicy{batchv1.Failed, batchv1.TerminatingOrFailed}
	if s.PodFailurePolicy != nil {
		supported = supported[:1] // a failure has to be seen before it can be judged
	}
	if replacement != nil && !slices.Contains(supported, *replacement) {
		errs = append(errs, field.NotSupported(at, *replacement, supported))
	}
	return errs
}

// validateEnding refuses pods that never end.
func validateEnding(s *batchv1.JobSpec, path *field.Path) field.ErrorList {
	switch policy := s.Template.Spec.RestartPolicy; {
	case policy == corev1.RestartPolicyAlways || policy == "":
		return field.ErrorList{field.Required(path, `valid values: "OnFailure", "Never"`)}
	case policy != corev1.RestartPolicyOnFailure && policy != corev1.RestartPolicyNever:
		return field.ErrorList{field.NotSupported(path, policy, []corev1.RestartPolicy{corev1.RestartPolicyOnFailure, corev1.RestartPolicyNever})}
	case s.PodFailurePolicy != nil && policy != corev1.RestartPolicyNever:
		return field.ErrorList{field.Invalid(path, policy, `only "Never" is supported when podFailurePolicy is specified`)}
	}
	return nil
}

func indexed(s *batchv1.JobSpec) bool {
	return s.CompletionMode != nil && *s.CompletionMode == batchv1.IndexedCompletion
}
