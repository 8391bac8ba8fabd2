// Package scheduling is scheduling.k8s.io: which pods go first.
//
// In: PriorityClasses. Out: a row of the table (Groups), and the two classes of the system, which cannot be deleted.
//
// Upstream: k8s.io/kubernetes/pkg/registry/scheduling/priorityclass and pkg/apis/scheduling.
//
// Read in this order:
//
//	groups.go         the row
//	priorityclass.go  the strategy, the classes of the system, the columns
package scheduling
