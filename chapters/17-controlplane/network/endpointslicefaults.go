package network

import (
	"slices"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	metavalidation "k8s.io/apimachinery/pkg/apis/meta/v1/validation"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// How much one slice holds.
const (
	maxEndpoints = 1000
	maxAddresses = 100
	maxPorts     = 20000
	maxTopology  = 16
	maxHints     = 8
)

var knownAddressTypes = []discoveryv1.AddressType{discoveryv1.AddressTypeFQDN, discoveryv1.AddressTypeIPv4, discoveryv1.AddressTypeIPv6}

// sliceFaults checks a slice but for its endpoints. Upstream: ValidateEndpointSlice.
func sliceFaults(s *discoveryv1.EndpointSlice) field.ErrorList {
	var faults field.ErrorList
	switch path := field.NewPath("addressType"); {
	case s.AddressType == "":
		faults = append(faults, field.Required(path, ""))
	case !slices.Contains(knownAddressTypes, s.AddressType):
		faults = append(faults, field.NotSupported(path, s.AddressType, knownAddressTypes))
	}
	if len(s.Ports) > maxPorts {
		return append(faults, field.TooMany(field.NewPath("ports"), len(s.Ports), maxPorts))
	}
	names := map[string]bool{}
	for i, p := range s.Ports {
		path, name := field.NewPath("ports").Index(i), ""
		if p.Name != nil {
			name = *p.Name
		}
		faults = append(faults, nameFaults(name, path.Child("name"), false)...)
		if names[name] {
			faults = append(faults, field.Duplicate(path.Child("name"), name))
		}
		names[name] = true
		if p.Protocol == nil {
			faults = append(faults, field.Required(path.Child("protocol"), ""))
		} else if !slices.Contains(knownProtocols, *p.Protocol) {
			faults = append(faults, field.NotSupported(path.Child("protocol"), *p.Protocol, knownProtocols))
		}
		faults = append(faults, qualifiedFaults(p.AppProtocol, path.Child("appProtocol"))...)
	}
	return faults
}

func endpointFaults(s *discoveryv1.EndpointSlice) field.ErrorList {
	path := field.NewPath("endpoints")
	if len(s.Endpoints) > maxEndpoints {
		return field.ErrorList{field.TooMany(path, len(s.Endpoints), maxEndpoints)}
	}
	var faults field.ErrorList
	for i := range s.Endpoints {
		e, path := &s.Endpoints[i], path.Index(i)
		faults = append(faults, addressFaults(e.Addresses, s.AddressType, path.Child("addresses"))...)
		if e.NodeName != nil {
			faults = append(faults, nodeNameFaults(*e.NodeName, path.Child("nodeName"))...)
		}
		if topology := path.Child("deprecatedTopology"); len(e.DeprecatedTopology) > 0 {
			if len(e.DeprecatedTopology) > maxTopology {
				faults = append(faults, field.TooMany(topology, len(e.DeprecatedTopology), maxTopology))
			}
			faults = append(faults, metavalidation.ValidateLabels(e.DeprecatedTopology, topology)...)
		}
		if e.Hostname != nil {
			faults = append(faults, labelFaults(*e.Hostname, path.Child("hostname"))...)
		}
		if e.Hints != nil {
			faults = append(faults, hintFaults(e.Hints, path.Child("hints"))...)
		}
	}
	return faults
}

func addressFaults(addresses []string, kind discoveryv1.AddressType, path *field.Path) field.ErrorList {
	var faults field.ErrorList
	if len(addresses) == 0 {
		faults = append(faults, field.Required(path, "must contain at least 1 address"))
	} else if len(addresses) > maxAddresses {
		faults = append(faults, field.TooMany(path, len(addresses), maxAddresses))
	}
	for i, address := range addresses {
		var wrong field.ErrorList
		switch kind {
		case discoveryv1.AddressTypeFQDN:
			faults = append(faults, validation.IsFullyQualifiedDomainName(path.Index(i), address)...)
			continue
		case discoveryv1.AddressTypeIPv4:
			wrong = validation.IsValidIPForLegacyField(path.Index(i), address, true, nil)
		case discoveryv1.AddressTypeIPv6:
			wrong = validation.IsValidIP(path.Index(i), address)
		default:
			continue
		}
		if len(wrong) == 0 {
			if familyOfText(address) != corev1.IPFamily(kind) {
				wrong = append(wrong, field.Invalid(path, address, "must be an "+string(kind)+" address"))
			}
			wrong = append(wrong, validateEndpointIP(address, path.Index(i))...)
		}
		faults = append(faults, wrong...)
	}
	return faults
}

func hintFaults(h *discoveryv1.EndpointHints, path *field.Path) field.ErrorList {
	var faults field.ErrorList
	zones := path.Child("forZones")
	if len(h.ForZones) > maxHints {
		return field.ErrorList{field.TooMany(zones, len(h.ForZones), maxHints)}
	}
	seen := map[string]bool{}
	for i, zone := range h.ForZones {
		path := zones.Index(i).Child("name")
		if seen[zone.Name] {
			faults = append(faults, field.Duplicate(path, zone.Name))
		}
		seen[zone.Name] = true
		for _, problem := range validation.IsValidLabelValue(zone.Name) {
			faults = append(faults, field.Invalid(path, zone.Name, problem))
		}
	}
	nodes := path.Child("forNodes")
	if len(h.ForNodes) > maxHints {
		return append(faults, field.TooMany(nodes, len(h.ForNodes), maxHints))
	}
	clear(seen)
	for i, node := range h.ForNodes {
		path := nodes.Index(i).Child("name")
		if seen[node.Name] {
			faults = append(faults, field.Duplicate(path, node.Name))
		}
		seen[node.Name] = true
		faults = append(faults, nodeNameFaults(node.Name, path)...)
	}
	return faults
}
