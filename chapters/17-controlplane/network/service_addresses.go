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

// validateAddresses checks the cluster IPs and IP families of a service, each by itself and against each other. It runs
// before the allocation, and again as part of validateService. Upstream: ValidateServiceClusterIPsRelatedFields.
func validateAddresses(s, old *corev1.Service) field.ErrorList {
	if !needsAddress(s) {
		return nil
	}
	errs := validateFirstClusterIP(s)
	seen := map[corev1.IPFamily]bool{}
	for i, family := range s.Spec.IPFamilies {
		errs = append(errs, validate.Supported(ipFamiliesPath.Index(i), family, knownFamilies...)...)
		if seen[family] {
			errs = append(errs, field.Duplicate(ipFamiliesPath.Index(i), family))
		}
		seen[family] = true
	}
	if p := s.Spec.IPFamilyPolicy; p != nil {
		errs = append(errs, validate.Supported(ipFamilyPolicyPath, *p, knownPolicies...)...)
	}
	wrong := validateEachClusterIP(s, old)
	errs = append(errs, wrong...)
	if len(s.Spec.ClusterIPs) > 2 {
		errs = append(errs, field.Invalid(clusterIPsPath, s.Spec.ClusterIPs, "may only hold up to 2 values"))
	}
	if len(wrong) > 0 {
		return errs // errors about pairs would only repeat these
	}
	return append(errs, validateClusterIPsTogether(s)...)
}

// validateFirstClusterIP: clusterIP equals clusterIPs[0].
func validateFirstClusterIP(s *corev1.Service) field.ErrorList {
	one, all := s.Spec.ClusterIP, s.Spec.ClusterIPs
	switch {
	case one == "" && len(all) > 0:
		return field.ErrorList{field.Invalid(clusterIPsPath, all, "must be empty when `clusterIP` is not specified")}
	case one != "" && len(all) == 0:
		return field.ErrorList{field.Required(clusterIPsPath, "")}
	case one != "" && all[0] != one:
		return field.ErrorList{field.Invalid(clusterIPsPath, all, "first value must match `clusterIP`")}
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
			errs = append(errs, validate.IP(clusterIPsPath.Index(i), text, before...)...)
		} else if len(s.Spec.ClusterIPs) > 1 {
			errs = append(errs, field.Invalid(clusterIPsPath, s.Spec.ClusterIPs, "'None' must be the first and only value"))
		}
	}
	return errs
}

// validateClusterIPsTogether: two addresses are of different families, and each address is of the family in ipFamilies.
func validateClusterIPsTogether(s *corev1.Service) field.ErrorList {
	var errs field.ErrorList
	all := s.Spec.ClusterIPs
	var found []corev1.IPFamily
	for _, text := range all {
		found = append(found, familyOfText(text))
	}
	if len(all) > 1 && !(slices.Contains(found, corev1.IPv4Protocol) && slices.Contains(found, corev1.IPv6Protocol)) {
		errs = append(errs, field.Invalid(clusterIPsPath, all, "may specify no more than one IP for each IP family"))
	}
	if headless(s) {
		return errs
	}
	for i := range min(len(all), len(s.Spec.IPFamilies)) {
		if named := s.Spec.IPFamilies[i]; slices.Contains(knownFamilies, named) && named != found[i] {
			errs = append(errs, field.Invalid(clusterIPsPath.Index(i), all[i],
				fmt.Sprintf("expected an %s value as indicated by `ipFamilies[%v]`", named, i)))
		}
	}
	return errs
}

var (
	ipFamiliesPath     = field.NewPath("spec", "ipFamilies")
	ipFamilyPolicyPath = field.NewPath("spec", "ipFamilyPolicy")
	clusterIPsPath     = field.NewPath("spec", "clusterIPs")
)

// setFamilies fills in ipFamilies and ipFamilyPolicy where the client left them empty, as far as the cluster has ranges
// for them; old is nil for a new service. Upstream: Allocators.initIPFamilyFields.
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

// defaultOnRead fills in clusterIPs, ipFamilies and ipFamilyPolicy of services that were stored before these fields
// existed. It clears the internalTrafficPolicy of ExternalName services, which is stored. Upstream:
// REST.defaultOnReadService.
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

// setPolicy: the default is the stored policy, or else SingleStack. For a headless service without a selector it is
// RequireDualStack: its endpoints, which the client writes, may be of both families.
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

// reduceToPolicy removes the second address and family when the policy changes to SingleStack. With another policy it
// is an error if the client removed them.
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
		errs = append(errs, field.Invalid(ipFamilyPolicyPath, spec.IPFamilyPolicy, "must be 'SingleStack' to release the secondary cluster IP"))
	}
	if n := len(spec.IPFamilies); n > 0 && n < len(before.IPFamilies) {
		errs = append(errs, field.Invalid(ipFamilyPolicyPath, spec.IPFamilyPolicy, "must be 'SingleStack' to release the secondary IP family"))
	}
	return errs
}

func validateSingleStack(s *corev1.Service) field.ErrorList {
	const both = "must be 'RequireDualStack' or 'PreferDualStack' when multiple "
	var errs field.ErrorList
	if len(s.Spec.ClusterIPs) == 2 {
		errs = append(errs, field.Invalid(ipFamilyPolicyPath, s.Spec.IPFamilyPolicy, both+"cluster IPs are specified"))
	}
	if len(s.Spec.IPFamilies) == 2 {
		errs = append(errs, field.Invalid(ipFamilyPolicyPath, s.Spec.IPFamilyPolicy, both+"IP families are specified"))
	}
	return errs
}

// inferFamilies appends to ipFamilies the family of each address that has none there.
func (a *ipAllocator) inferFamilies(s *corev1.Service) field.ErrorList {
	var errs field.ErrorList
	for i, text := range s.Spec.ClusterIPs {
		if text == corev1.ClusterIPNone {
			break
		}
		if i < len(s.Spec.IPFamilies) {
			continue // validateAddresses compared them
		}
		family := familyOfText(text)
		if !slices.Contains(a.families(), family) {
			errs = append(errs, field.Invalid(clusterIPsPath.Index(i), s.Spec.ClusterIPs, string(family)+" is not configured on this cluster"))
			continue
		}
		s.Spec.IPFamilies = append(s.Spec.IPFamilies, family)
	}
	return errs
}

// familiesWithoutPods sets the families of a headless service without a selector. It may have both, whatever ranges the
// cluster has, because clients write its endpoints.
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
		errs = append(errs, field.Invalid(ipFamilyPolicyPath, s.Spec.IPFamilyPolicy, "this cluster is not configured for dual-stack services"))
	}
	for i, family := range s.Spec.IPFamilies {
		if !slices.Contains(a.families(), family) {
			errs = append(errs, field.Invalid(ipFamiliesPath.Index(i), family, "not configured on this cluster"))
		}
	}
	return errs
}

// staysPreferred: an update that leaves the policy PreferDualStack, the addresses and the families unchanged keeps
// them, even if the cluster's ranges have changed since.
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

// familyOfText returns the family of an address, "unknown" if it is not valid.
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
