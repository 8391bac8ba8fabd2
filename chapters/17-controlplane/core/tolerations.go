package core

import (
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1validation "k8s.io/apimachinery/pkg/apis/meta/v1/validation"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

func (s *specCheck) tolerations() faults {
	return ValidateTolerations(s.spec.Tolerations, s.path.Child("tolerations"))
}

// ValidateTolerations checks the list at path. Upstream: validation.ValidateTolerations.
func ValidateTolerations(list []corev1.Toleration, path *field.Path) field.ErrorList {
	var found faults
	for i := range list {
		t, at := &list[i], path.Index(i)
		if t.Key != "" {
			found = append(found, metav1validation.ValidateLabelName(t.Key, at.Child("key"))...)
		} else if t.Operator != corev1.TolerationOpExists {
			found = append(found, field.Invalid(at.Child("operator"), t.Operator,
				"operator must be Exists when `key` is empty, which means \"match all values and all keys\""))
		}
		if t.TolerationSeconds != nil && t.Effect != corev1.TaintEffectNoExecute {
			found = append(found, field.Invalid(at.Child("effect"), t.Effect, "effect must be 'NoExecute' when `tolerationSeconds` is set"))
		}
		found = append(found, tolerated(t, at.Child("operator"))...)
		if t.Effect != "" {
			found = append(found, taintEffect(at.Child("effect"), t.Effect)...)
		}
	}
	return found
}

// tolerated: the operator says whether there is a value. Comparisons are not served yet.
func tolerated(t *corev1.Toleration, path *field.Path) faults {
	switch t.Operator {
	case corev1.TolerationOpEqual, "":
		if bad := validation.IsValidLabelValue(t.Value); len(bad) > 0 {
			return faults{field.Invalid(path, t.Value, strings.Join(bad, ";"))}
		}
		return nil
	case corev1.TolerationOpExists:
		if t.Value != "" {
			return faults{field.Invalid(path, t.Value, "value must be empty when `operator` is 'Exists'")}
		}
		return nil
	case corev1.TolerationOpLt, corev1.TolerationOpGt:
		return faults{field.NotSupported(path, t.Operator, []corev1.TolerationOperator{
			corev1.TolerationOpEqual, corev1.TolerationOpExists, corev1.TolerationOpLt, corev1.TolerationOpGt})}
	}
	return among(path, t.Operator, corev1.TolerationOpEqual, corev1.TolerationOpExists)
}

func taintEffect(path *field.Path, e corev1.TaintEffect) faults {
	return among(path, e, corev1.TaintEffectNoSchedule, corev1.TaintEffectPreferNoSchedule, corev1.TaintEffectNoExecute)
}
