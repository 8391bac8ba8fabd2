package network

import (
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	networkingv1 "k8s.io/api/networking/v1"

	"kubepath/chapters/17-controlplane/resource"
)

// Groups are the rows of this package.
func Groups() []resource.Group {
	return []resource.Group{
		{GroupVersion: corev1.SchemeGroupVersion, Resources: []resource.Row{
			{Kind: "Endpoints", Name: "endpoints", ShortNames: []string{"ep"}, KeyRoot: "/services/endpoints",
				Strategy: endpointsStrategy{}, Columns: endpointsColumns},
			{Kind: "Service", Name: "services", ShortNames: []string{"svc"}, All: true, KeyRoot: "/services/specs",
				Strategy: serviceStrategy{}, Status: serviceStatusStrategy{}, Fields: serviceFields, Columns: serviceColumns,
				ReturnDeleted: true, Build: buildService},
		}},
		{GroupVersion: networkingv1.SchemeGroupVersion, Resources: []resource.Row{
			{Kind: "Ingress", Name: "ingresses", ShortNames: []string{"ing"}, KeyRoot: "/ingress",
				Strategy: newIngressStrategy(), Status: ingressStatusStrategy{newIngressStrategy()}, Columns: ingressColumns},
			{Kind: "IngressClass", Name: "ingressclasses", Strategy: ingressClassStrategy(), Columns: ingressClassColumns},
			{Kind: "IPAddress", Name: "ipaddresses", ShortNames: []string{"ip"}, Strategy: ipAddressStrategy{}, Columns: ipAddressColumns},
			{Kind: "NetworkPolicy", Name: "networkpolicies", ShortNames: []string{"netpol"},
				Strategy: newNetworkPolicyStrategy(), Columns: networkPolicyColumns},
			{Kind: "ServiceCIDR", Name: "servicecidrs",
				Strategy: serviceCIDRStrategy{}, Status: serviceCIDRStatusStrategy{}, Columns: serviceCIDRColumns},
		}},
		{GroupVersion: discoveryv1.SchemeGroupVersion, Resources: []resource.Row{
			{Kind: "EndpointSlice", Name: "endpointslices", Strategy: endpointSliceStrategy{}, Columns: endpointSliceColumns},
		}},
	}
}
