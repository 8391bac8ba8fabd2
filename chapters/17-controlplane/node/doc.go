// Package node has the resources nodes, runtimeclasses and leases, which are the heartbeats of kubelets and the locks
// of leader election.
//
// In: objects that kubelets, controllers and administrators send. Out: rows of the table (Groups) in v1, node.k8s.io and
// coordination.k8s.io.
//
// Upstream: k8s.io/kubernetes/pkg/registry/{core/node,node/runtimeclass,coordination/lease}.
//
// Read in this order:
//
//	groups.go           the resources
//	node.go             the strategies and columns of nodes
//	node_validation.go  declared features, pod CIDRs, warnings
//	runtimeclass.go     runtime classes
//	lease.go            leases
package node
