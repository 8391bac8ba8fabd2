package workloads

import (
	"strconv"
	"strings"

	apivalidation "k8s.io/apimachinery/pkg/api/validation"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// validateIntOrPercent: a number of pods, or their share in percent.
func validateIntOrPercent(amount intstr.IntOrString, path *field.Path) field.ErrorList {
	if amount.Type == intstr.Int {
		return apivalidation.ValidateNonnegativeField(int64(amount.IntVal), path)
	}
	var errs field.ErrorList
	for _, problem := range validation.IsValidPercent(amount.StrVal) {
		errs = append(errs, field.Invalid(path, amount, problem))
	}
	return errs
}

// validateShare: no share is more than all pods.
func validateShare(amount intstr.IntOrString, path *field.Path) field.ErrorList {
	if percent, ok := percentOf(amount); !ok || percent <= 100 {
		return nil
	}
	return field.ErrorList{field.Invalid(path, amount, "must not be greater than 100%")}
}

// percentOf is the number before the percent sign; false where amount is not a percentage.
func percentOf(amount intstr.IntOrString) (int, bool) {
	if amount.Type != intstr.String || len(validation.IsValidPercent(amount.StrVal)) != 0 {
		return 0, false
	}
	percent, _ := strconv.Atoi(strings.TrimSuffix(amount.StrVal, "%"))
	return percent, true
}

// isNone reports an amount that is zero pods, whatever the number of all is.
func isNone(amount intstr.IntOrString) bool {
	if percent, ok := percentOf(amount); ok {
		return percent == 0
	}
	return amount.IntValue() == 0
}
