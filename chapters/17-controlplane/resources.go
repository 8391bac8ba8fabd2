package controlplane

import (
	"strings"

	"k8s.io/apimachinery/pkg/runtime/schema"

	registry "kubepath/chapters/06-registry"
)

// Resource is one row of the table. An ordinary resource needs no more than its names and the scope that its strategy
// has.
type Resource struct {
	Kind       string // Pod
	Name       string // pods
	ShortNames []string
	All        bool // kubectl get all shows it
	Strategy   registry.Strategy
	KeyRoot    string // where it is irregular: /minions
}

// Singular is the name of one: that of the kind in lower case.
func (r Resource) Singular() string { return strings.ToLower(r.Kind) }

// Key is the root below which the objects lie in etcd, under the prefix (/registry).
func (r Resource) Key() string {
	if r.KeyRoot != "" {
		return r.KeyRoot
	}
	return "/" + r.Name
}

// Group is one version of an API group with its resources.
type Group struct {
	schema.GroupVersion
	Resources []Resource
}

// namespaced and clusterScoped answer for a resource that needs nothing of its own.
var (
	namespaced    = registry.Namespaced{}
	clusterScoped = registry.ClusterScoped{}
)

// Groups is the table: the groups in the order in which discovery lists them.
func Groups() []Group {
	return []Group{
		{schema.GroupVersion{Version: "v1"}, []Resource{
			{Kind: "ConfigMap", Name: "configmaps", ShortNames: []string{"cm"}, Strategy: configMapStrategy{}},
			{Kind: "Namespace", Name: "namespaces", ShortNames: []string{"ns"}, Strategy: clusterScoped},
			{Kind: "Node", Name: "nodes", ShortNames: []string{"no"}, Strategy: clusterScoped, KeyRoot: "/minions"},
			{Kind: "Pod", Name: "pods", ShortNames: []string{"po"}, All: true, Strategy: namespaced},
			{Kind: "Secret", Name: "secrets", Strategy: secretStrategy{}},
			{Kind: "Service", Name: "services", ShortNames: []string{"svc"}, All: true, Strategy: namespaced, KeyRoot: "/services/specs"},
		}},
		{schema.GroupVersion{Group: "apps", Version: "v1"}, []Resource{
			{Kind: "Deployment", Name: "deployments", ShortNames: []string{"deploy"}, All: true, Strategy: namespaced},
		}},
	}
}
