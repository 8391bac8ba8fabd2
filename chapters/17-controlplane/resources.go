package controlplane

import (
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

// Groups is the table: the groups in the order in which discovery lists them.
func Groups() []Group {
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
