package rbac

import (
	rbacv1 "k8s.io/api/rbac/v1"

	registry "kubepath/chapters/06-registry"
	"kubepath/chapters/17-controlplane/resource"
)

// Groups returns the resources of this package.
func Groups() []resource.Group {
	return []resource.Group{
		{GroupVersion: rbacv1.SchemeGroupVersion, Resources: []resource.Definition{
			{Kind: "ClusterRole", Name: "clusterroles", ObjectMeta: registry.MetaThenUpdate, Strategy: clusterRoleStrategy},
			{Kind: "ClusterRoleBinding", Name: "clusterrolebindings", ObjectMeta: registry.MetaThenUpdate, Strategy: clusterBindingStrategy,
				Columns: clusterBindingColumns},
			{Kind: "Role", Name: "roles", ObjectMeta: registry.MetaThenUpdate, Strategy: roleStrategy},
			{Kind: "RoleBinding", Name: "rolebindings", ObjectMeta: registry.MetaThenUpdate, Strategy: bindingStrategy,
				Columns: bindingColumns},
		}},
	}
}
