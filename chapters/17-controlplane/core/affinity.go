package core

import (
	"fmt"
	"slices"

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
		found = append(found, s.nodeAffinity(path.Child("nodeAffinity"), n)...)
	}
	if p := a.PodAffinity; p != nil {
		found = append(found, s.podTerms(path.Child("podAffinity"), p.RequiredDuringSchedulingIgnoredDuringExecution,
			p.PreferredDuringSchedulingIgnoredDuringExecution)...)
	}
	if p := a.PodAntiAffinity; p != nil {
		found = append(found, s.podTerms(path.Child("podAntiAffinity"), p.RequiredDuringSchedulingIgnoredDuringExecution,
			p.PreferredDuringSchedulingIgnoredDuringExecution)...)
	}
	return found
}

func (s *specCheck) nodeAffinity(path *field.Path, n *corev1.NodeAffinity) field.ErrorList {
	var found field.ErrorList
	if r := n.RequiredDuringSchedulingIgnoredDuringExecution; r != nil {
		found = append(found, ValidateNodeSelector(path.Child(requiredTerms), r, s.options.AllowInvalidNodeValues)...)
	}
	for i, term := range n.PreferredDuringSchedulingIgnoredDuringExecution {
		at := path.Child(preferredTerms).Index(i)
		found = append(found, weight(at, term.Weight)...)
		found = append(found, nodeTerm(at.Child("preference"), &term.Preference, true)...)
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
func ValidateNodeSelector(path *field.Path, n *corev1.NodeSelector, anyValue bool) field.ErrorList {
	path = path.Child("nodeSelectorTerms")
	if len(n.NodeSelectorTerms) == 0 {
		return field.ErrorList{field.Required(path, "must have at least one node selector term")}
	}
	var found field.ErrorList
	for i := range n.NodeSelectorTerms {
		found = append(found, nodeTerm(path.Index(i), &n.NodeSelectorTerms[i], anyValue)...)
	}
	return found
}

func nodeTerm(path *field.Path, term *corev1.NodeSelectorTerm, anyValue bool) field.ErrorList {
	var found field.ErrorList
	for i := range term.MatchExpressions {
		found = append(found, nodeRequirement(path.Child("matchExpressions").Index(i), &term.MatchExpressions[i], anyValue)...)
	}
	for i := range term.MatchFields {
		found = append(found, nodeField(path.Child("matchFields").Index(i), &term.MatchFields[i])...)
	}
	return found
}

func nodeRequirement(path *field.Path, r *corev1.NodeSelectorRequirement, anyValue bool) field.ErrorList {
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
func nodeField(path *field.Path, r *corev1.NodeSelectorRequirement) field.ErrorList {
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

func (s *specCheck) podTerms(path *field.Path, need []corev1.PodAffinityTerm, prefer []corev1.WeightedPodAffinityTerm) field.ErrorList {
	var found field.ErrorList
	for i := range need {
		found = append(found, s.podTerm(path.Child(requiredTerms).Index(i), &need[i])...)
	}
	for i := range prefer {
		at := path.Child(preferredTerms).Index(i)
		found = append(found, weight(at, prefer[i].Weight)...)
		found = append(found, s.podTerm(at.Child("podAffinityTerm"), &prefer[i].PodAffinityTerm)...)
	}
	return found
}

func (s *specCheck) podTerm(path *field.Path, t *corev1.PodAffinityTerm) field.ErrorList {
	found := selectors(path, t, metav1validation.LabelSelectorValidationOptions{AllowInvalidLabelValueInSelector: s.options.AllowInvalidSelectorValues})
	for _, name := range t.Namespaces {
		found = append(found, wrong(path.Child("namespace"), name, apivalidation.ValidateNamespaceName(name, false))...)
	}
	found = append(found, labelKeys(path, t.MatchLabelKeys, t.MismatchLabelKeys, t.LabelSelector)...)
	if t.TopologyKey == "" {
		found = append(found, field.Required(path.Child("topologyKey"), "can not be empty"))
	}
	return append(found, metav1validation.ValidateLabelName(t.TopologyKey, path.Child("topologyKey"))...)
}

func selectors(path *field.Path, t *corev1.PodAffinityTerm, o metav1validation.LabelSelectorValidationOptions) field.ErrorList {
	found := metav1validation.ValidateLabelSelector(t.LabelSelector, o, path.Child("labelSelector"))
	return append(found, metav1validation.ValidateLabelSelector(t.NamespaceSelector, o, path.Child("namespaceSelector"))...)
}

// podSelectors and nodeValues find what was once allowed.
func (s *specCheck) podSelectors() field.ErrorList {
	var found field.ErrorList
	for _, t := range affinityTerms(s.spec.Affinity) {
		found = append(found, selectors(s.path, t, strictLabels)...)
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

// spread are the topology spread constraints: how unevenly pods may lie across zones or nodes.
func (s *specCheck) spread() field.ErrorList {
	var found field.ErrorList
	list := s.spec.TopologySpreadConstraints
	for i := range list {
		c, path := &list[i], s.path.Child("topologySpreadConstraints").Index(i)
		found = append(found, positive(path.Child("maxSkew"), c.MaxSkew)...)
		if c.TopologyKey == "" {
			found = append(found, field.Required(path.Child("topologyKey"), "can not be empty"))
		}
		found = append(found, among(path.Child("whenUnsatisfiable"), c.WhenUnsatisfiable, corev1.DoNotSchedule, corev1.ScheduleAnyway)...)
		found = append(found, saidOnce(path, c, list[i+1:])...)
		found = append(found, minDomains(path.Child("minDomains"), c)...)
		found = append(found, inclusion(path.Child("nodeAffinityPolicy"), c.NodeAffinityPolicy)...)
		found = append(found, inclusion(path.Child("nodeTaintsPolicy"), c.NodeTaintsPolicy)...)
		if s.options.AllowInvalidSpreadKeys {
			found = append(found, looseKeys(path.Child("matchLabelKeys"), c)...)
		} else {
			found = append(found, labelKeys(path, c.MatchLabelKeys, nil, c.LabelSelector)...)
		}
	}
	if !s.options.AllowInvalidSpreadSelectors {
		found = append(found, s.spreadSelectors()...)
	}
	return found
}

func saidOnce(path *field.Path, c *corev1.TopologySpreadConstraint, others []corev1.TopologySpreadConstraint) field.ErrorList {
	again := slices.ContainsFunc(others, func(o corev1.TopologySpreadConstraint) bool {
		return o.TopologyKey == c.TopologyKey && o.WhenUnsatisfiable == c.WhenUnsatisfiable
	})
	if !again {
		return nil
	}
	return field.ErrorList{field.Duplicate(path.Child("{topologyKey, whenUnsatisfiable}"), fmt.Sprintf("{%v, %v}", c.TopologyKey, c.WhenUnsatisfiable))}
}

func minDomains(path *field.Path, c *corev1.TopologySpreadConstraint) field.ErrorList {
	if c.MinDomains == nil {
		return nil
	}
	found := positive(path, *c.MinDomains)
	if c.WhenUnsatisfiable != corev1.DoNotSchedule {
		found = append(found, field.Invalid(path, c.MinDomains,
			fmt.Sprintf("can only use minDomains if whenUnsatisfiable=%s, not %s", corev1.DoNotSchedule, c.WhenUnsatisfiable)))
	}
	return found
}

func inclusion(path *field.Path, p *corev1.NodeInclusionPolicy) field.ErrorList {
	if p == nil {
		return nil
	}
	return among(path, *p, corev1.NodeInclusionPolicyHonor, corev1.NodeInclusionPolicyIgnore)
}

// labelKeys: keys whose values come from the pod's own labels. By now they are requirements of the selector; one that
// stands there from before is a contradiction. Upstream: ValidateMatchLabelKeysAndMismatchLabelKeys.
func labelKeys(path *field.Path, match, mismatch []string, selector *metav1.LabelSelector) field.ErrorList {
	found := keyNames(path.Child("matchLabelKeys"), match, selector)
	found = append(found, keyNames(path.Child("mismatchLabelKeys"), mismatch, selector)...)
	if selector != nil && len(match) > 0 {
		names := seen{}
		for key := range selector.MatchLabels {
			names[key] = true
		}
		for _, r := range selector.MatchExpressions {
			if at := lastIndex(match, r.Key); names.again(r.Key) && at >= 0 {
				found = append(found, field.Invalid(path.Index(at), r.Key, "exists in both matchLabelKeys and labelSelector"))
			}
		}
	}
	for i, key := range match {
		if slices.Contains(mismatch, key) {
			found = append(found, field.Invalid(path.Child("matchLabelKeys").Index(i), key, "exists in both matchLabelKeys and mismatchLabelKeys"))
		}
	}
	return found
}

func lastIndex(list []string, s string) int {
	for i := len(list) - 1; i >= 0; i-- {
		if list[i] == s {
			return i
		}
	}
	return -1
}

func keyNames(path *field.Path, keys []string, selector *metav1.LabelSelector) field.ErrorList {
	if len(keys) > 0 && selector == nil {
		return field.ErrorList{field.Forbidden(path, "must not be specified when labelSelector is not set")}
	}
	var found field.ErrorList
	for i, key := range keys {
		found = append(found, metav1validation.ValidateLabelName(key, path.Index(i))...)
	}
	return found
}

// looseKeys is the rule for pods from before keys became requirements.
func looseKeys(path *field.Path, c *corev1.TopologySpreadConstraint) field.ErrorList {
	if len(c.MatchLabelKeys) == 0 {
		return nil
	}
	var found field.ErrorList
	names := seen{}
	if c.LabelSelector == nil {
		found = append(found, field.Forbidden(path, "must not be specified when labelSelector is not set"))
	} else {
		for key := range c.LabelSelector.MatchLabels {
			names[key] = true
		}
		for _, r := range c.LabelSelector.MatchExpressions {
			names[r.Key] = true
		}
	}
	for i, key := range c.MatchLabelKeys {
		found = append(found, metav1validation.ValidateLabelName(key, path.Index(i))...)
		if names[key] {
			found = append(found, field.Invalid(path.Index(i), key, "exists in both matchLabelKeys and labelSelector"))
		}
	}
	return found
}

func (s *specCheck) spreadSelectors() field.ErrorList {
	var found field.ErrorList
	for i := range s.spec.TopologySpreadConstraints {
		found = append(found, metav1validation.ValidateLabelSelector(s.spec.TopologySpreadConstraints[i].LabelSelector, strictLabels,
			s.path.Child("topologySpreadConstraints").Index(i).Child("labelSelector"))...)
	}
	return found
}

func (s *specCheck) spreadKeys() field.ErrorList {
	var found field.ErrorList
	for _, c := range s.spec.TopologySpreadConstraints {
		found = append(found, labelKeys(s.path, c.MatchLabelKeys, nil, c.LabelSelector)...)
	}
	return found
}
