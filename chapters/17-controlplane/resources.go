package controlplane

import (
	"cmp"
	"slices"

	kinds "kubepath/chapters/02-kinds"
	rest "kubepath/chapters/04-rest"
	"kubepath/chapters/17-controlplane/admissionregistration"
	"kubepath/chapters/17-controlplane/certificates"
	"kubepath/chapters/17-controlplane/componentstatus"
	"kubepath/chapters/17-controlplane/config"
	"kubepath/chapters/17-controlplane/dynamicresources"
	"kubepath/chapters/17-controlplane/event"
	"kubepath/chapters/17-controlplane/flowcontrol"
	"kubepath/chapters/17-controlplane/namespace"
	"kubepath/chapters/17-controlplane/network"
	"kubepath/chapters/17-controlplane/node"
	"kubepath/chapters/17-controlplane/pod"
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

// packages returns the groups of all packages. If several have the same group version, its place in the table is that
// of the first.
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
		pod.Groups(),
		network.Groups(),
		workloads.Groups(),
	}
}

// Groups returns the table: the groups in the order of discovery, each with the resources of all packages.
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

// rank returns the place of a group; groups that are not in order come last.
func rank(g Group) int {
	at := slices.Index(order, g.Group)
	if at < 0 {
		return len(order)
	}
	return at
}

// RESTMapper returns a mapper for the resources of the table, for clients that cannot use discovery.
func RESTMapper() *kinds.RESTMapper {
	var rows []kinds.Resource
	groups := Groups()
	for _, g := range groups {
		for _, r := range g.Resources {
			own := r
			if !r.SameAs.Empty() {
				own = find(groups, r)
			}
			rows = append(rows, named(kinds.Resource{
				Kind: g.WithKind(r.Kind), Name: r.Name, ShortNames: own.ShortNames, Categories: own.Categories,
			}, own))
		}
	}
	return kinds.NewRESTMapper(rows...)
}

// named completes a row with scope and names from the resource's strategy or, without one, from its storage.
func named(row kinds.Resource, r Resource) kinds.Resource {
	if r.All {
		row.Categories = append([]string{"all"}, row.Categories...)
	}
	if r.Strategy != nil {
		row.Namespaced = r.Strategy.NamespaceScoped()
		return row
	}
	storage := r.NewREST(&resource.Dependencies{})
	if s, ok := rest.As[rest.Scoper](storage); ok {
		row.Namespaced = s.NamespaceScoped()
	}
	if s, ok := rest.As[rest.ShortNamesProvider](storage); ok {
		row.ShortNames = s.ShortNames()
	}
	return row
}

// find returns the row that r.SameAs names.
func find(groups []Group, r Resource) Resource {
	for _, g := range groups {
		for _, other := range g.Resources {
			if g.GroupVersion == r.SameAs.GroupVersion() && other.Name == r.SameAs.Resource {
				return other
			}
		}
	}
	return r
}
