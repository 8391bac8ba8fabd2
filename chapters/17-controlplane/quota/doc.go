// Package quota serves limits: a LimitRange for each object of a namespace, a ResourceQuota for all of them together.
//
// In: lists of resources and quantities. Out: rows of the table (Groups), with strategies that validate them. Admission
// plugins (chapter 15) enforce them.
//
// Upstream: k8s.io/kubernetes/pkg/registry/core/{limitrange,resourcequota}.
//
// Read in this order:
//
//	groups.go         the rows
//	limitrange.go     minimum, maximum, default and ratio
//	resourcequota.go  hard limits and scopes
package quota
