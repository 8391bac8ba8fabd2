package controlplane

import (
	"cmp"
	"slices"

	"kubepath/chapters/17-controlplane/admissionregistration"
	"kubepath/chapters/17-controlplane/certificates"
	"kubepath/chapters/17-controlplane/componentstatus"
	"kubepath/chapters/17-controlplane/config"
	"kubepath/chapters/17-controlplane/core"
	"kubepath/chapters/17-controlplane/dynamicresources"
	"kubepath/chapters/17-controlplane/event"
	"kubepath/chapters/17-controlplane/flowcontrol"
	"kubepath/chapters/17-controlplane/namespace"
	"kubepath/chapters/17-controlplane/network"
	"kubepath/chapters/17-controlplane/node"
	"kubepath/chapters/17-controlplane/quota"
	"kubepath/chapters/17-controlplane/rbac"
	"kubepath/chapters/17-controlplane/resource"
	"kubepath/chapters/17-controlplane/scheduling"
	"kubepath/chapters/17-controlplane/storage"
	"kubepath/chapters/17-controlplane/workloads"
)

// Resource is one row of the table, Group a version of an API group with its rows.
type (
	Resource = resource.Definition
	Group    = resource.Group
)

// packages are the parts of the table, one of each package below this one. The first of those that serve a group version
// decides where its resources stand.
func packages() [][]Group {
	return [][]Group{
		componentstatus.Groups(),
		config.Groups(),
		event.Groups(),
		quota.Groups(),
		namespace.Groups(),
		node.Groups(),
		storage.Groups(),
		rbac.Groups(),
		scheduling.Groups(),
		certificates.Groups(),
		admissionregistration.Groups(),
		flowcontrol.Groups(),
		dynamicresources.Groups(),
		core.Groups(),
		network.Groups(),
		workloads.Groups(),
	}
}

// Groups is the table: the groups in the order in which discovery lists them, each with the resources of all packages.
func Groups() []Group {
	var merged []Group
	for _, g := range slices.Concat(packages()...) {
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
