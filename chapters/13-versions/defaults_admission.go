package versions

import (
	admissionv1 "k8s.io/api/admissionregistration/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// admissionDefaults is admissionregistration.k8s.io/v1. Upstream: pkg/apis/admissionregistration/v1/defaults.go.
var admissionDefaults = []defaulter{
	on(validatingWebhooks), on(mutatingWebhooks),
	on(validatingPolicy), on(validatingBinding), on(mutatingPolicy), on(mutatingBinding),
}

func validatingWebhooks(c *admissionv1.ValidatingWebhookConfiguration) {
	for i := range c.Webhooks {
		h := &c.Webhooks[i]
		webhook(&h.FailurePolicy, &h.TimeoutSeconds, &h.ClientConfig)
		matching(&h.MatchPolicy, &h.NamespaceSelector, &h.ObjectSelector)
		webhookRules(h.Rules)
	}
}

func mutatingWebhooks(c *admissionv1.MutatingWebhookConfiguration) {
	for i := range c.Webhooks {
		h := &c.Webhooks[i]
		webhook(&h.FailurePolicy, &h.TimeoutSeconds, &h.ClientConfig)
		matching(&h.MatchPolicy, &h.NamespaceSelector, &h.ObjectSelector)
		webhookRules(h.Rules)
		point(&h.ReinvocationPolicy, admissionv1.NeverReinvocationPolicy)
	}
}

func validatingPolicy(p *admissionv1.ValidatingAdmissionPolicy) {
	point(&p.Spec.FailurePolicy, admissionv1.Fail)
	matchResources(p.Spec.MatchConstraints)
}

func mutatingPolicy(p *admissionv1.MutatingAdmissionPolicy) {
	point(&p.Spec.FailurePolicy, admissionv1.Fail)
	matchResources(p.Spec.MatchConstraints)
}

func validatingBinding(b *admissionv1.ValidatingAdmissionPolicyBinding) {
	matchResources(b.Spec.MatchResources)
}

func mutatingBinding(b *admissionv1.MutatingAdmissionPolicyBinding) {
	matchResources(b.Spec.MatchResources)
}

// webhook: what cannot be asked must not be let through, and must not be waited for longer than a client waits.
func webhook(failure **admissionv1.FailurePolicyType, timeout **int32, client *admissionv1.WebhookClientConfig) {
	point(failure, admissionv1.Fail)
	point(timeout, 10)
	if client.Service != nil {
		point(&client.Service.Port, 443)
	}
}

// matching: an object is the same in every version, and every namespace and object is meant.
func matching(policy **admissionv1.MatchPolicyType, namespaces, objects **metav1.LabelSelector) {
	point(policy, admissionv1.Equivalent)
	point(namespaces, metav1.LabelSelector{})
	point(objects, metav1.LabelSelector{})
}

func matchResources(m *admissionv1.MatchResources) {
	if m == nil {
		return
	}
	matching(&m.MatchPolicy, &m.NamespaceSelector, &m.ObjectSelector)
	for i := range m.ResourceRules {
		point(&m.ResourceRules[i].Scope, admissionv1.AllScopes)
	}
	for i := range m.ExcludeResourceRules {
		point(&m.ExcludeResourceRules[i].Scope, admissionv1.AllScopes)
	}
}

func webhookRules(rules []admissionv1.RuleWithOperations) {
	for i := range rules {
		point(&rules[i].Scope, admissionv1.AllScopes)
	}
}
