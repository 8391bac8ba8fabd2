package scheduling

import (
	schedulingv1 "k8s.io/api/scheduling/v1"

	"kubepath/chapters/17-controlplane/resource"
)

// Groups returns the resource of this package.
func Groups() []resource.Group {
	return []resource.Group{
		{GroupVersion: schedulingv1.SchemeGroupVersion, Resources: []resource.Definition{
			{Kind: "PriorityClass", Name: "priorityclasses", ShortNames: []string{"pc"}, Strategy: priorities,
				Columns: priorityColumns, WrapStore: newPriorityClasses},
		}},
	}
}
