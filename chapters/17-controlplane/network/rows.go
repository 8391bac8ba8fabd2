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
		{GroupVersion: corev1.SchemeGroupVersion, Resources: []resource.Definition{
			endpointsRow,
			{Kind: "Service", Name: "services", ShortNames: []string{"svc"}, All: true, KeyRoot: "/services/specs",
				Strategy: serviceStrategy{}, Status: serviceStatusStrategy{}, SelectableFields: serviceFields, Columns: serviceColumns,
				ReturnDeleted: true, ConfigureStore: buildService},
		}},
		{GroupVersion: networkingv1.SchemeGroupVersion, Resources: []resource.Definition{
			{Kind: "Ingress", Name: "ingresses", ObjectMeta: registry.UpdateThenMeta, ShortNames: []string{"ing"}, KeyRoot: "/ingress",
				Strategy: newIngressStrategy(), Status: ingressStatusStrategy{newIngressStrategy()}, Columns: ingressColumns},
			{Kind: "IngressClass", Name: "ingressclasses", ObjectMeta: registry.UpdateThenMeta, Strategy: ingressClassStrategy(),
				Columns: ingressClassColumns},
			ipAddressRow,
			{Kind: "NetworkPolicy", Name: "networkpolicies", ShortNames: []string{"netpol"},
				Strategy: newNetworkPolicyStrategy(), Columns: networkPolicyColumns},
			serviceCIDRRow,
		}},
		{GroupVersion: discoveryv1.SchemeGroupVersion, Resources: []resource.Definition{
			endpointSliceRow,
		}},
	}
}

// The rows whose objects services need.
var (
	endpointsRow = resource.Definition{Kind: "Endpoints", Name: "endpoints", ObjectMeta: registry.UpdateThenMeta, ShortNames: []string{"ep"},
		KeyRoot:  "/services/endpoints",
		Strategy: endpointsStrategy{}, Columns: endpointsColumns}
	endpointSliceRow = resource.Definition{Kind: "EndpointSlice", Name: "endpointslices", ObjectMeta: registry.MetaOnly,
		Strategy: endpointSliceStrategy{}, Columns: endpointSliceColumns}
	ipAddressRow = resource.Definition{Kind: "IPAddress", Name: "ipaddresses", ObjectMeta: registry.MetaThenUpdate, ShortNames: []string{"ip"},
		Strategy: ipAddressStrategy{}, Columns: ipAddressColumns}
	serviceCIDRRow = resource.Definition{Kind: "ServiceCIDR", Name: "servicecidrs",
		Strategy: serviceCIDRStrategy{}, Status: serviceCIDRStatusStrategy{}, Columns: serviceCIDRColumns}
)
