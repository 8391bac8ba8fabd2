// Package namespace serves namespaces, whose deletion has two steps.
//
// In: a delete, which only marks a namespace as terminating, and finalize, by which a controller says that it is empty. Out: a
// row of the table (Groups), a REST that answers deletes, and the subresources status and finalize.
//
// Upstream: k8s.io/kubernetes/pkg/registry/core/namespace.
//
// Read in this order:
//
//	groups.go            the row
//	namespace.go         strategies of the object, its status and finalize
//	namespace_delete.go  the two steps
package namespace
