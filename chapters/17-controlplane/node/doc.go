// Package node serves nodes and what belongs to them: runtime classes, and leases, by which a kubelet says that it lives.
//
// In: objects that kubelets and administrators write. Out: rows of the table (Groups) in v1, node.k8s.io and
// coordination.k8s.io.
//
// Upstream: k8s.io/kubernetes/pkg/registry/{core/node,node/runtimeclass,coordination/lease}.
//
// Read in this order:
//
//	groups.go           the rows
//	node.go             strategies and columns
//	node_validation.go  declared features, ranges of pod addresses, warnings
//	runtimeclass.go     handlers of container runtimes
//	lease.go            who lives, and who leads
package node
