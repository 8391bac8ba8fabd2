package pod

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	rest "kubepath/chapters/04-rest"
	registry "kubepath/chapters/06-registry"
	"kubepath/chapters/17-controlplane/resource"
)

var podsResource = schema.GroupResource{Resource: "pods"}

// Groups returns the resources of this package.
func Groups() []resource.Group {
	return []resource.Group{{GroupVersion: corev1.SchemeGroupVersion, Resources: []resource.Definition{
		{Kind: "Binding", Name: "bindings", NewREST: legacyBindings},
		{Kind: "Pod", Name: "pods", ObjectMeta: registry.UpdateThenMeta, ShortNames: []string{"po"}, All: true,
			Strategy: podStrategy{}, Status: podStatusStrategy{},
			SelectableFields: podFields, FieldLabelAliases: map[string]string{"spec.host": "spec.nodeName"}, // for clients of old beta versions
			Columns: podColumns, ReturnDeleted: true, Subresources: podSubresources},
	}}}
}

func podSubresources(s *registry.Store, deps *resource.Dependencies) map[string]rest.Storage {
	storage := NewPodStorage(s, deps)
	return map[string]rest.Storage{
		"binding":             storage.Binding,
		"eviction":            storage.Eviction,
		"ephemeralcontainers": storage.EphemeralContainers,
		"resize":              storage.Resize,
	}
}
