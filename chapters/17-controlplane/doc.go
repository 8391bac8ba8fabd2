// Package controlplane is chapter 17: the table of the resources that the server serves.
//
// In: an etcd client and a server's configuration. Out: a GenericAPIServer with every resource installed. New: nothing but
// names; each row of the table says how a resource is called, where its objects lie in etcd and which strategy answers
// for it, and the layers of chapters 1 to 8 do the rest.
//
// Upstream: k8s.io/kubernetes/pkg/controlplane (once master.go) and pkg/registry. Read resources.go, then controlplane.go, then
// the strategies, one file per resource that differs from the ordinary.
package controlplane
