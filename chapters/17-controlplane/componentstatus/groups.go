package componentstatus

import (
	corev1 "k8s.io/api/core/v1"

	"kubepath/chapters/17-controlplane/resource"
)

// Groups is this package's part of the table.
func Groups() []resource.Group {
	return []resource.Group{
		{GroupVersion: corev1.SchemeGroupVersion, Resources: []resource.Definition{
			{Kind: "ComponentStatus", Name: "componentstatuses", NewREST: newComponentStatuses},
		}},
	}
}
