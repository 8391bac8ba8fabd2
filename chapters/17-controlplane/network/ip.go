package network

import (
	"fmt"
	"net"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation/field"
)

// parseIP reads an address as the API has always done, with zeros before the numbers of an IPv4 address: stored objects
// may have such. Nil: it is none. What clients write anew is checked more strictly.
func parseIP(text string) net.IP {
	if ip := net.ParseIP(text); ip != nil || strings.Contains(text, ":") {
		return ip
	}
	octets := strings.Split(text, ".")
	for i, octet := range octets {
		if trimmed := strings.TrimLeft(octet, "0"); trimmed != octet {
			octets[i] = octet[max(len(octet)-max(len(trimmed), 1), 0):]
		}
	}
	return net.ParseIP(strings.Join(octets, "."))
}

// parseCIDR is parseIP for a range.
func parseCIDR(text string) (*net.IPNet, error) {
	address, bits, _ := strings.Cut(text, "/")
	if ip := parseIP(address); ip != nil {
		address = ip.String()
	}
	_, network, err := net.ParseCIDR(address + "/" + bits)
	return network, err
}

// validateEndpointIP refuses addresses at which no other machine can answer. Upstream: ValidateEndpointIP.
func validateEndpointIP(text string, path *field.Path) field.ErrorList {
	ip := parseIP(text)
	if ip == nil {
		return field.ErrorList{field.Invalid(path, text, "must be a valid IP address")}
	}
	var errs field.ErrorList
	for _, row := range []struct {
		wrong  bool
		detail string
	}{
		{ip.IsUnspecified(), fmt.Sprintf("may not be unspecified (%v)", text)},
		{ip.IsLoopback(), "may not be in the loopback range (127.0.0.0/8, ::1/128)"},
		{ip.IsLinkLocalUnicast(), "may not be in the link-local range (169.254.0.0/16, fe80::/10)"},
		{ip.IsLinkLocalMulticast(), "may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)"},
	} {
		if row.wrong {
			errs = append(errs, field.Invalid(path, text, row.detail))
		}
	}
	return errs
}
