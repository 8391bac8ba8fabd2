// Package resource has the types from which the control plane's table is made: a row for each resource, and what many rows
// share.
//
// In: the fields that each group's package fills in. Out: strategies, subresources and columns for the generic Store.
// Code for one resource is in a file with its name, in its group's package. Read in this order:
//
//	definition.go       a row of the table, and what a row may use of the rest of the control plane
//	spec_status.go      SpecStatus: the strategy of a spec with a generation and a status with a subresource
//	subresource.go      SubresourceREST: the Store of a resource with another strategy
//	scale.go            ScaleREST: the replicas of any workload
//	table.go            the columns of kubectl get
//	loopback_client.go  the client with which the server writes objects itself
//	internal_form.go    values in error messages in upstream's form
//
// Upstream: the REST and strategy types that each package below k8s.io/kubernetes/pkg/registry repeats.
package resource
