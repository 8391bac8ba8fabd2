package network

import (
	"k8s.io/apimachinery/pkg/runtime/schema"

	registry "kubepath/chapters/06-registry"
	"kubepath/chapters/17-controlplane/resource"
)

// Groups are the rows of this package.
func Groups() []resource.Group {
	return []resource.Group{
		{GroupVersion: schema.GroupVersion{Version: "v1"}, Resources: []resource.Row{
			{Kind: "Endpoints", Name: "endpoints", ShortNames: []string{"ep"}, Strategy: registry.Namespaced{}, KeyRoot: "/services/endpoints"},
			{Kind: "Service", Name: "services", ShortNames: []string{"svc"}, All: true, Strategy: registry.Namespaced{}, KeyRoot: "/services/specs", Status: registry.Namespaced{}},
		}},
		{GroupVersion: schema.GroupVersion{Group: "networking.k8s.io", Version: "v1"}, Resources: []resource.Row{
			{Kind: "Ingress", Name: "ingresses", ShortNames: []string{"ing"}, Strategy: registry.Namespaced{}, KeyRoot: "/ingress", Status: registry.Namespaced{}},
			{Kind: "IngressClass", Name: "ingressclasses", Strategy: registry.ClusterScoped{}},
			{Kind: "IPAddress", Name: "ipaddresses", ShortNames: []string{"ip"}, Strategy: registry.ClusterScoped{}},
			{Kind: "NetworkPolicy", Name: "networkpolicies", ShortNames: []string{"netpol"}, Strategy: registry.Namespaced{}},
			{Kind: "ServiceCIDR", Name: "servicecidrs", Strategy: registry.ClusterScoped{}, Status: registry.ClusterScoped{}},
		}},
		{GroupVersion: schema.GroupVersion{Group: "discovery.k8s.io", Version: "v1"}, Resources: []resource.Row{
			{Kind: "EndpointSlice", Name: "endpointslices", Strategy: registry.Namespaced{}},
		}},
	}
}
