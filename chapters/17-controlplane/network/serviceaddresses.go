package network

import (
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

var (
	knownFamilies = []corev1.IPFamily{corev1.IPv4Protocol, corev1.IPv6Protocol}
	knownPolicies = []corev1.IPFamilyPolicy{
		corev1.IPFamilyPolicyPreferDualStack, corev1.IPFamilyPolicyRequireDualStack, corev1.IPFamilyPolicySingleStack,
	}
)

// validateAddresses checks the addresses and families of a service, each by itself and all together. It is asked before
// anything is allocated, and again with the whole. Upstream: ValidateServiceClusterIPsRelatedFields.
func validateAddresses(s, old *corev1.Service) field.ErrorList {
	if !needsAddress(s) {
		return nil
	}
	errs := firstAddress(s)
	seen := map[corev1.IPFamily]bool{}
	for i, family := range s.Spec.IPFamilies {
		if !slices.Contains(knownFamilies, family) {
			errs = append(errs, field.NotSupported(familyPath.Index(i), family, knownFamilies))
		}
		if seen[family] {
			errs = append(errs, field.Duplicate(familyPath.Index(i), family))
		}
		seen[family] = true
	}
	if p := s.Spec.IPFamilyPolicy; p != nil && !slices.Contains(knownPolicies, *p) {
		errs = append(errs, field.NotSupported(policyPath, p, knownPolicies))
	}
	wrong := eachAddress(s, old)
	errs = append(errs, wrong...)
	if len(s.Spec.ClusterIPs) > 2 {
		errs = append(errs, field.Invalid(addressesAre, s.Spec.ClusterIPs, "may only hold up to 2 values"))
	}
	if len(wrong) > 0 {
		return errs // how they go together would only confuse
	}
	return append(errs, together(s)...)
}

// firstAddress: clusterIP and the first of clusterIPs are the same.
func firstAddress(s *corev1.Service) field.ErrorList {
	one, all := s.Spec.ClusterIP, s.Spec.ClusterIPs
	switch {
	case one == "" && len(all) > 0:
		return field.ErrorList{field.Invalid(addressesAre, all, "must be empty when `clusterIP` is not specified")}
	case one != "" && len(all) == 0:
		return field.ErrorList{field.Required(addressesAre, "")}
	case one != "" && all[0] != one:
		return field.ErrorList{field.Invalid(addressesAre, all, "first value must match `clusterIP`")}
	}
	return nil
}

func eachAddress(s, old *corev1.Service) field.ErrorList {
	var errs field.ErrorList
	var before []string
	if old != nil {
		before = old.Spec.ClusterIPs
	}
	for i, text := range s.Spec.ClusterIPs {
		if i > 0 || text != corev1.ClusterIPNone {
			errs = append(errs, validation.IsValidIPForLegacyField(addressesAre.Index(i), text, true, before)...)
		} else if len(s.Spec.ClusterIPs) > 1 {
			errs = append(errs, field.Invalid(addressesAre, s.Spec.ClusterIPs, "'None' must be the first and only value"))
		}
	}
	return errs
}

// together: two addresses are of two families, and each of the family that is named for it.
func together(s *corev1.Service) field.ErrorList {
	var errs field.ErrorList
	all := s.Spec.ClusterIPs
	var found []corev1.IPFamily
	for _, text := range all {
		found = append(found, familyOfText(text))
	}
	if len(all) > 1 && !(slices.Contains(found, corev1.IPv4Protocol) && slices.Contains(found, corev1.IPv6Protocol)) {
		errs = append(errs, field.Invalid(addressesAre, all, "may specify no more than one IP for each IP family"))
	}
	if headless(s) {
		return errs
	}
	for i := range min(len(all), len(s.Spec.IPFamilies)) {
		if named := s.Spec.IPFamilies[i]; slices.Contains(knownFamilies, named) && named != found[i] {
			errs = append(errs, field.Invalid(addressesAre.Index(i), all[i],
				fmt.Sprintf("expected an %s value as indicated by `ipFamilies[%v]`", named, i)))
		}
	}
	return errs
}
