// Package network is the control plane's part for networking: services with their cluster IPs and node ports, endpoints
// and endpoint slices, ingresses, network policies, and the objects that record which IP addresses are allocated.
//
// In: Settings, which flags fill: the ranges of cluster IPs and node ports, and the address of this server. Out: rows
// of resource.Definition for the table of package controlplane, with strategies for the generic Store (chapter 6) and
// hooks around the writes of services. New: an object that owns something outside of itself. No two services have one
// cluster IP or node port. These are allocated before the service is stored, and released when the write fails or the
// service is deleted. A repair loop corrects what a server that crashed in between left behind. Several servers share
// the allocations in etcd: one IPAddress object for each address, which only one server can create, and one object for
// all ports, changed by compare-and-put.
//
// Upstream: k8s.io/kubernetes/pkg/registry/{core/service,core/endpoint,networking,discovery} with
// registry/core/service/{ipallocator,portallocator}, and pkg/controlplane/controller/kubernetesservice.
//
// Read in this order:
//
//	groups.go               the rows, and the settings that flags set
//	service.go              the strategies of a service and its status, fields and columns
//	service_validation.go   the spec, its ports, its traffic
//	service_addresses.go    which families and addresses a service needs
//	service_update.go       rules for updates, warnings, and fields that the server fills in or clears
//	service_allocation.go   a transaction around each write: allocated, and released unless it succeeds
//	nodeport_allocation.go  the node ports of a transaction
//	ip_allocator.go         allocates cluster IPs: one IPAddress object for each
//	port_allocator.go       allocates node ports: one bitmap in etcd
//	repair.go               makes allocations and services agree
//	kubernetes_service.go   the service kubernetes, and the endpoints behind it
//	endpoints.go            endpoints
//	endpointslice.go        endpoint slices
//	ingress.go              ingresses and their classes
//	ingress_validation.go   hosts, paths, backends
//	networkpolicy.go        network policies
//	ipaddress.go            IPAddress and ServiceCIDR
package network
