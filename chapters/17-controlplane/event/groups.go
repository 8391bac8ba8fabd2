package event

import (
	corev1 "k8s.io/api/core/v1"
	eventsv1 "k8s.io/api/events/v1"

	registry "kubepath/chapters/06-registry"
	"kubepath/chapters/17-controlplane/resource"
)

// Groups returns the resources of this package.
func Groups() []resource.Group {
	return []resource.Group{
		{GroupVersion: corev1.SchemeGroupVersion, Resources: []resource.Definition{
			{Kind: "Event", Name: "events", ObjectMeta: registry.NoMeta, ShortNames: []string{"ev"}, Strategy: eventStrategy{},
				SelectableFields: eventFields, Columns: eventColumns, ConfigureStore: expire},
		}},
		{GroupVersion: eventsv1.SchemeGroupVersion, Resources: []resource.Definition{
			{Kind: "Event", Name: "events", SameAs: corev1.SchemeGroupVersion.WithResource("events")},
		}},
	}
}
