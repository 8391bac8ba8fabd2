// Package quota has the resources limitranges and resourcequotas. A LimitRange limits each object of a namespace, a
// ResourceQuota all of them together.
//
// In: objects that clients send. Out: rows of the table (Groups), with strategies that validate them. Admission plugins
// (chapter 15) enforce them.
//
// Upstream: k8s.io/kubernetes/pkg/registry/core/{limitrange,resourcequota}.
//
// Read in this order:
//
//	groups.go         the resources
//	limitrange.go     limit ranges: minimum, maximum, default and ratio
//	resourcequota.go  resource quotas: hard limits and scopes
package quota
