package podspec

import (
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"
	apivalidation "k8s.io/apimachinery/pkg/api/validation"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	metav1validation "k8s.io/apimachinery/pkg/apis/meta/v1/validation"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"kubepath/chapters/17-controlplane/validate"
)

const (
	RequiredTerms  = "requiredDuringSchedulingIgnoredDuringExecution"
	preferredTerms = "preferredDuringSchedulingIgnoredDuringExecution"
)

func (s *specValidator) validateAffinity() field.ErrorList {
	a, path := s.spec.Affinity, s.path.Child("affinity")
	if a == nil {
		return nil
	}
	var errs field.ErrorList
	if n := a.NodeAffinity; n != nil {
		errs = append(errs, s.validateNodeAffinity(path.Child("nodeAffinity"), n)...)
	}
	if p := a.PodAffinity; p != nil {
		errs = append(errs, s.validatePodAffinityTerms(path.Child("podAffinity"), p.RequiredDuringSchedulingIgnoredDuringExecution,
			p.PreferredDuringSchedulingIgnoredDuringExecution)...)
	}
	if p := a.PodAntiAffinity; p != nil {
		errs = append(errs, s.validatePodAffinityTerms(path.Child("podAntiAffinity"), p.RequiredDuringSchedulingIgnoredDuringExecution,
			p.PreferredDuringSchedulingIgnoredDuringExecution)...)
	}
	return errs
}

func (s *specValidator) validateNodeAffinity(path *field.Path, n *corev1.NodeAffinity) field.ErrorList {
	var errs field.ErrorList
	if r := n.RequiredDuringSchedulingIgnoredDuringExecution; r != nil {
		errs = append(errs, validate.NodeSelector(path.Child(RequiredTerms), r, s.options.AllowInvalidNodeValues)...)
	}
	for i, term := range n.PreferredDuringSchedulingIgnoredDuringExecution {
		at := path.Child(preferredTerms).Index(i)
		errs = append(errs, validateWeight(at, term.Weight)...)
		errs = append(errs, validate.NodeSelectorTerm(at.Child("preference"), &term.Preference, true)...)
	}
	return errs
}

func validateWeight(path *field.Path, w int32) field.ErrorList {
	if w >= 1 && w <= 100 {
		return nil
	}
	return field.ErrorList{field.Invalid(path.Child("weight"), w, "must be in the range 1-100")}
}

func (s *specValidator) validatePodAffinityTerms(path *field.Path, need []corev1.PodAffinityTerm, prefer []corev1.WeightedPodAffinityTerm) field.ErrorList {
	var errs field.ErrorList
	for i := range need {
		errs = append(errs, s.validatePodAffinityTerm(path.Child(RequiredTerms).Index(i), &need[i])...)
	}
	for i := range prefer {
		at := path.Child(preferredTerms).Index(i)
		errs = append(errs, validateWeight(at, prefer[i].Weight)...)
		errs = append(errs, s.validatePodAffinityTerm(at.Child("podAffinityTerm"), &prefer[i].PodAffinityTerm)...)
	}
	return errs
}

func (s *specValidator) validatePodAffinityTerm(path *field.Path, t *corev1.PodAffinityTerm) field.ErrorList {
	errs := validateAffinitySelectors(path, t, metav1validation.LabelSelectorValidationOptions{AllowInvalidLabelValueInSelector: s.options.AllowInvalidSelectorValues})
	for _, name := range t.Namespaces {
		errs = append(errs, validate.Invalid(path.Child("namespace"), name, apivalidation.ValidateNamespaceName(name, false))...)
	}
	errs = append(errs, validateMatchLabelKeys(path, t.MatchLabelKeys, t.MismatchLabelKeys, t.LabelSelector)...)
	if t.TopologyKey == "" {
		errs = append(errs, field.Required(path.Child("topologyKey"), "can not be empty"))
	}
	return append(errs, metav1validation.ValidateLabelName(t.TopologyKey, path.Child("topologyKey"))...)
}

func validateAffinitySelectors(path *field.Path, t *corev1.PodAffinityTerm, o metav1validation.LabelSelectorValidationOptions) field.ErrorList {
	errs := metav1validation.ValidateLabelSelector(t.LabelSelector, o, path.Child("labelSelector"))
	return append(errs, metav1validation.ValidateLabelSelector(t.NamespaceSelector, o, path.Child("namespaceSelector"))...)
}

// validatePodAffinitySelectors and validateNodeAffinityValues check values that older versions accepted.
func (s *specValidator) validatePodAffinitySelectors() field.ErrorList {
	var errs field.ErrorList
	for _, t := range AffinityTerms(s.spec.Affinity) {
		errs = append(errs, validateAffinitySelectors(s.path, t, strictLabels)...)
	}
	return errs
}

func (s *specValidator) validateNodeAffinityValues() field.ErrorList {
	a := s.spec.Affinity
	if a == nil || a.NodeAffinity == nil || a.NodeAffinity.RequiredDuringSchedulingIgnoredDuringExecution == nil {
		return nil
	}
	var errs field.ErrorList
	for _, term := range a.NodeAffinity.RequiredDuringSchedulingIgnoredDuringExecution.NodeSelectorTerms {
		for _, r := range term.MatchExpressions {
			for _, value := range r.Values {
				errs = append(errs, validate.Invalid(s.path, value, validation.IsValidLabelValue(value))...)
			}
		}
	}
	return errs
}

// validateTopologySpreadConstraints checks how unevenly pods may be spread over zones or nodes.
func (s *specValidator) validateTopologySpreadConstraints() field.ErrorList {
	var errs field.ErrorList
	list := s.spec.TopologySpreadConstraints
	for i := range list {
		c, path := &list[i], s.path.Child("topologySpreadConstraints").Index(i)
		errs = append(errs, validate.Positive(path.Child("maxSkew"), c.MaxSkew)...)
		if c.TopologyKey == "" {
			errs = append(errs, field.Required(path.Child("topologyKey"), "can not be empty"))
		}
		errs = append(errs, validate.Supported(path.Child("whenUnsatisfiable"), c.WhenUnsatisfiable, corev1.DoNotSchedule, corev1.ScheduleAnyway)...)
		errs = append(errs, validateSpreadConstraintNotRepeated(path, c, list[i+1:])...)
		errs = append(errs, validateMinDomains(path.Child("minDomains"), c)...)
		errs = append(errs, validateNodeInclusionPolicy(path.Child("nodeAffinityPolicy"), c.NodeAffinityPolicy)...)
		errs = append(errs, validateNodeInclusionPolicy(path.Child("nodeTaintsPolicy"), c.NodeTaintsPolicy)...)
		if s.options.AllowInvalidSpreadKeys {
			errs = append(errs, validateSpreadLabelKeys(path.Child("matchLabelKeys"), c)...)
		} else {
			errs = append(errs, validateMatchLabelKeys(path, c.MatchLabelKeys, nil, c.LabelSelector)...)
		}
	}
	if !s.options.AllowInvalidSpreadSelectors {
		errs = append(errs, s.validateTopologySpreadSelectors()...)
	}
	return errs
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
	errs := validate.Positive(path, *c.MinDomains)
	if c.WhenUnsatisfiable != corev1.DoNotSchedule {
		errs = append(errs, field.Invalid(path, c.MinDomains,
			fmt.Sprintf("can only use minDomains if whenUnsatisfiable=%s, not %s", corev1.DoNotSchedule, c.WhenUnsatisfiable)))
	}
	return errs
}

func validateNodeInclusionPolicy(path *field.Path, p *corev1.NodeInclusionPolicy) field.ErrorList {
	if p == nil {
		return nil
	}
	return validate.Supported(path, *p, corev1.NodeInclusionPolicyHonor, corev1.NodeInclusionPolicyIgnore)
}

// validateMatchLabelKeys checks keys whose values are taken from the pod's own labels. PrepareForCreate has added them to the
// selector by now, so a requirement for the same key that the user wrote is a conflict. Upstream: ValidateMatchLabelKeysAndMismatchLabelKeys.
func validateMatchLabelKeys(path *field.Path, match, mismatch []string, selector *metav1.LabelSelector) field.ErrorList {
	errs := validateLabelKeyNames(path.Child("matchLabelKeys"), match, selector)
	errs = append(errs, validateLabelKeyNames(path.Child("mismatchLabelKeys"), mismatch, selector)...)
	if selector != nil && len(match) > 0 {
		names := validate.Seen{}
		for key := range selector.MatchLabels {
			names[key] = true
		}
		for _, r := range selector.MatchExpressions {
			if at := lastIndex(match, r.Key); names.Repeated(r.Key) && at >= 0 {
				errs = append(errs, field.Invalid(path.Index(at), r.Key, "exists in both matchLabelKeys and labelSelector"))
			}
		}
	}
	for i, key := range match {
		if slices.Contains(mismatch, key) {
			errs = append(errs, field.Invalid(path.Child("matchLabelKeys").Index(i), key, "exists in both matchLabelKeys and mismatchLabelKeys"))
		}
	}
	return errs
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
	var errs field.ErrorList
	for i, key := range keys {
		errs = append(errs, metav1validation.ValidateLabelName(key, path.Index(i))...)
	}
	return errs
}

// validateSpreadLabelKeys is the rule for pods that were stored before keys were added to the selector.
func validateSpreadLabelKeys(path *field.Path, c *corev1.TopologySpreadConstraint) field.ErrorList {
	if len(c.MatchLabelKeys) == 0 {
		return nil
	}
	var errs field.ErrorList
	names := validate.Seen{}
	if c.LabelSelector == nil {
		errs = append(errs, field.Forbidden(path, "must not be specified when labelSelector is not set"))
	} else {
		for key := range c.LabelSelector.MatchLabels {
			names[key] = true
		}
		for _, r := range c.LabelSelector.MatchExpressions {
			names[r.Key] = true
		}
	}
	for i, key := range c.MatchLabelKeys {
		errs = append(errs, metav1validation.ValidateLabelName(key, path.Index(i))...)
		if names[key] {
			errs = append(errs, field.Invalid(path.Index(i), key, "exists in both matchLabelKeys and labelSelector"))
		}
	}
	return errs
}

func (s *specValidator) validateTopologySpreadSelectors() field.ErrorList {
	var errs field.ErrorList
	for i := range s.spec.TopologySpreadConstraints {
		errs = append(errs, metav1validation.ValidateLabelSelector(s.spec.TopologySpreadConstraints[i].LabelSelector, strictLabels,
			s.path.Child("topologySpreadConstraints").Index(i).Child("labelSelector"))...)
	}
	return errs
}

func (s *specValidator) validateTopologySpreadLabelKeys() field.ErrorList {
	var errs field.ErrorList
	for _, c := range s.spec.TopologySpreadConstraints {
		errs = append(errs, validateMatchLabelKeys(s.path, c.MatchLabelKeys, nil, c.LabelSelector)...)
	}
	return errs
}

// AffinityTerms returns all terms about other pods: affinity and anti-affinity, required and preferred.
func AffinityTerms(a *corev1.Affinity) []*corev1.PodAffinityTerm {
	if a == nil {
		return nil
	}
	var terms []*corev1.PodAffinityTerm
	add := func(required []corev1.PodAffinityTerm, preferred []corev1.WeightedPodAffinityTerm) {
		for i := range preferred {
			terms = append(terms, &preferred[i].PodAffinityTerm)
		}
		for i := range required {
			terms = append(terms, &required[i])
		}
	}
	if p := a.PodAffinity; p != nil {
		add(p.RequiredDuringSchedulingIgnoredDuringExecution, p.PreferredDuringSchedulingIgnoredDuringExecution)
	}
	if p := a.PodAntiAffinity; p != nil {
		add(p.RequiredDuringSchedulingIgnoredDuringExecution, p.PreferredDuringSchedulingIgnoredDuringExecution)
	}
	return terms
}
