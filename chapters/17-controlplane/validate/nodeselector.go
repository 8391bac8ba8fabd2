package validate

import (
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	metav1validation "k8s.io/apimachinery/pkg/apis/meta/v1/validation"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// NodeSelector checks the terms that select nodes. anyValue accepts values that no label can have, as older versions did.
// Upstream: ValidateNodeSelector.
func NodeSelector(path *field.Path, n *corev1.NodeSelector, anyValue bool) field.ErrorList {
	path = path.Child("nodeSelectorTerms")
	if len(n.NodeSelectorTerms) == 0 {
		return field.ErrorList{field.Required(path, "must have at least one node selector term")}
	}
	var errs field.ErrorList
	for i := range n.NodeSelectorTerms {
		errs = append(errs, NodeSelectorTerm(path.Index(i), &n.NodeSelectorTerms[i], anyValue)...)
	}
	return errs
}

// NodeSelectorTerm checks one term. A node is selected if any of the terms matches it. Upstream: ValidateNodeSelectorTerm.
func NodeSelectorTerm(path *field.Path, term *corev1.NodeSelectorTerm, anyValue bool) field.ErrorList {
	var errs field.ErrorList
	for i := range term.MatchExpressions {
		errs = append(errs, validateNodeSelectorRequirement(path.Child("matchExpressions").Index(i), &term.MatchExpressions[i], anyValue)...)
	}
	for i := range term.MatchFields {
		errs = append(errs, validateNodeFieldSelectorRequirement(path.Child("matchFields").Index(i), &term.MatchFields[i])...)
	}
	return errs
}

func validateNodeSelectorRequirement(path *field.Path, r *corev1.NodeSelectorRequirement, anyValue bool) field.ErrorList {
	var errs field.ErrorList
	values := path.Child("values")
	switch r.Operator {
	case corev1.NodeSelectorOpIn, corev1.NodeSelectorOpNotIn:
		if len(r.Values) == 0 {
			errs = append(errs, field.Required(values, "must be specified when `operator` is 'In' or 'NotIn'"))
		}
	case corev1.NodeSelectorOpExists, corev1.NodeSelectorOpDoesNotExist:
		if len(r.Values) > 0 {
			errs = append(errs, field.Forbidden(values, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"))
		}
	case corev1.NodeSelectorOpGt, corev1.NodeSelectorOpLt:
		if len(r.Values) != 1 {
			errs = append(errs, field.Required(values, "must be specified single value when `operator` is 'Lt' or 'Gt'"))
		}
	default:
		errs = append(errs, field.Invalid(path.Child("operator"), r.Operator, "not a valid selector operator"))
	}
	errs = append(errs, metav1validation.ValidateLabelName(r.Key, path.Child("key"))...)
	for i := 0; i < len(r.Values) && !anyValue; i++ {
		errs = append(errs, Invalid(values.Index(i), r.Values[i], validation.IsValidLabelValue(r.Values[i]))...)
	}
	return errs
}

// validateNodeFieldSelectorRequirement: metadata.name is the only field of a node that can be selected.
func validateNodeFieldSelectorRequirement(path *field.Path, r *corev1.NodeSelectorRequirement) field.ErrorList {
	var errs field.ErrorList
	switch r.Operator {
	case corev1.NodeSelectorOpIn, corev1.NodeSelectorOpNotIn:
		if len(r.Values) != 1 {
			errs = append(errs, field.Required(path.Child("values"),
				"must be only one value when `operator` is 'In' or 'NotIn' for node field selector"))
		}
	default:
		errs = append(errs, field.Invalid(path.Child("operator"), r.Operator, "not a valid selector operator"))
	}
	if r.Key != metav1.ObjectNameField {
		return append(errs, field.Invalid(path.Child("key"), r.Key, "not a valid field selector key"))
	}
	for i, value := range r.Values {
		errs = append(errs, ObjectName(path.Child("values").Index(i), value)...)
	}
	return errs
}

// CSIDriverName: the name is a DNS subdomain in any case, of at most 63 characters. Upstream: ValidateCSIDriverName.
func CSIDriverName(path *field.Path, name string) field.ErrorList {
	if name == "" {
		return field.ErrorList{field.Required(path, "")}
	}
	var errs field.ErrorList
	if len(name) > 63 {
		errs = append(errs, field.TooLong(path, "", 63))
	}
	for _, err := range DNS1123Subdomain(path, strings.ToLower(name)) {
		err.BadValue = name
		errs = append(errs, err)
	}
	return errs
}
