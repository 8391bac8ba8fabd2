package workloads

import (
	"slices"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"kubepath/chapters/17-controlplane/validate"
)

// count is the value of an integer field, and the field's name.
type count struct {
	field string
	value int64
}

// counted returns an optional field as a list of one count; an empty list: the field is not set.
func counted[N int32 | int64](name string, value *N) []count {
	if value == nil {
		return nil
	}
	return []count{{name, int64(*value)}}
}

// validateNonNegative: all counts are 0 or more.
func validateNonNegative(path *field.Path, lists ...[]count) field.ErrorList {
	var errs field.ErrorList
	for _, c := range slices.Concat(lists...) {
		errs = append(errs, validate.NonNegative(path.Child(c.field), c.value)...)
	}
	return errs
}

// validateAtMost: no count is greater than limit, the value of the field called name.
func validateAtMost(path *field.Path, limit int32, name string, counts ...count) field.ErrorList {
	var errs field.ErrorList
	for _, c := range counts {
		if c.value > int64(limit) {
			errs = append(errs, field.Invalid(path.Child(c.field), c.value, "cannot be greater than "+name))
		}
	}
	return errs
}

// validateCollisionCount: the count never decreases. It is part of the hash in names, so a lower one would repeat a name.
func validateCollisionCount(path *field.Path, now, before *int32) field.ErrorList {
	value := valueOf(now)
	if before == nil || now != nil && value >= *before {
		return nil
	}
	return field.ErrorList{field.Invalid(path.Child("collisionCount"), value, "cannot be decremented")}
}

// valueOf returns *p, or the zero value for nil.
func valueOf[T any](p *T) T {
	if p == nil {
		var zero T
		return zero
	}
	return *p
}
