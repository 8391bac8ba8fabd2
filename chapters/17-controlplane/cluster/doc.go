// Package cluster is the part of chapter 17's table that says what a cluster consists of: namespaces and nodes, what is
// kept in them and about them, who may do what, where volumes and devices come from.
//
// In: objects of chapter 6's Stores. Out: rows of the control plane's table (Groups). Nothing else is exported but the
// settings that flags give to rows.
//
// Upstream: k8s.io/kubernetes/pkg/registry and pkg/apis/*/validation of the same kinds. Read groups.go, the table; then
// configmap.go, a strategy that only validates, namespace.go, a resource whose deletion has two steps, and event.go,
// one that is served by two groups and forgotten after an hour. The other files are named for their resource:
// admissionpolicies_validation.go checks policies and bindings; devices_rules.go what claims, classes and slices share, then
// devices_claim.go, devices_status.go, devices_slice.go and devices_capacity.go; node_features.go a node's declared features.
package cluster
