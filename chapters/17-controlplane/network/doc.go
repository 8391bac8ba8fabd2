// Package network is the part of the control plane that knows how pods are found: services with their addresses and
// ports, endpoints and slices, ingresses, network policies, and the objects that keep the account of addresses.
//
// In: rows of resource.Definition, asked by the root for its table, and Settings, which flags fill: the ranges of addresses and
// ports, and where this server can be reached. Out: strategies for the generic Store (chapter 6), and hooks around the
// writes of services. New: an object that owns something outside of itself. A service has addresses and ports that no
// other may have; they are taken before it is stored, given back when the write fails or the service goes, and a task
// that looks at everything mends what a server that died in between left behind. Several servers share one account in
// etcd: an IPAddress for each address, which only one of them can create, and one object for all ports, changed by
// compare-and-put.
//
// Upstream: k8s.io/kubernetes/pkg/registry/{core/service,core/endpoint,networking,discovery} with
// registry/core/service/{ipallocator,portallocator}, and pkg/controlplane/controller/kubernetesservice.
//
// Read in this order:
//
//	groups.go               the rows, and what flags say
//	service.go              the strategies of a service and its status, fields and columns
//	service_validation.go   the spec, its ports, its traffic
//	service_addresses.go    which families and addresses a service needs
//	service_update.go       what may change; what the server fills in or drops
//	allocation.go           a transaction around each write: allocated, and released unless it succeeds
//	nodeport_allocation.go  the node ports of a transaction
//	ip_allocator.go         which addresses are allocated: an IPAddress for each
//	port_allocator.go       which ports are: one bitmap in etcd
//	repair.go               what is allocated against what services have
//	kubernetes_service.go   the service kubernetes, and the servers behind it
//	endpoints.go            endpoints
//	endpointslice.go        endpoint slices
//	ingress.go              ingresses and their classes
//	ingress_validation.go   hosts, paths, backends
//	networkpolicy.go        network policies
//	ipaddress.go            IPAddress and ServiceCIDR
package network
