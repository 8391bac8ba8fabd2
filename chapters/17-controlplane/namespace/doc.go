// Package namespace has the resource namespaces, whose deletion has two steps.
//
// In: a delete, which marks a namespace as Terminating, and an update of finalize, with which a controller reports that
// it is empty. Out: a row of the table (Groups), a REST for the deletes, and the subresources status and finalize.
//
// Upstream: k8s.io/kubernetes/pkg/registry/core/namespace.
//
// Read in this order:
//
//	groups.go            the resource
//	namespace.go         the strategies of namespaces, of status and of finalize
//	namespace_delete.go  deletion in two steps
package namespace
