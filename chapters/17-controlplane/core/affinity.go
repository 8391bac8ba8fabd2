package core

import (
	corev1 "k8s.io/api/core/v1"
	apivalidation "k8s.io/apimachinery/pkg/api/validation"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	metav1validation "k8s.io/apimachinery/pkg/apis/meta/v1/validation"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

const (
	requiredTerms  = "requiredDuringSchedulingIgnoredDuringExecution"
	preferredTerms = "preferredDuringSchedulingIgnoredDuringExecution"
)

func (s *specCheck) affinity() field.ErrorList {
	a, path := s.spec.Affinity, s.path.Child("affinity")
	if a == nil {
		return nil
	}
	var found field.ErrorList
	if n := a.NodeAffinity; n != nil {
		found = append(found, s.nodeAffinity(n, path.Child("nodeAffinity"))...)
	}
	if p := a.PodAffinity; p != nil {
		found = append(found, s.podTerms(p.RequiredDuringSchedulingIgnoredDuringExecution,
			p.PreferredDuringSchedulingIgnoredDuringExecution, path.Child("podAffinity"))...)
	}
	if p := a.PodAntiAffinity; p != nil {
		found = append(found, s.podTerms(p.RequiredDuringSchedulingIgnoredDuringExecution,
			p.PreferredDuringSchedulingIgnoredDuringExecution, path.Child("podAntiAffinity"))...)
	}
	return found
}

func (s *specCheck) nodeAffinity(n *corev1.NodeAffinity, path *field.Path) field.ErrorList {
	var found field.ErrorList
	if r := n.RequiredDuringSchedulingIgnoredDuringExecution; r != nil {
		found = append(found, ValidateNodeSelector(r, path.Child(requiredTerms), s.options.AllowInvalidNodeValues)...)
	}
	for i, term := range n.PreferredDuringSchedulingIgnoredDuringExecution {
		at := path.Child(preferredTerms).Index(i)
		found = append(found, weight(at, term.Weight)...)
		found = append(found, nodeTerm(&term.Preference, at.Child("preference"), true)...)
	}
	return found
}

func weight(path *field.Path, w int32) field.ErrorList {
	if w >= 1 && w <= 100 {
		return nil
	}
	return field.ErrorList{field.Invalid(path.Child("weight"), w, "must be in the range 1-100")}
}

// ValidateNodeSelector checks the terms of a selector of nodes; anyValue leaves out whether a node could have the values
// as labels. Upstream: fieldvalidation.ValidateNodeSelector.
func ValidateNodeSelector(n *corev1.NodeSelector, path *field.Path, anyValue bool) field.ErrorList {
	path = path.Child("nodeSelectorTerms")
	if len(n.NodeSelectorTerms) == 0 {
		return field.ErrorList{field.Required(path, "must have at least one node selector term")}
	}
	var found field.ErrorList
	for i := range n.NodeSelectorTerms {
		found = append(found, nodeTerm(&n.NodeSelectorTerms[i], path.Index(i), anyValue)...)
	}
	return found
}

func nodeTerm(term *corev1.NodeSelectorTerm, path *field.Path, anyValue bool) field.ErrorList {
	var found field.ErrorList
	for i := range term.MatchExpressions {
		found = append(found, nodeRequirement(&term.MatchExpressions[i], path.Child("matchExpressions").Index(i), anyValue)...)
	}
	for i := range term.MatchFields {
		found = append(found, nodeField(&term.MatchFields[i], path.Child("matchFields").Index(i))...)
	}
	return found
}

func nodeRequirement(r *corev1.NodeSelectorRequirement, path *field.Path, anyValue bool) field.ErrorList {
	var found field.ErrorList
	values := path.Child("values")
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
		found = append(found, field.Invalid(path.Child("operator"), r.Operator, "not a valid selector operator"))
	}
	found = append(found, metav1validation.ValidateLabelName(r.Key, path.Child("key"))...)
	for i := 0; i < len(r.Values) && !anyValue; i++ {
		found = append(found, wrong(values.Index(i), r.Values[i], validation.IsValidLabelValue(r.Values[i]))...)
	}
	return found
}

// nodeField: of the fields of a node only the name can be asked for.
func nodeField(r *corev1.NodeSelectorRequirement, path *field.Path) field.ErrorList {
	var found field.ErrorList
	switch r.Operator {
	case corev1.NodeSelectorOpIn, corev1.NodeSelectorOpNotIn:
		if len(r.Values) != 1 {
			found = append(found, field.Required(path.Child("values"),
				"must be only one value when `operator` is 'In' or 'NotIn' for node field selector"))
		}
	default:
		found = append(found, field.Invalid(path.Child("operator"), r.Operator, "not a valid selector operator"))
	}
	if r.Key != metav1.ObjectNameField {
		return append(found, field.Invalid(path.Child("key"), r.Key, "not a valid field selector key"))
	}
	for i, value := range r.Values {
		found = append(found, isObjectName(path.Child("values").Index(i), value)...)
	}
	return found
}

func (s *specCheck) podTerms(need []corev1.PodAffinityTerm, prefer []corev1.WeightedPodAffinityTerm, path *field.Path) field.ErrorList {
	var found field.ErrorList
	for i := range need {
		found = append(found, s.podTerm(&need[i], path.Child(requiredTerms).Index(i))...)
	}
	for i := range prefer {
		at := path.Child(preferredTerms).Index(i)
		found = append(found, weight(at, prefer[i].Weight)...)
		found = append(found, s.podTerm(&prefer[i].PodAffinityTerm, at.Child("podAffinityTerm"))...)
	}
	return found
}

func (s *specCheck) podTerm(t *corev1.PodAffinityTerm, path *field.Path) field.ErrorList {
	found := selectors(t, path, metav1validation.LabelSelectorValidationOptions{AllowInvalidLabelValueInSelector: s.options.AllowInvalidSelectorValues})
	for _, name := range t.Namespaces {
		found = append(found, wrong(path.Child("namespace"), name, apivalidation.ValidateNamespaceName(name, false))...)
	}
	found = append(found, labelKeys(t.MatchLabelKeys, t.MismatchLabelKeys, t.LabelSelector, path)...)
	if t.TopologyKey == "" {
		found = append(found, field.Required(path.Child("topologyKey"), "can not be empty"))
	}
	return append(found, metav1validation.ValidateLabelName(t.TopologyKey, path.Child("topologyKey"))...)
}

func selectors(t *corev1.PodAffinityTerm, path *field.Path, o metav1validation.LabelSelectorValidationOptions) field.ErrorList {
	found := metav1validation.ValidateLabelSelector(t.LabelSelector, o, path.Child("labelSelector"))
	return append(found, metav1validation.ValidateLabelSelector(t.NamespaceSelector, o, path.Child("namespaceSelector"))...)
}

// podSelectors and nodeValues find what was once allowed.
func (s *specCheck) podSelectors() field.ErrorList {
	var found field.ErrorList
	for _, t := range affinityTerms(s.spec.Affinity) {
		found = append(found, selectors(t, s.path, strictLabels)...)
	}
	return found
}

func (s *specCheck) nodeValues() field.ErrorList {
	a := s.spec.Affinity
	if a == nil || a.NodeAffinity == nil || a.NodeAffinity.RequiredDuringSchedulingIgnoredDuringExecution == nil {
		return nil
	}
	var found field.ErrorList
	for _, term := range a.NodeAffinity.RequiredDuringSchedulingIgnoredDuringExecution.NodeSelectorTerms {
		for _, r := range term.MatchExpressions {
			for _, value := range r.Values {
				found = append(found, wrong(s.path, value, validation.IsValidLabelValue(value))...)
			}
		}
	}
	return found
}
