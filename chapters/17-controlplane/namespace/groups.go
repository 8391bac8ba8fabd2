package namespace

import (
	corev1 "k8s.io/api/core/v1"

	registry "kubepath/chapters/06-registry"
	"kubepath/chapters/17-controlplane/resource"
)

// Groups returns the resource of this package.
func Groups() []resource.Group {
	return []resource.Group{
		{GroupVersion: corev1.SchemeGroupVersion, Resources: []resource.Definition{
			{Kind: "Namespace", Name: "namespaces", ObjectMeta: registry.MetaThenUpdate, ShortNames: []string{"ns"},
				Strategy: namespaceStrategy{},
				Status:   namespaceStatus{}, ReturnDeleted: true,
				SelectableFields: namespaceFields, Columns: namespaceColumns, ConfigureStore: removeWhenFinalized, WrapStore: newNamespaces, Subresources: namespaceSubresources},
		}},
	}
}
