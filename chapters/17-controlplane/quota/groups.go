package quota

import (
	corev1 "k8s.io/api/core/v1"

	registry "kubepath/chapters/06-registry"
	"kubepath/chapters/17-controlplane/resource"
)

// Groups returns the resources of this package.
func Groups() []resource.Group {
	return []resource.Group{
		{GroupVersion: corev1.SchemeGroupVersion, Resources: []resource.Definition{
			{Kind: "LimitRange", Name: "limitranges", ObjectMeta: registry.MetaOnly, ShortNames: []string{"limits"},
				Strategy: limitRangeStrategy},
			{Kind: "ResourceQuota", Name: "resourcequotas", ShortNames: []string{"quota"}, Strategy: quotaStrategy, Status: quotaStatus,
				ReturnDeleted: true,
				Columns:       quotaColumns},
		}},
	}
}
