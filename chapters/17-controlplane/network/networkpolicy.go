package network

import (
	"context"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	metavalidation "k8s.io/apimachinery/pkg/apis/meta/v1/validation"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	registry "kubepath/chapters/06-registry"
	"kubepath/chapters/17-controlplane/resource"
	"kubepath/chapters/17-controlplane/validate"
)

// networkPolicyStrategy is the strategy of network policies. Upstream: pkg/registry/networking/networkpolicy.
type networkPolicyStrategy struct {
	resource.SpecStatus[networkingv1.NetworkPolicy, *networkingv1.NetworkPolicy]
}

func newNetworkPolicyStrategy() networkPolicyStrategy {
	return networkPolicyStrategy{resource.SpecStatus[networkingv1.NetworkPolicy, *networkingv1.NetworkPolicy]{
		Strategy:      registry.Namespaced{},
		Spec:          func(p *networkingv1.NetworkPolicy) any { return &p.Spec },
		NilIsNotEmpty: true,
		WarningsFunc:  func(_ context.Context, p *networkingv1.NetworkPolicy) []string { return policyWarnings(&p.Spec) },
	}}
}

func (networkPolicyStrategy) Validate(_ context.Context, obj runtime.Object) field.ErrorList {
	return validatePolicy(&obj.(*networkingv1.NetworkPolicy).Spec, tolerance{})
}

// ValidateUpdate accepts invalid values that the stored policy has: older rules accepted them.
func (networkPolicyStrategy) ValidateUpdate(_ context.Context, obj, old runtime.Object) field.ErrorList {
	before := &old.(*networkingv1.NetworkPolicy).Spec
	var known tolerance
	known.selectors.AllowInvalidLabelValueInSelector = len(metavalidation.ValidateLabelSelector(&before.PodSelector, known.selectors, nil)) > 0
	eachPeer(before, func(p *networkingv1.NetworkPolicyPeer, _ *field.Path) {
		if p.IPBlock != nil {
			known.ranges = append(append(known.ranges, p.IPBlock.CIDR), p.IPBlock.Except...)
		}
	})
	return validatePolicy(&obj.(*networkingv1.NetworkPolicy).Spec, known)
}

// tolerance relaxes the validation for values that the stored policy has.
type tolerance struct {
	selectors metavalidation.LabelSelectorValidationOptions
	ranges    []string
}

// validatePolicy checks a spec. Upstream: ValidateNetworkPolicySpec.
func validatePolicy(s *networkingv1.NetworkPolicySpec, known tolerance) field.ErrorList {
	errs := metavalidation.ValidateLabelSelector(&s.PodSelector, known.selectors, specPath.Child("podSelector"))
	for i, rule := range s.Ingress {
		errs = append(errs, validatePolicyRule(specPath.Child("ingress").Index(i), rule.Ports, rule.From, "from", known)...)
	}
	for i, rule := range s.Egress {
		errs = append(errs, validatePolicyRule(specPath.Child("egress").Index(i), rule.Ports, rule.To, "to", known)...)
	}
	allowed := []networkingv1.PolicyType{networkingv1.PolicyTypeIngress, networkingv1.PolicyTypeEgress}
	path := specPath.Child("policyTypes")
	if len(s.PolicyTypes) > len(allowed) {
		return append(errs, field.Invalid(path, &s.PolicyTypes, "may not specify more than two policyTypes"))
	}
	for i, t := range s.PolicyTypes {
		errs = append(errs, validate.Supported(path.Index(i), t, allowed...)...)
	}
	return errs
}

func validatePolicyRule(path *field.Path, ports []networkingv1.NetworkPolicyPort, peers []networkingv1.NetworkPolicyPeer, side string, known tolerance) field.ErrorList {
	var errs field.ErrorList
	for i := range ports {
		errs = append(errs, validatePolicyPort(path.Child("ports").Index(i), &ports[i])...)
	}
	for i := range peers {
		errs = append(errs, validatePeer(path.Child(side).Index(i), &peers[i], known)...)
	}
	return errs
}

func validatePolicyPort(path *field.Path, p *networkingv1.NetworkPolicyPort) field.ErrorList {
	var errs field.ErrorList
	protocols := []corev1.Protocol{corev1.ProtocolTCP, corev1.ProtocolUDP, corev1.ProtocolSCTP}
	if p.Protocol != nil {
		errs = append(errs, validate.Supported(path.Child("protocol"), *p.Protocol, protocols...)...)
	}
	end := path.Child("endPort")
	switch {
	case p.Port == nil && p.EndPort != nil:
		return append(errs, field.Invalid(end, *p.EndPort, "may not be specified when `port` is not specified"))
	case p.Port == nil:
		return errs
	case p.Port.Type == intstr.String:
		if p.EndPort != nil {
			errs = append(errs, field.Invalid(end, *p.EndPort, "may not be specified when `port` is non-numeric"))
		}
		return append(errs, validate.PortNumberOrName(path.Child("port"), *p.Port)...)
	}
	errs = append(errs, validate.PortNumber(path.Child("port"), p.Port.IntVal)...)
	if p.EndPort == nil {
		return errs
	}
	if *p.EndPort < p.Port.IntVal {
		errs = append(errs, field.Invalid(end, p.Port.IntVal, "must be greater than or equal to `port`"))
	}
	return append(errs, validate.PortNumber(end, *p.EndPort)...)
}

func validatePeer(path *field.Path, p *networkingv1.NetworkPolicyPeer, known tolerance) field.ErrorList {
	var errs field.ErrorList
	selectors := 0
	for _, selector := range []struct {
		name string
		*metav1.LabelSelector
	}{{"podSelector", p.PodSelector}, {"namespaceSelector", p.NamespaceSelector}} {
		if selector.LabelSelector != nil {
			selectors++
			errs = append(errs, metavalidation.ValidateLabelSelector(selector.LabelSelector, known.selectors, path.Child(selector.name))...)
		}
	}
	if p.IPBlock != nil {
		errs = append(errs, validateBlock(path.Child("ipBlock"), p.IPBlock, known.ranges)...)
	}
	switch {
	case selectors == 0 && p.IPBlock == nil:
		errs = append(errs, field.Required(path, "must specify a peer"))
	case selectors > 0 && p.IPBlock != nil:
		errs = append(errs, field.Forbidden(path, "may not specify both ipBlock and another peer"))
	}
	return errs
}

// validateBlock: each CIDR of except is a strict subset of cidr.
func validateBlock(path *field.Path, b *networkingv1.IPBlock, known []string) field.ErrorList {
	if b.CIDR == "" {
		return field.ErrorList{field.Required(path.Child("cidr"), "")}
	}
	errs := validation.IsValidCIDRForLegacyField(path.Child("cidr"), b.CIDR, true, known)
	block, err := parseCIDR(b.CIDR)
	if err != nil {
		return errs
	}
	for i, text := range b.Except {
		in := path.Child("except").Index(i)
		errs = append(errs, validation.IsValidCIDRForLegacyField(in, text, true, known)...)
		except, err := parseCIDR(text)
		if err != nil {
			continue
		}
		outer, _ := block.Mask.Size()
		inner, _ := except.Mask.Size()
		if !block.Contains(except.IP) || outer >= inner {
			errs = append(errs, field.Invalid(in, text, "must be a strict subset of `cidr`"))
		}
	}
	return errs
}

func eachPeer(s *networkingv1.NetworkPolicySpec, visit func(*networkingv1.NetworkPolicyPeer, *field.Path)) {
	for i, rule := range s.Ingress {
		for j := range rule.From {
			visit(&rule.From[j], specPath.Child("ingress").Index(i).Child("from").Index(j))
		}
	}
	for i, rule := range s.Egress {
		for j := range rule.To {
			visit(&rule.To[j], specPath.Child("egress").Index(i).Child("to").Index(j))
		}
	}
}

func policyWarnings(s *networkingv1.NetworkPolicySpec) []string {
	var warnings []string
	eachPeer(s, func(p *networkingv1.NetworkPolicyPeer, path *field.Path) {
		if p.IPBlock == nil {
			return
		}
		path = path.Child("ipBlock")
		warnings = append(warnings, validation.GetWarningsForCIDR(path.Child("cidr"), p.IPBlock.CIDR)...)
		for i, except := range p.IPBlock.Except {
			warnings = append(warnings, validation.GetWarningsForCIDR(path.Child("except").Index(i), except)...)
		}
	})
	return warnings
}

var networkPolicyColumns = resource.Table[networkingv1.NetworkPolicy, *networkingv1.NetworkPolicy]{
	Columns: []resource.Column{
		resource.NameColumn(),
		{Name: "Pod-Selector", Description: networkingv1.NetworkPolicySpec{}.SwaggerDoc()["podSelector"]},
		resource.AgeColumn(),
	},
	Cells: func(p *networkingv1.NetworkPolicy) []any {
		return []any{p.Name, metav1.FormatLabelSelector(&p.Spec.PodSelector), resource.AgeOf(p)}
	},
}
