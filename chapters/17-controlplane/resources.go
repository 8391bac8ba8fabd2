package controlplane

import (
	"cmp"
	"slices"

	"k8s.io/apimachinery/pkg/runtime/schema"

	registry "kubepath/chapters/06-registry"
	"kubepath/chapters/17-controlplane/resource"
)

// Resource is one row of the table, Group a version of an API group with its rows.
type (
	Resource = resource.Row
	Group    = resource.Group
)

// namespaced and clusterScoped answer for a resource that needs nothing of its own.
var (
	namespaced    = registry.Namespaced{}
	clusterScoped = registry.ClusterScoped{}
)

// Groups is the table: the groups in the order in which discovery lists them, each with the rows of all packages below
// this one.
func Groups() []Group {
	var merged []Group
	for _, g := range slices.Concat(plain()) {
		at := slices.IndexFunc(merged, func(m Group) bool { return m.GroupVersion == g.GroupVersion })
		if at < 0 {
			merged = append(merged, g)
			continue
		}
		merged[at].Resources = append(merged[at].Resources, g.Resources...)
	}
	slices.SortStableFunc(merged, func(a, b Group) int { return cmp.Compare(rank(a), rank(b)) })
	return merged
}

// order is kube-apiserver's order of groups in discovery.
var order = []string{"", "apps", "events.k8s.io", "authentication.k8s.io", "authorization.k8s.io", "autoscaling", "batch",
	"certificates.k8s.io", "networking.k8s.io", "policy", "rbac.authorization.k8s.io", "storage.k8s.io",
	"admissionregistration.k8s.io", "apiextensions.k8s.io", "scheduling.k8s.io", "coordination.k8s.io", "node.k8s.io",
	"discovery.k8s.io", "resource.k8s.io", "flowcontrol.apiserver.k8s.io"}

// rank is a group's place; one that is not in the order comes last.
func rank(g Group) int {
	at := slices.Index(order, g.Group)
	if at < 0 {
		return len(order)
	}
	return at
}

// plain are the resources that need no package of their own.
func plain() []Group {
	return []Group{
		{GroupVersion: schema.GroupVersion{Version: "v1"}, Resources: []Resource{
			{Kind: "ConfigMap", Name: "configmaps", ShortNames: []string{"cm"}, Strategy: configMapStrategy{}},
			{Kind: "Namespace", Name: "namespaces", ShortNames: []string{"ns"}, Strategy: clusterScoped},
			{Kind: "Node", Name: "nodes", ShortNames: []string{"no"}, Strategy: clusterScoped, KeyRoot: "/minions"},
			{Kind: "Pod", Name: "pods", ShortNames: []string{"po"}, All: true, Strategy: namespaced},
			{Kind: "Secret", Name: "secrets", Strategy: secretStrategy{}},
			{Kind: "Service", Name: "services", ShortNames: []string{"svc"}, All: true, Strategy: namespaced, KeyRoot: "/services/specs"},
		}},
		{GroupVersion: schema.GroupVersion{Group: "apps", Version: "v1"}, Resources: []Resource{
			{Kind: "Deployment", Name: "deployments", ShortNames: []string{"deploy"}, All: true, Strategy: namespaced},
		}},
	}
}
