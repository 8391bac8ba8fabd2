// Package controlplane is chapter 17: the table of the resources that the server serves.
//
// In: an etcd client and a server's configuration. Out: a GenericAPIServer with every resource installed. New: what is
// special about each resource. A row of the table says how it is called, where its objects lie in etcd, which strategy
// answers for it and which subresources it has; the layers of the chapters before do the rest, and know none of it.
//
// Upstream: k8s.io/kubernetes/pkg/controlplane (once master.go), pkg/registry, and the validation below pkg/apis.
//
// Read in this order:
//
//	resource/definition.go    what a row may say
//	resources.go              the table: the rows of all packages below
//	controlplane.go           New: the table becomes a server
//	storage_provider.go       a row becomes a Store and what stands around it
//	storage_factory.go        which etcd, which prefix, which form
//	watch_cache.go            which resources are answered from memory
//	runtimeconfig.go          versions and resources on and off
//	removed_versions.go       versions that are gone
//	bootstrap.go              what a cluster has from the start
//	demo.go, demo_scenes.go   the stage of this chapter
//	migrations_test.go        a resource that the table does not have, in 25 lines
//	admission_test.go         admission plugins: they implement rest.MutatingAdmission or rest.ValidatingAdmission and stand
//	                          in Config.Server.Admission; cmd/kubepath/apiserver.go puts kubepath serve together
//
// And then the packages of the rows, each with an order of its own:
//
//	resource               what many rows share: definition, spec beside status, scale, columns
//	validate               rules of single values that many rows share
//	config                 configmaps, secrets, service accounts: the simplest strategies
//	pod, podspec           pods with binding and eviction; the spec that pods and templates share
//	workloads              apps, batch, autoscaling, policy; replication controllers
//	network                services with their addresses and ports; endpoints, ingresses, policies
//	storage                persistent volumes, claims, classes, CSI
//	namespace, node        namespaces and their deletion; nodes, runtime classes, leases
//	event, componentstatus what components report
//	quota, scheduling, flowcontrol    limits, priorities of pods and of requests
//	rbac, certificates     who may do what, and who is who
//	admissionregistration, dynamicresources
//	apitest                tests that ask the resources of many packages through the whole server
package controlplane
