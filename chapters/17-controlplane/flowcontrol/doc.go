// Package flowcontrol is flowcontrol.apiserver.k8s.io: which requests wait for which others.
//
// In: FlowSchemas and PriorityLevelConfigurations. Out: rows of the table (Groups), and the objects that a new cluster begins
// with. There are no queues here: chapter 8 limits the requests in flight.
//
// Upstream: k8s.io/kubernetes/pkg/registry/flowcontrol and k8s.io/apiserver/pkg/apis/flowcontrol/bootstrap.
//
// Read in this order:
//
//	groups.go       the rows
//	flowcontrol.go  strategies, columns and rules of both kinds
//	bootstrap.go    the objects of a new cluster
package flowcontrol
