// Package controlplane is chapter 17: the table of the resources that the server serves.
//
// In: an etcd client and a server's configuration. Out: a GenericAPIServer with every resource installed. New: the
// differences between resources. A row of the table has the names of a resource, its keys in etcd, its strategy and its
// subresources; the earlier chapters do the rest, for all resources alike.
//
// Upstream: k8s.io/kubernetes/pkg/controlplane (formerly master.go), pkg/registry, and the validation in pkg/apis.
//
// Read in this order:
//
//	resource/definition.go    a row of the table
//	resources.go              the table, from the rows of all packages
//	controlplane.go           New: a server from the table
//	storage_provider.go       the Store and the subresources of a row
//	storage_factory.go        the etcd, key prefix and encoding of a resource
//	watch_cache.go            the resources with a watch cache
//	runtimeconfig.go          versions and resources switched on and off
//	removed_versions.go       versions that kube-apiserver no longer serves
//	bootstrap.go              objects that every cluster has
//	demo.go, demo_scenes.go   the demo of this chapter
//
// Each kind of change from outside has one example, which is a test over fixture_test.go's newCluster:
//
//	migrations_test.go        a resource of k8s.io/api that the table does not have, in 25 lines
//	own_kind_test.go          a kind with a Go type of its own, with status, scale and one more subresource
//	own_verb_test.go          a verb, for every resource
//	admission_test.go         an admission plugin
//
// Then read the packages of the resources, each in the order of its doc.go:
//
//	resource               what many rows share: definition, spec beside status, scale, columns
//	validate               validation rules that many resources share
//	config                 configmaps, secrets, service accounts: the simplest strategies
//	pod, podspec           pods with binding and eviction; the spec that pods and templates share
//	workloads              apps, batch, autoscaling, policy; replication controllers
//	network                services with their addresses and ports; endpoints, ingresses, policies
//	storage                persistent volumes, claims, classes, CSI
//	namespace, node        namespaces and their deletion; nodes, runtime classes, leases
//	event, componentstatus events and component statuses
//	quota, scheduling, flowcontrol    limits, priorities of pods and of requests
//	rbac, certificates     roles and bindings; certificate signing requests
//	admissionregistration, dynamicresources
//	apitest                tests of the resources of many packages through the whole server
package controlplane
