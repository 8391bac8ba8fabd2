package validate

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	metav1validation "k8s.io/apimachinery/pkg/apis/meta/v1/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// The longest reason and message of a condition, in bytes.
const (
	maxReasonLength  = 1024
	maxMessageLength = 32768
)

// Conditions: each condition is valid, and no two have one type. It is apimachinery's ValidateConditions of v1.36: the
// version that we import has other messages.
func Conditions(path *field.Path, conditions []metav1.Condition) field.ErrorList {
	var errs field.ErrorList
	types := Seen{}
	for i, c := range conditions {
		if types.Repeated(c.Type) {
			errs = append(errs, field.Duplicate(path.Index(i).Child("type"), c.Type))
		}
		errs = append(errs, condition(path.Index(i), c)...)
	}
	return errs
}

func condition(path *field.Path, c metav1.Condition) field.ErrorList {
	errs := metav1validation.ValidateLabelName(c.Type, path.Child("type"))
	errs = append(errs, Supported(path.Child("status"), c.Status, metav1.ConditionFalse, metav1.ConditionTrue, metav1.ConditionUnknown)...)
	if c.ObservedGeneration < 0 {
		errs = append(errs, field.Invalid(path.Child("observedGeneration"), c.ObservedGeneration, "must be greater than or equal to zero"))
	}
	if c.LastTransitionTime.IsZero() {
		errs = append(errs, field.Required(path.Child("lastTransitionTime"), ""))
	}
	if c.Reason == "" {
		errs = append(errs, field.Required(path.Child("reason"), ""))
	} else {
		errs = append(errs, Invalid(path.Child("reason"), c.Reason, metav1validation.IsValidConditionReason(c.Reason))...)
	}
	if len(c.Reason) > maxReasonLength {
		errs = append(errs, field.TooLong(path.Child("reason"), "", maxReasonLength))
	}
	if len(c.Message) > maxMessageLength {
		errs = append(errs, field.TooLong(path.Child("message"), "", maxMessageLength))
	}
	return errs
}
