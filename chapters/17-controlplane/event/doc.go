// Package event serves events: one object in two groups, v1 and events.k8s.io, which etcd removes after an hour.
//
// In: what components report about objects. Out: a row with a time to live (the setting TTL), and a row with the same objects.
//
// Upstream: k8s.io/kubernetes/pkg/registry/core/event and pkg/apis/core/validation/events.go.
//
// Read in this order:
//
//	groups.go  the rows
//	event.go   strategy, fields, columns, and the rules of the old and the new group
package event
