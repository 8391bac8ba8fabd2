package kinds

import (
	"strings"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// wellKnownGroup is a group with the versions that serve the same resources, the preferred one first.
type wellKnownGroup struct {
	group      string
	versions   string // separated by spaces
	namespaced []wellKnownKind
	cluster    []wellKnownKind
}

// wellKnownKind is a kind and what the rules of English do not say of it.
type wellKnownKind struct {
	kind  string
	short string // separated by spaces
	in    string // its category
}

// wellKnown is what kube-apiserver v1.36 serves when nothing is switched on or off, in the order of its groups.
var wellKnown = []wellKnownGroup{
	{group: "", versions: "v1",
		namespaced: []wellKnownKind{
			{kind: "Binding"}, {kind: "ConfigMap", short: "cm"}, {kind: "Endpoints", short: "ep"}, {kind: "Event", short: "ev"},
			{kind: "LimitRange", short: "limits"}, {kind: "PersistentVolumeClaim", short: "pvc"},
			{kind: "Pod", short: "po", in: "all"}, {kind: "PodTemplate"},
			{kind: "ReplicationController", short: "rc", in: "all"}, {kind: "ResourceQuota", short: "quota"},
			{kind: "Secret"}, {kind: "ServiceAccount", short: "sa"}, {kind: "Service", short: "svc", in: "all"},
		},
		cluster: []wellKnownKind{
			{kind: "ComponentStatus", short: "cs"}, {kind: "Namespace", short: "ns"}, {kind: "Node", short: "no"},
			{kind: "PersistentVolume", short: "pv"},
		}},
	{group: "apiregistration.k8s.io", versions: "v1", cluster: []wellKnownKind{{kind: "APIService", in: "api-extensions"}}},
	{group: "apps", versions: "v1", namespaced: []wellKnownKind{
		{kind: "ControllerRevision"}, {kind: "DaemonSet", short: "ds", in: "all"}, {kind: "Deployment", short: "deploy", in: "all"},
		{kind: "ReplicaSet", short: "rs", in: "all"}, {kind: "StatefulSet", short: "sts", in: "all"},
	}},
	{group: "events.k8s.io", versions: "v1", namespaced: []wellKnownKind{{kind: "Event", short: "ev"}}},
	{group: "authentication.k8s.io", versions: "v1", cluster: []wellKnownKind{{kind: "SelfSubjectReview"}, {kind: "TokenReview"}}},
	{group: "authorization.k8s.io", versions: "v1",
		namespaced: []wellKnownKind{{kind: "LocalSubjectAccessReview"}},
		cluster: []wellKnownKind{
			{kind: "SelfSubjectAccessReview"}, {kind: "SelfSubjectRulesReview"}, {kind: "SubjectAccessReview"},
		}},
	{group: "autoscaling", versions: "v2 v1", namespaced: []wellKnownKind{
		{kind: "HorizontalPodAutoscaler", short: "hpa", in: "all"},
	}},
	{group: "batch", versions: "v1", namespaced: []wellKnownKind{
		{kind: "CronJob", short: "cj", in: "all"}, {kind: "Job", in: "all"},
	}},
	{group: "certificates.k8s.io", versions: "v1", cluster: []wellKnownKind{{kind: "CertificateSigningRequest", short: "csr"}}},
	{group: "networking.k8s.io", versions: "v1",
		namespaced: []wellKnownKind{{kind: "Ingress", short: "ing"}, {kind: "NetworkPolicy", short: "netpol"}},
		cluster:    []wellKnownKind{{kind: "IngressClass"}, {kind: "IPAddress", short: "ip"}, {kind: "ServiceCIDR"}}},
	{group: "policy", versions: "v1", namespaced: []wellKnownKind{{kind: "PodDisruptionBudget", short: "pdb"}}},
	{group: "rbac.authorization.k8s.io", versions: "v1",
		namespaced: []wellKnownKind{{kind: "RoleBinding"}, {kind: "Role"}},
		cluster:    []wellKnownKind{{kind: "ClusterRoleBinding"}, {kind: "ClusterRole"}}},
	{group: "storage.k8s.io", versions: "v1",
		namespaced: []wellKnownKind{{kind: "CSIStorageCapacity"}},
		cluster: []wellKnownKind{
			{kind: "CSIDriver"}, {kind: "CSINode"}, {kind: "StorageClass", short: "sc"}, {kind: "VolumeAttachment"},
			{kind: "VolumeAttributesClass", short: "vac"},
		}},
	{group: "admissionregistration.k8s.io", versions: "v1", cluster: []wellKnownKind{
		{kind: "MutatingAdmissionPolicy", in: "api-extensions"}, {kind: "MutatingAdmissionPolicyBinding", in: "api-extensions"},
		{kind: "MutatingWebhookConfiguration", in: "api-extensions"},
		{kind: "ValidatingAdmissionPolicy", in: "api-extensions"}, {kind: "ValidatingAdmissionPolicyBinding", in: "api-extensions"},
		{kind: "ValidatingWebhookConfiguration", in: "api-extensions"},
	}},
	{group: "apiextensions.k8s.io", versions: "v1", cluster: []wellKnownKind{
		{kind: "CustomResourceDefinition", short: "crd crds", in: "api-extensions"},
	}},
	{group: "scheduling.k8s.io", versions: "v1", cluster: []wellKnownKind{{kind: "PriorityClass", short: "pc"}}},
	{group: "coordination.k8s.io", versions: "v1", namespaced: []wellKnownKind{{kind: "Lease"}}},
	{group: "node.k8s.io", versions: "v1", cluster: []wellKnownKind{{kind: "RuntimeClass"}}},
	{group: "discovery.k8s.io", versions: "v1", namespaced: []wellKnownKind{{kind: "EndpointSlice"}}},
	{group: "resource.k8s.io", versions: "v1",
		namespaced: []wellKnownKind{{kind: "ResourceClaim"}, {kind: "ResourceClaimTemplate"}},
		cluster:    []wellKnownKind{{kind: "DeviceClass"}, {kind: "ResourceSlice"}}},
	{group: "flowcontrol.apiserver.k8s.io", versions: "v1", cluster: []wellKnownKind{
		{kind: "FlowSchema"}, {kind: "PriorityLevelConfiguration"},
	}},
}

// WellKnown returns the resources that kube-apiserver serves by default, for whoever has no server to ask. A server
// makes its RESTMapper from what it serves.
func WellKnown() []Resource {
	var rows []Resource
	for _, g := range wellKnown {
		for version := range strings.FieldsSeq(g.versions) {
			gv := schema.GroupVersion{Group: g.group, Version: version}
			for _, k := range g.namespaced {
				rows = append(rows, k.resource(gv, true))
			}
			for _, k := range g.cluster {
				rows = append(rows, k.resource(gv, false))
			}
		}
	}
	return rows
}

func (k wellKnownKind) resource(gv schema.GroupVersion, namespaced bool) Resource {
	kind := gv.WithKind(k.kind)
	plural, singular := meta.UnsafeGuessKindToResource(kind)
	return Resource{
		Kind:       kind,
		Name:       plural.Resource,
		Singular:   singular.Resource,
		ShortNames: strings.Fields(k.short),
		Categories: strings.Fields(k.in),
		Namespaced: namespaced,
	}
}
