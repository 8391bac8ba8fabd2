// Package rbac is rbac.authorization.k8s.io: who may do what.
//
// In: roles with rules, bindings with subjects. Out: rows of the table (Groups), with strategies that validate them. Chapter 14
// decides by them.
//
// Upstream: k8s.io/kubernetes/pkg/registry/rbac and pkg/apis/rbac/validation.
//
// Read in this order:
//
//	groups.go  the rows
//	rbac.go    roles, cluster roles and their bindings
package rbac
