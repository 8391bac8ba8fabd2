package network

import (
	"fmt"
	"net/netip"
	"strings"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	networkingv1 "k8s.io/api/networking/v1"
	utilnet "k8s.io/apimachinery/pkg/util/net"

	registry "kubepath/chapters/06-registry"
	"kubepath/chapters/17-controlplane/resource"
)

// Groups returns the rows of this package.
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

// The resources that the service code reads or writes itself.
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

// Settings configure this package; the zero value is for a cluster without flags.
type Settings struct {
	// ClusterIPRanges are the ranges of cluster IPs: one range, or one of each IP family. A service without ipFamilies
	// gets the family of the first. Empty: 10.0.0.0/24.
	ClusterIPRanges []netip.Prefix
	// NodePortRange is the range of node ports. The zero value: 30000-32767.
	NodePortRange utilnet.PortRange
	// Bootstrap creates the service kubernetes and the ServiceCIDR kubernetes if they do not exist.
	Bootstrap bool
	// Advertise is the address at which other machines reach this server, an endpoint of the service kubernetes. The zero
	// value: the server adds no endpoint.
	Advertise netip.AddrPort
}

var (
	defaultClusterIPRange = netip.MustParsePrefix("10.0.0.0/24")
	defaultNodePortRange  = utilnet.PortRange{Base: 30000, Size: 2768}
)

func (s Settings) withDefaults() Settings {
	if len(s.ClusterIPRanges) == 0 {
		s.ClusterIPRanges = []netip.Prefix{defaultClusterIPRange}
	}
	if s.NodePortRange.Size == 0 {
		s.NodePortRange = defaultNodePortRange
	}
	return s
}

// ParseClusterIPRanges parses the flag --service-cluster-ip-range: one range, or two of different IP families,
// separated by a comma.
func ParseClusterIPRanges(text string) ([]netip.Prefix, error) {
	var ranges []netip.Prefix
	for part := range strings.SplitSeq(text, ",") {
		prefix, err := netip.ParsePrefix(strings.TrimSpace(part))
		switch {
		case err != nil:
			return nil, fmt.Errorf("--service-cluster-ip-range: %w", err)
		case prefix.Addr().Is4In6():
			return nil, fmt.Errorf("--service-cluster-ip-range: %s is an IPv4-mapped IPv6 range: write it as IPv4", prefix)
		case prefix.Addr().BitLen()-prefix.Bits() < 3:
			return nil, fmt.Errorf("--service-cluster-ip-range: %s has fewer than 8 addresses", prefix)
		case prefix.Addr().Is4() && prefix.Bits() < 12 || prefix.Addr().Is6() && prefix.Bits() < 64:
			return nil, fmt.Errorf("--service-cluster-ip-range: %s is too large: the largest are /12 for IPv4 and /64 for IPv6", prefix)
		}
		ranges = append(ranges, prefix.Masked())
	}
	if len(ranges) > 2 || len(ranges) == 2 && familyOf(ranges[0].Addr()) == familyOf(ranges[1].Addr()) {
		return nil, fmt.Errorf("--service-cluster-ip-range: %s has more than one range of an IP family", text)
	}
	return ranges, nil
}
