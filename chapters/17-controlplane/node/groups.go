package node

import (
	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	nodev1 "k8s.io/api/node/v1"

	registry "kubepath/chapters/06-registry"
	"kubepath/chapters/17-controlplane/resource"
)

// Groups returns the resources of this package.
func Groups() []resource.Group {
	return []resource.Group{
		{GroupVersion: corev1.SchemeGroupVersion, Resources: []resource.Definition{
			{Kind: "Node", Name: "nodes", ObjectMeta: registry.MetaThenUpdate, ShortNames: []string{"no"}, Strategy: nodeStrategy{},
				Status:           nodeStatus{},
				KeyRoot:          "/minions",
				SelectableFields: nodeFields, Columns: nodeColumns},
		}},
		{GroupVersion: nodev1.SchemeGroupVersion, Resources: []resource.Definition{
			{Kind: "RuntimeClass", Name: "runtimeclasses", ObjectMeta: registry.GenericMetaThenUpdate, Strategy: runtimeStrategy,
				Columns: runtimeColumns},
		}},
		{GroupVersion: coordinationv1.SchemeGroupVersion, Resources: []resource.Definition{
			{Kind: "Lease", Name: "leases", ObjectMeta: registry.GenericUpdate, Strategy: leaseStrategy, Columns: leaseColumns},
		}},
	}
}
