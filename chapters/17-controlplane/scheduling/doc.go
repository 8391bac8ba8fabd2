// Package scheduling has the resource priorityclasses of the group scheduling.k8s.io.
//
// In: PriorityClasses. Out: a row of the table (Groups), and the two system classes, which cannot be deleted.
//
// Upstream: k8s.io/kubernetes/pkg/registry/scheduling/priorityclass and pkg/apis/scheduling.
//
// Read in this order:
//
//	groups.go         the resource
//	priorityclass.go  the strategy, the system classes, the columns
package scheduling
