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
//	rows.go, settings.go               the rows, and what flags say
//	service.go, servicetype.go         the strategy; what a change of type drops
//	servicevalidate.go, service*.go    its checks, one file for each part of the spec
//	servicehooks.go                    what surrounds a write
//	serviceaddresses.go, families.go   which addresses a service needs
//	ip_allocator.go, addressrange.go      the account of addresses
//	port_allocator.go, port_bitmap.go           the account of ports
//	allocation.go, nodeport_allocation.go taken for one write, given back unless it succeeds
//	repair.go                          the account against the services
//	kubernetes_service.go, lease_endpoint_reconciler.go        the service kubernetes, and the servers behind it
//	endpoints.go, endpointslice.go, ingress.go, networkpolicy.go, ipaddress.go, servicecidr.go
package network
