package core

import (
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	metav1validation "k8s.io/apimachinery/pkg/apis/meta/v1/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

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
		found = append(found, saidOnce(c, list[i+1:], path)...)
		found = append(found, minDomains(c, path.Child("minDomains"))...)
		found = append(found, inclusion(path.Child("nodeAffinityPolicy"), c.NodeAffinityPolicy)...)
		found = append(found, inclusion(path.Child("nodeTaintsPolicy"), c.NodeTaintsPolicy)...)
		if s.options.AllowInvalidSpreadKeys {
			found = append(found, looseKeys(c, path.Child("matchLabelKeys"))...)
		} else {
			found = append(found, labelKeys(c.MatchLabelKeys, nil, c.LabelSelector, path)...)
		}
	}
	if !s.options.AllowInvalidSpreadSelectors {
		found = append(found, s.spreadSelectors()...)
	}
	return found
}

func saidOnce(c *corev1.TopologySpreadConstraint, others []corev1.TopologySpreadConstraint, path *field.Path) field.ErrorList {
	again := slices.ContainsFunc(others, func(o corev1.TopologySpreadConstraint) bool {
		return o.TopologyKey == c.TopologyKey && o.WhenUnsatisfiable == c.WhenUnsatisfiable
	})
	if !again {
		return nil
	}
	return field.ErrorList{field.Duplicate(path.Child("{topologyKey, whenUnsatisfiable}"), fmt.Sprintf("{%v, %v}", c.TopologyKey, c.WhenUnsatisfiable))}
}

func minDomains(c *corev1.TopologySpreadConstraint, path *field.Path) field.ErrorList {
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
func labelKeys(match, mismatch []string, selector *metav1.LabelSelector, path *field.Path) field.ErrorList {
	found := keyNames(match, selector, path.Child("matchLabelKeys"))
	found = append(found, keyNames(mismatch, selector, path.Child("mismatchLabelKeys"))...)
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

func keyNames(keys []string, selector *metav1.LabelSelector, path *field.Path) field.ErrorList {
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
func looseKeys(c *corev1.TopologySpreadConstraint, path *field.Path) field.ErrorList {
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
		found = append(found, labelKeys(c.MatchLabelKeys, nil, c.LabelSelector, s.path)...)
	}
	return found
}
