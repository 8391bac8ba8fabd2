package workloads

import (
	"fmt"

	batchv1 "k8s.io/api/batch/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// Bounds of a policy about success.
const (
	maxSuccessRules   = 20
	maxSuccessIndexes = 64 * 1024
)

func validateSuccessPolicy(s *batchv1.JobSpec, path *field.Path) field.ErrorList {
	rules, path := s.SuccessPolicy.Rules, path.Child("rules")
	var errs field.ErrorList
	if len(rules) == 0 {
		errs = append(errs, field.Required(path, "at least one rules must be specified when the successPolicy is specified"))
	}
	if len(rules) > maxSuccessRules {
		errs = append(errs, field.TooMany(path, len(rules), maxSuccessRules))
	}
	for i, r := range rules {
		errs = append(errs, validateSuccessRule(valueOf(s.Completions), r, path.Index(i))...)
	}
	return errs
}

// validateSuccessRule: so many, these, or so many of these.
func validateSuccessRule(completions int32, r batchv1.SuccessPolicyRule, path *field.Path) field.ErrorList {
	if r.SucceededCount == nil && r.SucceededIndexes == nil {
		return field.ErrorList{field.Required(path, "at least one of succeededCount or succeededIndexes must be specified")}
	}
	var errs field.ErrorList
	var listed int32
	if r.SucceededIndexes != nil {
		at := path.Child("succeededIndexes")
		if len(*r.SucceededIndexes) > maxSuccessIndexes {
			errs = append(errs, field.TooLong(at, "", maxSuccessIndexes))
		}
		indexes, err := parseIndexes(*r.SucceededIndexes, completions)
		if err != nil {
			errs = append(errs, field.Invalid(at, *r.SucceededIndexes, fmt.Sprintf("error parsing succeededIndexes: %s", err)))
		}
		listed = indexes.len()
	}
	if r.SucceededCount == nil {
		return errs
	}
	errs = append(errs, notNegative(path, counted("succeededCount", r.SucceededCount))...)
	at := path.Child("succeededCount")
	const bound = "must be less than or equal to %d (the number of %s)"
	if *r.SucceededCount > completions {
		errs = append(errs, field.Invalid(at, *r.SucceededCount, fmt.Sprintf(bound, completions, "specified completions")))
	}
	if r.SucceededIndexes != nil && *r.SucceededCount > listed {
		errs = append(errs, field.Invalid(at, *r.SucceededCount,
			fmt.Sprintf(bound, listed, "indexes in the specified succeededIndexes field")))
	}
	return errs
}
