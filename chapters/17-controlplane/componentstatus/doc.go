// Package componentstatus serves componentstatuses: objects that nobody stores.
//
// In: a GET. Out: the answers of the health checks of etcd, the scheduler and the controller manager, asked at that moment.
// The setting Components says which ones there are.
//
// Upstream: k8s.io/kubernetes/pkg/registry/core/componentstatus.
//
// Read in this order:
//
//	groups.go           the row: NewREST in place of a strategy
//	componentstatus.go  the list, one component, and the probe
package componentstatus
