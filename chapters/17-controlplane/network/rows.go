package network

import (
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	networkingv1 "k8s.io/api/networking/v1"

	registry "kubepath/chapters/06-registry"
	"kubepath/chapters/17-controlplane/resource"
)

// Groups are the rows of this package.
func Groups() []resource.Group {
	return []resource.Group{
		{GroupVersion: corev1.SchemeGroupVersion, Resources: []resource.Row{
			endpointsRow,
			{Kind: "Service", Name: "services", ShortNames: []string{"svc"}, All: true, KeyRoot: "/services/specs",
				Strategy: serviceStrategy{}, Status: serviceStatusStrategy{}, Fields: serviceFields, Columns: serviceColumns,
				ReturnDeleted: true, Build: buildService},
		}},
		{GroupVersion: networkingv1.SchemeGroupVersion, Resources: []resource.Row{
			{Kind: "Ingress", Name: "ingresses", ObjectMeta: registry.UpdateThenMeta, ShortNames: []string{"ing"}, KeyRoot: "/ingress",
				Strategy: newIngressStrategy(), Status: ingressStatusStrategy{newIngressStrategy()}, Columns: ingressColumns},
			{Kind: "IngressClass", Name: "ingressclasses", ObjectMeta: registry.UpdateThenMeta, Strategy: ingressClassStrategy(),
				Columns: ingressClassColumns},
			ipAddressRow,
			{Kind: "NetworkPolicy", Name: "networkpolicies", ShortNames: []string{"netpol"},
				Strategy: newNetworkPolicyStrategy(), Columns: networkPolicyColumns},
			serviceCIDRRow,
		}},
		{GroupVersion: discoveryv1.SchemeGroupVersion, Resources: []resource.Row{
			endpointSliceRow,
		}},
	}
}

// The rows whose objects services need.
var (
	endpointsRow = resource.Row{Kind: "Endpoints", Name: "endpoints", ObjectMeta: registry.UpdateThenMeta, ShortNames: []string{"ep"},
		KeyRoot:  "/services/endpoints",
		Strategy: endpointsStrategy{}, Columns: endpointsColumns}
	endpointSliceRow = resource.Row{Kind: "EndpointSlice", Name: "endpointslices", ObjectMeta: registry.MetaOnly,
		Strategy: endpointSliceStrategy{}, Columns: endpointSliceColumns}
	ipAddressRow = resource.Row{Kind: "IPAddress", Name: "ipaddresses", ObjectMeta: registry.MetaThenUpdate, ShortNames: []string{"ip"},
		Strategy: ipAddressStrategy{}, Columns: ipAddressColumns}
	serviceCIDRRow = resource.Row{Kind: "ServiceCIDR", Name: "servicecidrs",
		Strategy: serviceCIDRStrategy{}, Status: serviceCIDRStatusStrategy{}, Columns: serviceCIDRColumns}
)
