package workloads

import (
	"slices"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"kubepath/chapters/17-controlplane/validate"
)

// count is a number that a client may give, and its field.
type count struct {
	field string
	value int64
}

// counted makes a count of a field that may be left out, as no count or one.
func counted[N int32 | int64](name string, value *N) []count {
	if value == nil {
		return nil
	}
	return []count{{name, int64(*value)}}
}

// notNegative refuses counts below zero.
func validateNonNegative(path *field.Path, lists ...[]count) field.ErrorList {
	var errs field.ErrorList
	for _, c := range slices.Concat(lists...) {
		errs = append(errs, validate.NonNegative(path.Child(c.field), c.value)...)
	}
	return errs
}

// atMost refuses counts above a limit that another field, called name, sets.
func validateAtMost(path *field.Path, limit int32, name string, counts ...count) field.ErrorList {
	var errs field.ErrorList
	for _, c := range counts {
		if c.value > int64(limit) {
			errs = append(errs, field.Invalid(path.Child(c.field), c.value, "cannot be greater than "+name))
		}
	}
	return errs
}

// notBack refuses a collision count that falls: names would be made twice.
func validateCollisionCount(path *field.Path, now, before *int32) field.ErrorList {
	value := valueOf(now)
	if before == nil || now != nil && value >= *before {
		return nil
	}
	return field.ErrorList{field.Invalid(path.Child("collisionCount"), value, "cannot be decremented")}
}

// valueOf is what p points to, or the zero value.
func valueOf[T any](p *T) T {
	if p == nil {
		var zero T
		return zero
	}
	return *p
}
