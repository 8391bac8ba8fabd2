package network

import (
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"kubepath/chapters/17-controlplane/validate"
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
	errs := validateFirstClusterIP(s)
	seen := map[corev1.IPFamily]bool{}
	for i, family := range s.Spec.IPFamilies {
		errs = append(errs, validate.Supported(familyPath.Index(i), family, knownFamilies...)...)
		if seen[family] {
			errs = append(errs, field.Duplicate(familyPath.Index(i), family))
		}
		seen[family] = true
	}
	if p := s.Spec.IPFamilyPolicy; p != nil {
		errs = append(errs, validate.Supported(policyPath, *p, knownPolicies...)...)
	}
	wrong := validateEachClusterIP(s, old)
	errs = append(errs, wrong...)
	if len(s.Spec.ClusterIPs) > 2 {
		errs = append(errs, field.Invalid(addressesAre, s.Spec.ClusterIPs, "may only hold up to 2 values"))
	}
	if len(wrong) > 0 {
		return errs // how they go together would only confuse
	}
	return append(errs, validateClusterIPsTogether(s)...)
}

// validateFirstClusterIP: clusterIP and the first of clusterIPs are the same.
func validateFirstClusterIP(s *corev1.Service) field.ErrorList {
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

func validateEachClusterIP(s, old *corev1.Service) field.ErrorList {
	var errs field.ErrorList
	var before []string
	if old != nil {
		before = old.Spec.ClusterIPs
	}
	for i, text := range s.Spec.ClusterIPs {
		if i > 0 || text != corev1.ClusterIPNone {
			errs = append(errs, validate.IP(addressesAre.Index(i), text, before...)...)
		} else if len(s.Spec.ClusterIPs) > 1 {
			errs = append(errs, field.Invalid(addressesAre, s.Spec.ClusterIPs, "'None' must be the first and only value"))
		}
	}
	return errs
}

// validateClusterIPsTogether: two addresses are of two families, and each of the family that is named for it.
func validateClusterIPsTogether(s *corev1.Service) field.ErrorList {
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

var (
	familyPath   = field.NewPath("spec", "ipFamilies")
	policyPath   = field.NewPath("spec", "ipFamilyPolicy")
	addressesAre = field.NewPath("spec", "clusterIPs")
)

// setFamilies completes the IP families of a service and their policy, as far as the client left them open and the
// cluster has ranges for them; old is nil for a new service. Upstream: Allocators.initIPFamilyFields.
func (a *ipAllocator) setFamilies(s, old *corev1.Service) error {
	if !needsAddress(s) || staysPreferred(s, old) {
		return nil
	}
	spec := &s.Spec
	setPolicy(s, old)
	if errs := validateAddresses(s, old); len(errs) > 0 {
		return invalidService(s.Name, errs...)
	}
	errs := reduceToPolicy(s, old)
	if *spec.IPFamilyPolicy == corev1.IPFamilyPolicySingleStack {
		errs = append(errs, validateSingleStack(s)...)
	}
	errs = append(errs, a.inferFamilies(s)...)
	if len(errs) > 0 {
		return invalidService(s.Name, errs...)
	}
	if spec.ClusterIP == corev1.ClusterIPNone && len(spec.Selector) == 0 {
		a.familiesWithoutPods(s)
		return nil
	}
	if errs := a.validateFamily(s); len(errs) > 0 {
		return invalidService(s.Name, errs...)
	}
	if len(spec.IPFamilies) == 0 {
		spec.IPFamilies = a.families()[:1]
	}
	if *spec.IPFamilyPolicy != corev1.IPFamilyPolicySingleStack && len(spec.IPFamilies) == 1 && len(a.ranges) == 2 {
		spec.IPFamilies = append(spec.IPFamilies, otherFamily(spec.IPFamilies[0]))
	}
	return nil
}

// defaultOnRead shows a stored service as if it had been written today: one from before services had several addresses
// and families gets those that follow from its address, and the policy for internal traffic of one that is a mere name,
// which is stored, is hidden. Upstream: REST.defaultOnReadService.
func (a *ipAllocator) defaultOnRead(s *corev1.Service) {
	syncAddresses(s, nil)
	if !needsAddress(s) {
		if s.Spec.Type == corev1.ServiceTypeExternalName {
			s.Spec.InternalTrafficPolicy = nil
		}
		return
	}
	if len(s.Spec.IPFamilies) > 0 {
		return
	}
	policy := corev1.IPFamilyPolicySingleStack
	primary := a.families()[0]
	switch {
	case s.Spec.ClusterIP != corev1.ClusterIPNone:
		for _, text := range s.Spec.ClusterIPs {
			family := corev1.IPv4Protocol
			if strings.Contains(text, ":") {
				family = corev1.IPv6Protocol
			}
			s.Spec.IPFamilies = append(s.Spec.IPFamilies, family)
		}
		if len(s.Spec.IPFamilies) == 2 {
			policy = corev1.IPFamilyPolicyRequireDualStack
		}
	case len(s.Spec.Selector) == 0:
		s.Spec.IPFamilies = []corev1.IPFamily{primary, otherFamily(primary)}
		policy = corev1.IPFamilyPolicyRequireDualStack
	default:
		s.Spec.IPFamilies = []corev1.IPFamily{primary}
	}
	if len(s.Spec.IPFamilies) > 0 {
		s.Spec.IPFamilyPolicy = &policy
	}
}

// setPolicy: a policy that is not named is that of before, or one family. Who points a service without selector at
// endpoints of his own may have any of both.
func setPolicy(s, old *corev1.Service) {
	policy := corev1.IPFamilyPolicySingleStack
	switch {
	case s.Spec.IPFamilyPolicy != nil:
		return
	case old != nil && old.Spec.IPFamilyPolicy != nil:
		policy = *old.Spec.IPFamilyPolicy
	case s.Spec.ClusterIP == corev1.ClusterIPNone && len(s.Spec.Selector) == 0:
		policy = corev1.IPFamilyPolicyRequireDualStack
	}
	s.Spec.IPFamilyPolicy = &policy
}

// reduceToPolicy gives up the second family of a service that is to have one from now on. Without that word it is a mistake.
func reduceToPolicy(s, old *corev1.Service) field.ErrorList {
	if old == nil {
		return nil
	}
	spec, before := &s.Spec, &old.Spec
	if *spec.IPFamilyPolicy == corev1.IPFamilyPolicySingleStack {
		if len(spec.ClusterIPs) > 1 && slices.Equal(spec.ClusterIPs, before.ClusterIPs) {
			spec.ClusterIPs = spec.ClusterIPs[:1]
		}
		if len(spec.IPFamilies) > 1 && slices.Equal(spec.IPFamilies, before.IPFamilies) {
			spec.IPFamilies = spec.IPFamilies[:1]
		}
		return nil
	}
	var errs field.ErrorList
	if n := len(spec.ClusterIPs); n > 0 && n < len(before.ClusterIPs) {
		errs = append(errs, field.Invalid(policyPath, spec.IPFamilyPolicy, "must be 'SingleStack' to release the secondary cluster IP"))
	}
	if n := len(spec.IPFamilies); n > 0 && n < len(before.IPFamilies) {
		errs = append(errs, field.Invalid(policyPath, spec.IPFamilyPolicy, "must be 'SingleStack' to release the secondary IP family"))
	}
	return errs
}

func validateSingleStack(s *corev1.Service) field.ErrorList {
	const both = "must be 'RequireDualStack' or 'PreferDualStack' when multiple "
	var errs field.ErrorList
	if len(s.Spec.ClusterIPs) == 2 {
		errs = append(errs, field.Invalid(policyPath, s.Spec.IPFamilyPolicy, both+"cluster IPs are specified"))
	}
	if len(s.Spec.IPFamilies) == 2 {
		errs = append(errs, field.Invalid(policyPath, s.Spec.IPFamilyPolicy, both+"IP families are specified"))
	}
	return errs
}

// inferFamilies: an address says of which family it is.
func (a *ipAllocator) inferFamilies(s *corev1.Service) field.ErrorList {
	var errs field.ErrorList
	for i, text := range s.Spec.ClusterIPs {
		if text == corev1.ClusterIPNone {
			break
		}
		if i < len(s.Spec.IPFamilies) {
			continue // compared already
		}
		family := familyOfText(text)
		if !slices.Contains(a.families(), family) {
			errs = append(errs, field.Invalid(addressesAre.Index(i), s.Spec.ClusterIPs, string(family)+" is not configured on this cluster"))
			continue
		}
		s.Spec.IPFamilies = append(s.Spec.IPFamilies, family)
	}
	return errs
}

// familiesWithoutPods are those of a headless service without selector: whatever the cluster has, its endpoints may be
// of both.
func (a *ipAllocator) familiesWithoutPods(s *corev1.Service) {
	spec := &s.Spec
	if len(spec.IPFamilies) == 0 {
		spec.IPFamilies = a.families()[:1]
	}
	if len(spec.IPFamilies) < 2 && *spec.IPFamilyPolicy != corev1.IPFamilyPolicySingleStack {
		spec.IPFamilies = append(spec.IPFamilies, otherFamily(spec.IPFamilies[0]))
	}
}

func (a *ipAllocator) validateFamily(s *corev1.Service) field.ErrorList {
	var errs field.ErrorList
	if *s.Spec.IPFamilyPolicy == corev1.IPFamilyPolicyRequireDualStack && len(a.ranges) < 2 {
		errs = append(errs, field.Invalid(policyPath, s.Spec.IPFamilyPolicy, "this cluster is not configured for dual-stack services"))
	}
	for i, family := range s.Spec.IPFamilies {
		if !slices.Contains(a.families(), family) {
			errs = append(errs, field.Invalid(familyPath.Index(i), family, "not configured on this cluster"))
		}
	}
	return errs
}

// staysPreferred: a service that prefers both families and names neither more nor less than before stays as it is,
// whatever ranges the cluster has got or lost since.
func staysPreferred(s, old *corev1.Service) bool {
	if old == nil || s.Spec.IPFamilyPolicy == nil || old.Spec.Type != s.Spec.Type {
		return false
	}
	const prefers = corev1.IPFamilyPolicyPreferDualStack
	return *s.Spec.IPFamilyPolicy == prefers &&
		(old.Spec.IPFamilyPolicy == nil || *old.Spec.IPFamilyPolicy == prefers) &&
		slices.Equal(s.Spec.ClusterIPs, old.Spec.ClusterIPs) && slices.Equal(s.Spec.IPFamilies, old.Spec.IPFamilies) &&
		(hasNodePorts(s) || s.Spec.Type == corev1.ServiceTypeClusterIP)
}

func otherFamily(f corev1.IPFamily) corev1.IPFamily {
	if f == corev1.IPv4Protocol {
		return corev1.IPv6Protocol
	}
	return corev1.IPv4Protocol
}

// familyOfText is the family of an address that was checked before.
func familyOfText(text string) corev1.IPFamily {
	ip := parseIP(text)
	switch {
	case ip == nil:
		return "unknown"
	case ip.To4() != nil:
		return corev1.IPv4Protocol
	}
	return corev1.IPv6Protocol
}
