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

func (s *specValidator) validateAffinity() field.ErrorList {
	a, path := s.spec.Affinity, s.path.Child("affinity")
	if a == nil {
		return nil
	}
	var found field.ErrorList
	if n := a.NodeAffinity; n != nil {
		found = append(found, s.validateNodeAffinity(path.Child("nodeAffinity"), n)...)
	}
	if p := a.PodAffinity; p != nil {
		found = append(found, s.validatePodAffinityTerms(path.Child("podAffinity"), p.RequiredDuringSchedulingIgnoredDuringExecution,
			p.PreferredDuringSchedulingIgnoredDuringExecution)...)
	}
	if p := a.PodAntiAffinity; p != nil {
		found = append(found, s.validatePodAffinityTerms(path.Child("podAntiAffinity"), p.RequiredDuringSchedulingIgnoredDuringExecution,
			p.PreferredDuringSchedulingIgnoredDuringExecution)...)
	}
	return found
}

func (s *specValidator) validateNodeAffinity(path *field.Path, n *corev1.NodeAffinity) field.ErrorList {
	var found field.ErrorList
	if r := n.RequiredDuringSchedulingIgnoredDuringExecution; r != nil {
		found = append(found, ValidateNodeSelector(path.Child(requiredTerms), r, s.options.AllowInvalidNodeValues)...)
	}
	for i, term := range n.PreferredDuringSchedulingIgnoredDuringExecution {
		at := path.Child(preferredTerms).Index(i)
		found = append(found, validateWeight(at, term.Weight)...)
		found = append(found, validateNodeSelectorTerm(at.Child("preference"), &term.Preference, true)...)
	}
	return found
}

func validateWeight(path *field.Path, w int32) field.ErrorList {
	if w >= 1 && w <= 100 {
		return nil
	}
	return field.ErrorList{field.Invalid(path.Child("weight"), w, "must be in the range 1-100")}
}

// ValidateNodeSelector checks the terms of a selector of nodes; anyValue leaves out whether a node could have the values
// as labels. Upstream: validation.ValidateNodeSelector.
func ValidateNodeSelector(path *field.Path, n *corev1.NodeSelector, anyValue bool) field.ErrorList {
	path = path.Child("nodeSelectorTerms")
	if len(n.NodeSelectorTerms) == 0 {
		return field.ErrorList{field.Required(path, "must have at least one node selector term")}
	}
	var found field.ErrorList
	for i := range n.NodeSelectorTerms {
		found = append(found, validateNodeSelectorTerm(path.Index(i), &n.NodeSelectorTerms[i], anyValue)...)
	}
	return found
}

func validateNodeSelectorTerm(path *field.Path, term *corev1.NodeSelectorTerm, anyValue bool) field.ErrorList {
	var found field.ErrorList
	for i := range term.MatchExpressions {
		found = append(found, validateNodeSelectorRequirement(path.Child("matchExpressions").Index(i), &term.MatchExpressions[i], anyValue)...)
	}
	for i := range term.MatchFields {
		found = append(found, validateNodeFieldSelectorRequirement(path.Child("matchFields").Index(i), &term.MatchFields[i])...)
	}
	return found
}

func validateNodeSelectorRequirement(path *field.Path, r *corev1.NodeSelectorRequirement, anyValue bool) field.ErrorList {
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

// validateNodeFieldSelectorRequirement: of the fields of a node only the name can be asked for.
func validateNodeFieldSelectorRequirement(path *field.Path, r *corev1.NodeSelectorRequirement) field.ErrorList {
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

func (s *specValidator) validatePodAffinityTerms(path *field.Path, need []corev1.PodAffinityTerm, prefer []corev1.WeightedPodAffinityTerm) field.ErrorList {
	var found field.ErrorList
	for i := range need {
		found = append(found, s.validatePodAffinityTerm(path.Child(requiredTerms).Index(i), &need[i])...)
	}
	for i := range prefer {
		at := path.Child(preferredTerms).Index(i)
		found = append(found, validateWeight(at, prefer[i].Weight)...)
		found = append(found, s.validatePodAffinityTerm(at.Child("podAffinityTerm"), &prefer[i].PodAffinityTerm)...)
	}
	return found
}

func (s *specValidator) validatePodAffinityTerm(path *field.Path, t *corev1.PodAffinityTerm) field.ErrorList {
	found := validateAffinitySelectors(path, t, metav1validation.LabelSelectorValidationOptions{AllowInvalidLabelValueInSelector: s.options.AllowInvalidSelectorValues})
	for _, name := range t.Namespaces {
		found = append(found, wrong(path.Child("namespace"), name, apivalidation.ValidateNamespaceName(name, false))...)
	}
	found = append(found, validateMatchLabelKeys(path, t.MatchLabelKeys, t.MismatchLabelKeys, t.LabelSelector)...)
	if t.TopologyKey == "" {
		found = append(found, field.Required(path.Child("topologyKey"), "can not be empty"))
	}
	return append(found, metav1validation.ValidateLabelName(t.TopologyKey, path.Child("topologyKey"))...)
}

func validateAffinitySelectors(path *field.Path, t *corev1.PodAffinityTerm, o metav1validation.LabelSelectorValidationOptions) field.ErrorList {
	found := metav1validation.ValidateLabelSelector(t.LabelSelector, o, path.Child("labelSelector"))
	return append(found, metav1validation.ValidateLabelSelector(t.NamespaceSelector, o, path.Child("namespaceSelector"))...)
}

// validatePodAffinitySelectors and nodeValues find what was once allowed.
func (s *specValidator) validatePodAffinitySelectors() field.ErrorList {
	var found field.ErrorList
	for _, t := range affinityTerms(s.spec.Affinity) {
		found = append(found, validateAffinitySelectors(s.path, t, strictLabels)...)
	}
	return found
}

func (s *specValidator) validateNodeAffinityValues() field.ErrorList {
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
func (s *specValidator) validateTopologySpreadConstraints() field.ErrorList {
	var found field.ErrorList
	list := s.spec.TopologySpreadConstraints
	for i := range list {
		c, path := &list[i], s.path.Child("topologySpreadConstraints").Index(i)
		found = append(found, positive(path.Child("maxSkew"), c.MaxSkew)...)
		if c.TopologyKey == "" {
			found = append(found, field.Required(path.Child("topologyKey"), "can not be empty"))
		}
		found = append(found, among(path.Child("whenUnsatisfiable"), c.WhenUnsatisfiable, corev1.DoNotSchedule, corev1.ScheduleAnyway)...)
		found = append(found, validateSpreadConstraintNotRepeated(path, c, list[i+1:])...)
		found = append(found, validateMinDomains(path.Child("minDomains"), c)...)
		found = append(found, validateNodeInclusionPolicy(path.Child("nodeAffinityPolicy"), c.NodeAffinityPolicy)...)
		found = append(found, validateNodeInclusionPolicy(path.Child("nodeTaintsPolicy"), c.NodeTaintsPolicy)...)
		if s.options.AllowInvalidSpreadKeys {
			found = append(found, validateSpreadLabelKeys(path.Child("matchLabelKeys"), c)...)
		} else {
			found = append(found, validateMatchLabelKeys(path, c.MatchLabelKeys, nil, c.LabelSelector)...)
		}
	}
	if !s.options.AllowInvalidSpreadSelectors {
		found = append(found, s.validateTopologySpreadSelectors()...)
	}
	return found
}

func validateSpreadConstraintNotRepeated(path *field.Path, c *corev1.TopologySpreadConstraint, others []corev1.TopologySpreadConstraint) field.ErrorList {
	again := slices.ContainsFunc(others, func(o corev1.TopologySpreadConstraint) bool {
		return o.TopologyKey == c.TopologyKey && o.WhenUnsatisfiable == c.WhenUnsatisfiable
	})
	if !again {
		return nil
	}
	return field.ErrorList{field.Duplicate(path.Child("{topologyKey, whenUnsatisfiable}"), fmt.Sprintf("{%v, %v}", c.TopologyKey, c.WhenUnsatisfiable))}
}

func validateMinDomains(path *field.Path, c *corev1.TopologySpreadConstraint) field.ErrorList {
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

func validateNodeInclusionPolicy(path *field.Path, p *corev1.NodeInclusionPolicy) field.ErrorList {
	if p == nil {
		return nil
	}
	return among(path, *p, corev1.NodeInclusionPolicyHonor, corev1.NodeInclusionPolicyIgnore)
}

// validateMatchLabelKeys: keys whose values come from the pod's own labels. By now they are requirements of the selector; one that
// stands there from before is a contradiction. Upstream: ValidateMatchLabelKeysAndMismatchLabelKeys.
func validateMatchLabelKeys(path *field.Path, match, mismatch []string, selector *metav1.LabelSelector) field.ErrorList {
	found := validateLabelKeyNames(path.Child("matchLabelKeys"), match, selector)
	found = append(found, validateLabelKeyNames(path.Child("mismatchLabelKeys"), mismatch, selector)...)
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

func validateLabelKeyNames(path *field.Path, keys []string, selector *metav1.LabelSelector) field.ErrorList {
	if len(keys) > 0 && selector == nil {
		return field.ErrorList{field.Forbidden(path, "must not be specified when labelSelector is not set")}
	}
	var found field.ErrorList
	for i, key := range keys {
		found = append(found, metav1validation.ValidateLabelName(key, path.Index(i))...)
	}
	return found
}

// validateSpreadLabelKeys is the rule for pods from before keys became requirements.
func validateSpreadLabelKeys(path *field.Path, c *corev1.TopologySpreadConstraint) field.ErrorList {
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

func (s *specValidator) validateTopologySpreadSelectors() field.ErrorList {
	var found field.ErrorList
	for i := range s.spec.TopologySpreadConstraints {
		found = append(found, metav1validation.ValidateLabelSelector(s.spec.TopologySpreadConstraints[i].LabelSelector, strictLabels,
			s.path.Child("topologySpreadConstraints").Index(i).Child("labelSelector"))...)
	}
	return found
}

func (s *specValidator) validateTopologySpreadLabelKeys() field.ErrorList {
	var found field.ErrorList
	for _, c := range s.spec.TopologySpreadConstraints {
		found = append(found, validateMatchLabelKeys(s.path, c.MatchLabelKeys, nil, c.LabelSelector)...)
	}
	return found
}
