package versions

import (
	"time"

	admissionv1 "k8s.io/api/admissionregistration/v1"
	authenticationv1 "k8s.io/api/authentication/v1"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	flowcontrolv1 "k8s.io/api/flowcontrol/v1"
	networkingv1 "k8s.io/api/networking/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	resourcev1 "k8s.io/api/resource/v1"
	schedulingv1 "k8s.io/api/scheduling/v1"
	storagev1 "k8s.io/api/storage/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// accessDefaults is rbac.authorization.k8s.io/v1, authentication.k8s.io/v1 and flowcontrol.apiserver.k8s.io/v1.
// Upstream: pkg/apis/{rbac,authentication,flowcontrol}/v1/defaults.go.
var accessDefaults = []defaulter{
	defaulterFor(roleBinding), defaulterFor(clusterRoleBinding), defaulterFor(tokenRequest), defaulterFor(flowSchema), defaulterFor(priorityLevel),
}

func roleBinding(b *rbacv1.RoleBinding) {
	setDefault(&b.RoleRef.APIGroup, rbacv1.GroupName)
	subjects(b.Subjects)
}

func clusterRoleBinding(b *rbacv1.ClusterRoleBinding) {
	setDefault(&b.RoleRef.APIGroup, rbacv1.GroupName)
	subjects(b.Subjects)
}

// subjects: the API group of users and groups is RBAC's; that of service accounts is the core group.
func subjects(list []rbacv1.Subject) {
	for i := range list {
		switch list[i].Kind {
		case rbacv1.UserKind, rbacv1.GroupKind:
			setDefault(&list[i].APIGroup, rbacv1.GroupName)
		}
	}
}

func tokenRequest(r *authenticationv1.TokenRequest) {
	setDefaultPointer(&r.Spec.ExpirationSeconds, hour)
}

func flowSchema(s *flowcontrolv1.FlowSchema) { setDefault(&s.Spec.MatchingPrecedence, 1000) }

func priorityLevel(p *flowcontrolv1.PriorityLevelConfiguration) {
	if exempt := p.Spec.Exempt; exempt != nil {
		setDefaultPointer(&exempt.NominalConcurrencyShares, 0)
		setDefaultPointer(&exempt.LendablePercent, 0)
	}
	limited := p.Spec.Limited
	if limited == nil {
		return
	}
	setDefaultPointer(&limited.NominalConcurrencyShares, 30)
	setDefaultPointer(&limited.LendablePercent, 0)
	if queues := limited.LimitResponse.Queuing; queues != nil {
		setDefault(&queues.HandSize, 8)
		setDefault(&queues.Queues, 64)
		setDefault(&queues.QueueLengthLimit, 50)
	}
}

// admissionDefaults is admissionregistration.k8s.io/v1. Upstream: pkg/apis/admissionregistration/v1/defaults.go.
var admissionDefaults = []defaulter{
	defaulterFor(validatingWebhooks), defaulterFor(mutatingWebhooks),
	defaulterFor(validatingPolicy), defaulterFor(validatingBinding), defaulterFor(mutatingPolicy), defaulterFor(mutatingBinding),
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
		setDefaultPointer(&h.ReinvocationPolicy, admissionv1.NeverReinvocationPolicy)
	}
}

func validatingPolicy(p *admissionv1.ValidatingAdmissionPolicy) {
	setDefaultPointer(&p.Spec.FailurePolicy, admissionv1.Fail)
	matchResources(p.Spec.MatchConstraints)
}

func mutatingPolicy(p *admissionv1.MutatingAdmissionPolicy) {
	setDefaultPointer(&p.Spec.FailurePolicy, admissionv1.Fail)
	matchResources(p.Spec.MatchConstraints)
}

func validatingBinding(b *admissionv1.ValidatingAdmissionPolicyBinding) {
	matchResources(b.Spec.MatchResources)
}

func mutatingBinding(b *admissionv1.MutatingAdmissionPolicyBinding) {
	matchResources(b.Spec.MatchResources)
}

// webhook: if the webhook fails or does not answer in 10 seconds, the request is refused.
func webhook(failure **admissionv1.FailurePolicyType, timeout **int32, client *admissionv1.WebhookClientConfig) {
	setDefaultPointer(failure, admissionv1.Fail)
	setDefaultPointer(timeout, 10)
	if client.Service != nil {
		setDefaultPointer(&client.Service.Port, 443)
	}
}

// matching: a rule matches equivalent resources in other versions, and all namespaces and objects.
func matching(policy **admissionv1.MatchPolicyType, namespaces, objects **metav1.LabelSelector) {
	setDefaultPointer(policy, admissionv1.Equivalent)
	setDefaultPointer(namespaces, metav1.LabelSelector{})
	setDefaultPointer(objects, metav1.LabelSelector{})
}

func matchResources(m *admissionv1.MatchResources) {
	if m == nil {
		return
	}
	matching(&m.MatchPolicy, &m.NamespaceSelector, &m.ObjectSelector)
	for i := range m.ResourceRules {
		setDefaultPointer(&m.ResourceRules[i].Scope, admissionv1.AllScopes)
	}
	for i := range m.ExcludeResourceRules {
		setDefaultPointer(&m.ExcludeResourceRules[i].Scope, admissionv1.AllScopes)
	}
}

func webhookRules(rules []admissionv1.RuleWithOperations) {
	for i := range rules {
		setDefaultPointer(&rules[i].Scope, admissionv1.AllScopes)
	}
}

// networkingDefaults is networking.k8s.io/v1 and discovery.k8s.io/v1. An Ingress has no defaults: pathType is required.
// Upstream: pkg/apis/{networking,discovery}/v1/defaults.go.
var networkingDefaults = []defaulter{defaulterFor(networkPolicy), defaulterFor(ingressClass), defaulterFor(endpointSlice)}

// networkPolicy: a policy applies to ingress, and to egress too if it has egress rules.
func networkPolicy(p *networkingv1.NetworkPolicy) {
	if len(p.Spec.PolicyTypes) == 0 {
		p.Spec.PolicyTypes = []networkingv1.PolicyType{networkingv1.PolicyTypeIngress}
		if len(p.Spec.Egress) > 0 {
			p.Spec.PolicyTypes = append(p.Spec.PolicyTypes, networkingv1.PolicyTypeEgress)
		}
	}
	for i := range p.Spec.Ingress {
		policyPorts(p.Spec.Ingress[i].Ports)
	}
	for i := range p.Spec.Egress {
		policyPorts(p.Spec.Egress[i].Ports)
	}
}

func policyPorts(ports []networkingv1.NetworkPolicyPort) {
	for i := range ports {
		setDefaultPointer(&ports[i].Protocol, corev1.ProtocolTCP)
	}
}

func ingressClass(c *networkingv1.IngressClass) {
	if c.Spec.Parameters != nil {
		setDefaultPointer(&c.Spec.Parameters.Scope, networkingv1.IngressClassParametersReferenceScopeCluster)
	}
}

func endpointSlice(s *discoveryv1.EndpointSlice) {
	for i := range s.Ports {
		setDefaultPointer(&s.Ports[i].Name, "")
		setDefaultPointer(&s.Ports[i].Protocol, corev1.ProtocolTCP)
	}
}

// storageDefaults is storage.k8s.io/v1. Upstream: pkg/apis/storage/v1/defaults.go.
var storageDefaults = []defaulter{defaulterFor(storageClass), defaulterFor(csiDriver), defaulterFor(volumeAttachment)}

func storageClass(c *storagev1.StorageClass) {
	setDefaultPointer(&c.ReclaimPolicy, corev1.PersistentVolumeReclaimDelete)
	setDefaultPointer(&c.VolumeBindingMode, storagev1.VolumeBindingImmediate)
}

func csiDriver(d *storagev1.CSIDriver) {
	setDefaultPointer(&d.Spec.AttachRequired, true)
	setDefaultPointer(&d.Spec.PodInfoOnMount, false)
	setDefaultPointer(&d.Spec.StorageCapacity, false)
	setDefaultPointer(&d.Spec.RequiresRepublish, false)
	setDefaultPointer(&d.Spec.SELinuxMount, false)
	setDefaultPointer(&d.Spec.FSGroupPolicy, storagev1.ReadWriteOnceWithFSTypeFSGroupPolicy)
	if len(d.Spec.VolumeLifecycleModes) == 0 {
		d.Spec.VolumeLifecycleModes = []storagev1.VolumeLifecycleMode{storagev1.VolumeLifecyclePersistent}
	}
}

func volumeAttachment(a *storagev1.VolumeAttachment) {
	if inline := a.Spec.Source.InlineVolumeSpec; inline != nil {
		persistentVolumeSpec(inline)
	}
}

// schedulingDefaults is scheduling.k8s.io/v1. Upstream: pkg/apis/scheduling/v1/defaults.go.
var schedulingDefaults = []defaulter{defaulterFor(priorityClass)}

func priorityClass(c *schedulingv1.PriorityClass) {
	setDefaultPointer(&c.PreemptionPolicy, corev1.PreemptLowerPriority)
}

// resourceDefaults is resource.k8s.io/v1. Upstream: pkg/apis/resource/v1/defaults.go.
var resourceDefaults = []defaulter{defaulterFor(resourceClaim), defaulterFor(resourceClaimTemplate), defaulterFor(resourceSlice)}

func resourceClaim(c *resourcev1.ResourceClaim) {
	deviceRequests(c.Spec.Devices.Requests)
	if c.Status.Allocation != nil {
		for i := range c.Status.Allocation.Devices.Results {
			deviceTolerations(c.Status.Allocation.Devices.Results[i].Tolerations)
		}
	}
}

func resourceClaimTemplate(t *resourcev1.ResourceClaimTemplate) {
	deviceRequests(t.Spec.Spec.Devices.Requests)
}

func deviceRequests(requests []resourcev1.DeviceRequest) {
	for i := range requests {
		if exactly := requests[i].Exactly; exactly != nil {
			deviceCount(&exactly.AllocationMode, &exactly.Count)
			deviceTolerations(exactly.Tolerations)
		}
		for j := range requests[i].FirstAvailable {
			first := &requests[i].FirstAvailable[j]
			deviceCount(&first.AllocationMode, &first.Count)
			deviceTolerations(first.Tolerations)
		}
	}
}

// deviceCount: a request is for exactly one device.
func deviceCount(mode *resourcev1.DeviceAllocationMode, count *int64) {
	setDefault(mode, resourcev1.DeviceAllocationModeExactCount)
	if *mode == resourcev1.DeviceAllocationModeExactCount {
		setDefault(count, 1)
	}
}

func deviceTolerations(tolerations []resourcev1.DeviceToleration) {
	for i := range tolerations {
		setDefault(&tolerations[i].Operator, resourcev1.DeviceTolerationOpEqual)
	}
}

// resourceSlice: timeAdded of a taint is the time at which the server first decodes it. Stored taints have it.
func resourceSlice(s *resourcev1.ResourceSlice) {
	for i := range s.Spec.Devices {
		taints := s.Spec.Devices[i].Taints
		for j := range taints {
			if taints[j].TimeAdded == nil {
				taints[j].TimeAdded = &metav1.Time{Time: time.Now().Truncate(time.Second)}
			}
		}
	}
}
