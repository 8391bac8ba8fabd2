package podspec

import (
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/validate/content"
	metav1validation "k8s.io/apimachinery/pkg/apis/meta/v1/validation"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"kubepath/chapters/17-controlplane/validate"
)

func (s *specValidator) validateTolerations() field.ErrorList {
	return ValidateTolerations(s.path.Child("tolerations"), s.spec.Tolerations, s.options)
}

// ValidateTolerations checks the list at path. Upstream: validation.ValidateTolerations.
func ValidateTolerations(path *field.Path, list []corev1.Toleration, o Options) field.ErrorList {
	var errs field.ErrorList
	for i := range list {
		t, at := &list[i], path.Index(i)
		if t.Key != "" {
			errs = append(errs, metav1validation.ValidateLabelName(t.Key, at.Child("key"))...)
		} else if t.Operator != corev1.TolerationOpExists {
			errs = append(errs, field.Invalid(at.Child("operator"), t.Operator,
				"operator must be Exists when `key` is empty, which means \"match all values and all keys\""))
		}
		if t.TolerationSeconds != nil && t.Effect != corev1.TaintEffectNoExecute {
			errs = append(errs, field.Invalid(at.Child("effect"), t.Effect, "effect must be 'NoExecute' when `tolerationSeconds` is set"))
		}
		errs = append(errs, validateToleration(at, t, o)...)
		if t.Effect != "" {
			errs = append(errs, validateTaintEffect(at.Child("effect"), t.Effect)...)
		}
	}
	return errs
}

// validateToleration: whether a value is needed depends on the operator.
func validateToleration(path *field.Path, t *corev1.Toleration, o Options) field.ErrorList {
	at := path.Child("operator")
	switch t.Operator {
	case corev1.TolerationOpEqual, "":
		if bad := validation.IsValidLabelValue(t.Value); len(bad) > 0 {
			return field.ErrorList{field.Invalid(at, t.Value, strings.Join(bad, ";"))}
		}
		return nil
	case corev1.TolerationOpExists:
		if t.Value != "" {
			return field.ErrorList{field.Invalid(at, t.Value, "value must be empty when `operator` is 'Exists'")}
		}
		return nil
	case corev1.TolerationOpLt, corev1.TolerationOpGt:
		if o.AllowComparingTolerations {
			return validateTolerationNumber(path.Child("value"), t.Value)
		}
		return field.ErrorList{field.NotSupported(at, t.Operator, []corev1.TolerationOperator{
			corev1.TolerationOpEqual, corev1.TolerationOpExists, corev1.TolerationOpLt, corev1.TolerationOpGt})}
	}
	return validate.Supported(at, t.Operator, corev1.TolerationOpEqual, corev1.TolerationOpExists)
}

func validateTolerationNumber(path *field.Path, value string) field.ErrorList {
	errs := validate.Invalid(path, value, content.IsDecimalInteger(value))
	if _, err := strconv.ParseInt(value, 10, 64); err != nil {
		errs = append(errs, field.Invalid(path, value, err.Error()))
	}
	return errs
}

// validateTolerationOperators: the operators Lt and Gt need a feature gate that is off.
func (s *specValidator) validateTolerationOperators() field.ErrorList {
	var errs field.ErrorList
	for _, t := range s.spec.Tolerations {
		if t.Operator == corev1.TolerationOpLt || t.Operator == corev1.TolerationOpGt {
			errs = append(errs, field.Forbidden(s.path.Child("tolerations"), ""))
		}
	}
	return errs
}

func validateTaintEffect(path *field.Path, e corev1.TaintEffect) field.ErrorList {
	return validate.Supported(path, e, corev1.TaintEffectNoSchedule, corev1.TaintEffectPreferNoSchedule, corev1.TaintEffectNoExecute)
}
