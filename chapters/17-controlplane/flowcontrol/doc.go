// Package flowcontrol serves flowcontrol.apiserver.k8s.io: priority levels, and the flow schemas that assign requests
// to them.
//
// In: FlowSchemas and PriorityLevelConfigurations. Out: rows of the table (Groups), and the objects that a new cluster
// gets. They have no effect on requests: chapter 8 limits the requests in flight without them.
//
// Upstream: k8s.io/kubernetes/pkg/registry/flowcontrol and k8s.io/apiserver/pkg/apis/flowcontrol/bootstrap.
//
// Read in this order:
//
//	groups.go       the rows
//	flowcontrol.go  strategies, columns and rules of both kinds
//	bootstrap.go    the objects of a new cluster
package flowcontrol
