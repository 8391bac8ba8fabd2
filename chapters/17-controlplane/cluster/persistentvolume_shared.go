package cluster

import (
	"slices"

	corev1 "k8s.io/api/core/v1"
	apivalidation "k8s.io/apimachinery/pkg/api/validation"
	metavalidation "k8s.io/apimachinery/pkg/apis/meta/v1/validation"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// What volumes and claims have in common.

// modesCell shows access modes in a fixed order. Upstream: GetAccessModesAsString.
func modesCell(modes []corev1.PersistentVolumeAccessMode) string {
	cell := ""
	for _, m := range []struct {
		mode  corev1.PersistentVolumeAccessMode
		short string
	}{
		{corev1.ReadWriteOnce, "RWO"}, {corev1.ReadOnlyMany, "ROX"}, {corev1.ReadWriteMany, "RWX"}, {corev1.ReadWriteOncePod, "RWOP"},
	} {
		if slices.Contains(modes, m.mode) {
			if cell != "" {
				cell += ","
			}
			cell += m.short
		}
	}
	return cell
}

// validateVolumeAffinity: the nodes that can reach a volume are named by terms.
func validateVolumeAffinity(at *field.Path, a *corev1.VolumeNodeAffinity) field.ErrorList {
	if a.Required == nil {
		return field.ErrorList{field.Required(at.Child("required"), "must specify required node constraints")}
	}
	return validateNodeSelector(at.Child("required"), a.Required)
}

// validateNodeSelector is upstream's ValidateNodeSelector.
func validateNodeSelector(at *field.Path, s *corev1.NodeSelector) field.ErrorList {
	terms := at.Child("nodeSelectorTerms")
	if len(s.NodeSelectorTerms) == 0 {
		return field.ErrorList{field.Required(terms, "must have at least one node selector term")}
	}
	var found field.ErrorList
	for i, term := range s.NodeSelectorTerms {
		for j, r := range term.MatchExpressions {
			found = append(found, validateNodeRequirement(terms.Index(i).Child("matchExpressions").Index(j), r)...)
		}
		for j, r := range term.MatchFields {
			found = append(found, validateNodeFieldRequirement(terms.Index(i).Child("matchFields").Index(j), r)...)
		}
	}
	return found
}

func validateNodeRequirement(at *field.Path, r corev1.NodeSelectorRequirement) field.ErrorList {
	var found field.ErrorList
	values := at.Child("values")
	switch r.Operator {
	case corev1.NodeSelectorOpIn, corev1.NodeSelectorOpNotIn:
		if len(r.Values) == 0 {
			found = append(found, field.Required(values, "must be specified when `operator` is 'In' or 'NotIn'"))
		}
	case corev1.NodeSelectorOpExists, corev1.NodeSelectorOpDoesNotExist:
		if len(r.Values) > 0 {
			found = append(found, field.Forbidden(values, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"))
		}
	case corev1.NodeSelectorOpGt, corev1.NodeSelectorOpLt:
		if len(r.Values) != 1 {
			found = append(found, field.Required(values, "must be specified single value when `operator` is 'Lt' or 'Gt'"))
		}
	default:
		found = append(found, field.Invalid(at.Child("operator"), r.Operator, "not a valid selector operator"))
	}
	found = append(found, metavalidation.ValidateLabelName(r.Key, at.Child("key"))...)
	for i, value := range r.Values {
		found = append(found, wrong(values.Index(i), value, validation.IsValidLabelValue(value))...)
	}
	return found
}

func validateNodeFieldRequirement(at *field.Path, r corev1.NodeSelectorRequirement) field.ErrorList {
	var found field.ErrorList
	switch r.Operator {
	case corev1.NodeSelectorOpIn, corev1.NodeSelectorOpNotIn:
		if len(r.Values) != 1 {
			found = append(found, field.Required(at.Child("values"),
				"must be only one value when `operator` is 'In' or 'NotIn' for node field selector"))
		}
	default:
		found = append(found, field.Invalid(at.Child("operator"), r.Operator, "not a valid selector operator"))
	}
	if r.Key != "metadata.name" {
		return append(found, field.Invalid(at.Child("key"), r.Key, "not a valid field selector key"))
	}
	for i, value := range r.Values {
		found = append(found, wrong(at.Child("values").Index(i), value, apivalidation.NameIsDNSSubdomain(value, false))...)
	}
	return found
}
