// Package resource is what the rows of the control plane's table are made of.
//
// In: what the packages of the rows fill in. Out: strategies, subresources and columns for the generic Store. What one
// resource has alone stands in a file named for it, in its group's package. Read in this order:
//
//	definition.go       what a row may say, and what it may use of the rest of the control plane
//	spec_status.go      SpecStatus: a spec with a generation beside a status that has its own subresource
//	subresource.go      SubresourceREST: the Store of a resource under another strategy
//	scale.go            ScaleREST: the replicas of any workload
//	table.go            the columns that kubectl get prints
//	loopback_client.go  how the server itself writes objects
//	internal_form.go    values as upstream's messages print them
//
// Upstream: the REST and strategy types that each package below k8s.io/kubernetes/pkg/registry repeats.
package resource
