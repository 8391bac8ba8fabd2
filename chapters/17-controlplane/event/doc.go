// Package event has the resource events, which is served in two groups, v1 and events.k8s.io. etcd deletes an event
// after an hour.
//
// In: events that components report. Out: two rows of the table (Groups) with the same objects; the setting TTL is
// their time to live.
//
// Upstream: k8s.io/kubernetes/pkg/registry/core/event and pkg/apis/core/validation/events.go.
//
// Read in this order:
//
//	groups.go  the resources
//	event.go   strategy, fields, columns, and the validation for both groups
package event
