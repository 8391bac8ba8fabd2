package flowcontrol

import (
	flowcontrolv1 "k8s.io/api/flowcontrol/v1"

	registry "kubepath/chapters/06-registry"
	"kubepath/chapters/17-controlplane/resource"
)

// Groups returns the rows of this package.
func Groups() []resource.Group {
	return []resource.Group{
		{GroupVersion: flowcontrolv1.SchemeGroupVersion, Resources: []resource.Definition{
			{Kind: "FlowSchema", Name: "flowschemas", ObjectMeta: registry.MetaOnly, StatusObjectMeta: registry.NoMeta,
				Strategy: flowSchemaStrategy, Status: flowSchemaStatus, Columns: flowSchemaColumns},
			{Kind: "PriorityLevelConfiguration", Name: "prioritylevelconfigurations", ObjectMeta: registry.MetaOnly,
				StatusObjectMeta: registry.NoMeta, Strategy: levelStrategy, Status: levelStatus,
				Columns: levelColumns},
		}},
	}
}
