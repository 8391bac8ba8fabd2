package workloads

import (
	"fmt"
	"slices"

	batchv1 "k8s.io/api/batch/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// validateCompletionMode: with indexes or without.
func validateCompletionMode(s *batchv1.JobSpec, path *field.Path) field.ErrorList {
	modes := []batchv1.CompletionMode{batchv1.NonIndexedCompletion, batchv1.IndexedCompletion}
	switch {
	case indexed(s):
		return validateIndexed(s, path)
	case s.CompletionMode != nil && !slices.Contains(modes, *s.CompletionMode):
		return field.ErrorList{field.NotSupported(path.Child("completionMode"), *s.CompletionMode, modes)}
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

// validateIndexed holds the bounds of a job with indexes.
func validateIndexed(s *batchv1.JobSpec, path *field.Path) field.ErrorList {
	parallelism, failed := path.Child("parallelism"), path.Child("maxFailedIndexes")
	var errs field.ErrorList
	if s.Completions == nil {
		errs = append(errs, field.Required(path.Child("completions"), "when completion mode is Indexed"))
	}
	errs = append(errs, below(parallelism, s.Parallelism, maxParallelism, " when completion mode is Indexed")...)
	if s.Completions != nil && s.MaxFailedIndexes != nil && *s.MaxFailedIndexes > *s.Completions {
		errs = append(errs, field.Invalid(failed, *s.MaxFailedIndexes, "must be less than or equal to completions"))
	}
	errs = append(errs, below(failed, s.MaxFailedIndexes, maxFailedIndexes, "")...)
	if valueOf(s.Completions) <= manyCompletions || s.BackoffLimitPerIndex == nil {
		return errs
	}
	if s.MaxFailedIndexes == nil {
		errs = append(errs, field.Required(failed, fmt.Sprintf("must be specified when completions is above %d", manyCompletions)))
	}
	when := fmt.Sprintf(" when completions are above %d and used with backoff limit per index", manyCompletions)
	errs = append(errs, below(parallelism, s.Parallelism, parallelismOfMany, when)...)
	return append(errs, below(failed, s.MaxFailedIndexes, failuresOfMany, when)...)
}

// below refuses a value above limit.
func below(path *field.Path, value *int32, limit int32, when string) field.ErrorList {
	if value == nil || *value <= limit {
		return nil
	}
	return field.ErrorList{field.Invalid(path, *value, fmt.Sprintf("must be less than or equal to %d%s", limit, when))}
}
