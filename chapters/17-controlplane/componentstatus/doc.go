// Package componentstatus serves componentstatuses, which are not stored.
//
// In: a GET. Out: the current results of the health checks of etcd, the scheduler and the controller manager. The
// setting Components lists them.
//
// Upstream: k8s.io/kubernetes/pkg/registry/core/componentstatus.
//
// Read in this order:
//
//	groups.go           the row: NewREST in place of a strategy
//	componentstatus.go  the list, one component, and the probe
package componentstatus
