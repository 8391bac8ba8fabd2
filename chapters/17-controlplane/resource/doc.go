// Package resource is what the rows of the control plane's table are made of.
//
// An ordinary resource is a Definition with names and a strategy. What many resources share beyond that is here, once: a spec
// with a generation beside a status that has its own subresource (spec_status.go), a scale (scale.go), the columns that
// kubectl get prints (table.go), and how the server itself writes objects (loopback_client.go). What one resource has alone
// stands in a file named for it, in its group's package.
//
// Upstream: the REST and strategy types that each package below k8s.io/kubernetes/pkg/registry repeats.
package resource
