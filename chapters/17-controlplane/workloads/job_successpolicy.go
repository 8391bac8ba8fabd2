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

func checkSuccessPolicy(s *batchv1.JobSpec, path *field.Path) field.ErrorList {
	rules, path := s.SuccessPolicy.Rules, path.Child("rules")
	var faults field.ErrorList
	if len(rules) == 0 {
		faults = append(faults, field.Required(path, "at least one rules must be specified when the successPolicy is specified"))
	}
	if len(rules) > maxSuccessRules {
		faults = append(faults, field.TooMany(path, len(rules), maxSuccessRules))
	}
	for i, r := range rules {
		faults = append(faults, checkSuccessRule(valueOf(s.Completions), r, path.Index(i))...)
	}
	return faults
}

// checkSuccessRule: so many, these, or so many of these.
func checkSuccessRule(completions int32, r batchv1.SuccessPolicyRule, path *field.Path) field.ErrorList {
	if r.SucceededCount == nil && r.SucceededIndexes == nil {
		return field.ErrorList{field.Required(path, "at least one of succeededCount or succeededIndexes must be specified")}
	}
	var faults field.ErrorList
	var listed int32
	if r.SucceededIndexes != nil {
		at := path.Child("succeededIndexes")
		if len(*r.SucceededIndexes) > maxSuccessIndexes {
			faults = append(faults, field.TooLong(at, "", maxSuccessIndexes))
		}
		indexes, err := parseIndexes(*r.SucceededIndexes, completions)
		if err != nil {
			faults = append(faults, field.Invalid(at, *r.SucceededIndexes, fmt.Sprintf("error parsing succeededIndexes: %s", err)))
		}
		listed = indexes.len()
	}
	if r.SucceededCount == nil {
		return faults
	}
	faults = append(faults, notNegative(path, counted("succeededCount", r.SucceededCount))...)
	at := path.Child("succeededCount")
	const bound = "must be less than or equal to %d (the number of %s)"
	if *r.SucceededCount > completions {
		faults = append(faults, field.Invalid(at, *r.SucceededCount, fmt.Sprintf(bound, completions, "specified completions")))
	}
	if r.SucceededIndexes != nil && *r.SucceededCount > listed {
		faults = append(faults, field.Invalid(at, *r.SucceededCount,
			fmt.Sprintf(bound, listed, "indexes in the specified succeededIndexes field")))
	}
	return faults
}
