package cluster

import (
	"strings"

	rbacv1 "k8s.io/api/rbac/v1"
	rbacv1beta1 "k8s.io/api/rbac/v1beta1" // upstream describes with the words of this version

	"kubepath/chapters/17-controlplane/resource"
)

// bindingColumns is what kubectl get rolebindings shows. Upstream: printRoleBinding.
var bindingColumns = resource.Table[rbacv1.RoleBinding, *rbacv1.RoleBinding]{
	Columns: ofBindings("roleBinding", rbacv1beta1.RoleBinding{}),
	Cells: func(b *rbacv1.RoleBinding) []any {
		return append([]any{b.Name, b.RoleRef.Kind + "/" + b.RoleRef.Name, resource.AgeOf(b)}, subjectCells(b.Subjects)...)
	},
}

var clusterBindingColumns = resource.Table[rbacv1.ClusterRoleBinding, *rbacv1.ClusterRoleBinding]{
	Columns: ofBindings("clusterRoleBinding", rbacv1beta1.ClusterRoleBinding{}),
	Cells: func(b *rbacv1.ClusterRoleBinding) []any {
		return append([]any{b.Name, b.RoleRef.Kind + "/" + b.RoleRef.Name, resource.AgeOf(b)}, subjectCells(b.Subjects)...)
	},
}

func ofBindings(kind string, of documented) []resource.Column {
	return []resource.Column{
		resource.NameColumn(),
		{Name: "Role", Description: strings.Replace(of.SwaggerDoc()["roleRef"], "roleRef", "RoleRef", 1)}, // as v1.36 spells it
		resource.AgeColumn(),
		wide(resource.Column{Name: "Users", Description: "Users in the " + kind}),
		wide(resource.Column{Name: "Groups", Description: "Groups in the " + kind}),
		wide(resource.Column{Name: "ServiceAccounts", Description: "ServiceAccounts in the " + kind}),
	}
}

// subjectCells are the subjects by kind. Upstream: SubjectsStrings.
func subjectCells(subjects []rbacv1.Subject) []any {
	var users, groups, accounts []string
	for _, s := range subjects {
		switch s.Kind {
		case rbacv1.UserKind:
			users = append(users, s.Name)
		case rbacv1.GroupKind:
			groups = append(groups, s.Name)
		case rbacv1.ServiceAccountKind:
			accounts = append(accounts, s.Namespace+"/"+s.Name)
		}
	}
	return []any{strings.Join(users, ", "), strings.Join(groups, ", "), strings.Join(accounts, ", ")}
}
