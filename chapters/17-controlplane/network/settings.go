package network

import (
	"fmt"
	"net/netip"
	"strings"

	utilnet "k8s.io/apimachinery/pkg/util/net"
)

// Settings of this package; the zero value is that of a cluster whose flags say nothing.
type Settings struct {
	// ClusterIPRanges are where cluster addresses come from: one range, or one of each IP family. The first decides which
	// family a service has that names none. None: 10.0.0.0/24.
	ClusterIPRanges []netip.Prefix
	// NodePortRange is where node ports come from. The zero value: 30000-32767.
	NodePortRange utilnet.PortRange
	// Bootstrap makes the service kubernetes and the ServiceCIDR of that name, if they are not there.
	Bootstrap bool
	// Advertise is where other machines reach this server: the endpoint of the service kubernetes. The zero value: it has
	// none.
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

// ParseClusterIPRanges reads the flag --service-cluster-ip-range: a range, or two of different families with a comma.
func ParseClusterIPRanges(text string) ([]netip.Prefix, error) {
	var ranges []netip.Prefix
	for part := range strings.SplitSeq(text, ",") {
		prefix, err := netip.ParsePrefix(strings.TrimSpace(part))
		switch {
		case err != nil:
			return nil, fmt.Errorf("--service-cluster-ip-range: %w", err)
		case prefix.Addr().Is4In6():
			return nil, fmt.Errorf("--service-cluster-ip-range: %s is an IPv4 range in disguise", prefix)
		case prefix.Addr().BitLen()-prefix.Bits() < 3:
			return nil, fmt.Errorf("--service-cluster-ip-range: %s has room for less than 8 addresses", prefix)
		case prefix.Addr().Is4() && prefix.Bits() < 12 || prefix.Addr().Is6() && prefix.Bits() < 64:
			return nil, fmt.Errorf("--service-cluster-ip-range: %s is too large: at least /12 in IPv4, /64 in IPv6", prefix)
		}
		ranges = append(ranges, prefix.Masked())
	}
	if len(ranges) > 2 || len(ranges) == 2 && familyOf(ranges[0].Addr()) == familyOf(ranges[1].Addr()) {
		return nil, fmt.Errorf("--service-cluster-ip-range: %s has more than one range of an IP family", text)
	}
	return ranges, nil
}
