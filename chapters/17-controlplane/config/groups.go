package config

import (
	corev1 "k8s.io/api/core/v1"

	registry "kubepath/chapters/06-registry"
	"kubepath/chapters/17-controlplane/resource"
)

// Groups returns the resources of this package.
func Groups() []resource.Group {
	return []resource.Group{
		{GroupVersion: corev1.SchemeGroupVersion, Resources: []resource.Definition{
			{Kind: "ConfigMap", Name: "configmaps", ObjectMeta: registry.UpdateThenMeta, ShortNames: []string{"cm"},
				Strategy: configMapStrategy{},
				Columns:  configMapColumns},
			{Kind: "Secret", Name: "secrets", ObjectMeta: registry.UpdateThenMeta, Strategy: secretStrategy{}, SelectableFields: secretFields,
				Columns: secretColumns},
			{Kind: "ServiceAccount", Name: "serviceaccounts", ObjectMeta: registry.UpdateThenMeta, ShortNames: []string{"sa"},
				Strategy: serviceAccountStrategy, ReturnDeleted: true,
				Columns: serviceAccountColumns},
		}},
	}
}
