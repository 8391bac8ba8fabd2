// Package rbac has the resources of the group rbac.authorization.k8s.io: roles and role bindings.
//
// In: roles with rules, and bindings with subjects. Out: rows of the table (Groups), with strategies that validate them.
// Chapter 14 authorizes requests with them.
//
// Upstream: k8s.io/kubernetes/pkg/registry/rbac and pkg/apis/rbac/validation.
//
// Read in this order:
//
//	groups.go  the resources
//	rbac.go    roles, cluster roles and their bindings
package rbac
