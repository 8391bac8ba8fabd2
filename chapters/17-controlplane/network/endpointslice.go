package network

import (
	"context"
	"strconv"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	metavalidation "k8s.io/apimachinery/pkg/apis/meta/v1/validation"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	registry "kubepath/chapters/06-registry"
	"kubepath/chapters/17-controlplane/resource"
	"kubepath/chapters/17-controlplane/validate"
)

// endpointSliceStrategy: a change of the labels, which name the slice's service, or of anything outside of metadata
// raises the generation. Upstream: pkg/registry/discovery/endpointslice.
type endpointSliceStrategy struct{ registry.Namespaced }

func (endpointSliceStrategy) PrepareForCreate(_ context.Context, obj runtime.Object) {
	slice := obj.(*discoveryv1.EndpointSlice)
	slice.Generation = 1
	dropTopology(slice, nil)
}

func (endpointSliceStrategy) PrepareForUpdate(_ context.Context, obj, old runtime.Object) {
	now, before := obj.(*discoveryv1.EndpointSlice), old.(*discoveryv1.EndpointSlice)
	a, b := *now, *before
	a.ObjectMeta, b.ObjectMeta = metav1.ObjectMeta{Labels: now.Labels}, metav1.ObjectMeta{Labels: before.Labels}
	a.TypeMeta, b.TypeMeta = metav1.TypeMeta{}, metav1.TypeMeta{}
	if !equality.Semantic.DeepEqual(&a, &b) {
		now.Generation = before.Generation + 1
	}
	if !equality.Semantic.DeepEqual(now.Endpoints, before.Endpoints) {
		dropTopology(now, before)
	}
}

// dropTopology clears deprecatedTopology, which clients can no longer write. A host name that the stored slice has
// there becomes nodeName.
func dropTopology(s, old *discoveryv1.EndpointSlice) {
	known := map[string]bool{}
	if old != nil {
		for _, e := range old.Endpoints {
			known[e.DeprecatedTopology[corev1.LabelHostname]] = true
		}
	}
	for i := range s.Endpoints {
		e := &s.Endpoints[i]
		if node := e.DeprecatedTopology[corev1.LabelHostname]; e.NodeName == nil && node != "" && known[node] {
			e.NodeName = &node
		}
		e.DeprecatedTopology = nil
	}
}

func (endpointSliceStrategy) Validate(_ context.Context, obj runtime.Object) field.ErrorList {
	s := obj.(*discoveryv1.EndpointSlice)
	return append(validateSlice(s), validateEndpoint(s)...)
}

// ValidateUpdate accepts invalid endpoints if they equal the stored ones: older rules accepted them.
func (endpointSliceStrategy) ValidateUpdate(_ context.Context, obj, old runtime.Object) field.ErrorList {
	now, before := obj.(*discoveryv1.EndpointSlice), old.(*discoveryv1.EndpointSlice)
	errs := validateSlice(now)
	if wrong := validateEndpoint(now); len(wrong) > 0 && !equality.Semantic.DeepEqual(now.Endpoints, before.Endpoints) {
		errs = append(errs, wrong...)
	}
	return append(errs, validate.Immutable(field.NewPath("addressType"), now.AddressType, before.AddressType)...)
}

func (endpointSliceStrategy) WarningsOnCreate(_ context.Context, obj runtime.Object) []string {
	s := obj.(*discoveryv1.EndpointSlice)
	if s.AddressType == discoveryv1.AddressTypeFQDN {
		return append([]string{"spec.addressType: FQDN endpoints are deprecated"}, sliceWarnings(s)...)
	}
	return sliceWarnings(s)
}

func (endpointSliceStrategy) WarningsOnUpdate(_ context.Context, obj, _ runtime.Object) []string {
	return sliceWarnings(obj.(*discoveryv1.EndpointSlice))
}

func sliceWarnings(s *discoveryv1.EndpointSlice) []string {
	switch s.Labels[discoveryv1.LabelManagedBy] {
	case "endpointslice-controller.k8s.io", "endpointslicemirroring-controller.k8s.io":
		return nil // these controllers write addresses in canonical form
	}
	if s.AddressType == discoveryv1.AddressTypeFQDN {
		return nil
	}
	var warnings []string
	for i, e := range s.Endpoints {
		path := field.NewPath("endpoints").Index(i).Child("addresses")
		for j, address := range e.Addresses {
			warnings = append(warnings, validation.GetWarningsForIP(path.Index(j), address)...)
		}
	}
	return warnings
}

var endpointSliceColumns = resource.Table[discoveryv1.EndpointSlice, *discoveryv1.EndpointSlice]{
	Columns: []resource.Column{
		resource.NameColumn(),
		{Name: "AddressType", Description: discoveryv1.EndpointSlice{}.SwaggerDoc()["addressType"]},
		{Name: "Ports", Description: discoveryv1.EndpointSlice{}.SwaggerDoc()["ports"]},
		{Name: "Endpoints", Description: discoveryv1.EndpointSlice{}.SwaggerDoc()["endpoints"]},
		resource.AgeColumn(),
	},
	Cells: func(s *discoveryv1.EndpointSlice) []any {
		var ports, addresses []string
		for _, p := range s.Ports {
			switch {
			case p.Port != nil:
				ports = append(ports, strconv.Itoa(int(*p.Port)))
			case p.Name != nil:
				ports = append(ports, *p.Name)
			default:
				ports = append(ports, "*")
			}
		}
		for _, e := range s.Endpoints {
			addresses = append(addresses, e.Addresses...)
		}
		return []any{s.Name, string(s.AddressType), orUnset(ports), orUnset(addresses), resource.AgeOf(s)}
	},
}

func orUnset(list []string) string {
	if len(list) == 0 {
		return "<unset>"
	}
	return firstThree(list)
}

// The limits of one slice.
const (
	maxEndpoints = 1000
	maxAddresses = 100
	maxPorts     = 20000
	maxTopology  = 16
	maxHints     = 8
)

var knownAddressTypes = []discoveryv1.AddressType{discoveryv1.AddressTypeFQDN, discoveryv1.AddressTypeIPv4, discoveryv1.AddressTypeIPv6}

// validateSlice checks a slice without its endpoints. Upstream: ValidateEndpointSlice.
func validateSlice(s *discoveryv1.EndpointSlice) field.ErrorList {
	errs := validate.RequiredAndSupported(field.NewPath("addressType"), s.AddressType, knownAddressTypes...)
	if len(s.Ports) > maxPorts {
		return append(errs, field.TooMany(field.NewPath("ports"), len(s.Ports), maxPorts))
	}
	names := validate.Seen{}
	for i, p := range s.Ports {
		path, name := field.NewPath("ports").Index(i), ""
		if p.Name != nil {
			name = *p.Name
		}
		errs = append(errs, validateName(path.Child("name"), name, false)...)
		if names.Repeated(name) {
			errs = append(errs, field.Duplicate(path.Child("name"), name))
		}
		if p.Protocol == nil {
			errs = append(errs, field.Required(path.Child("protocol"), ""))
		} else {
			errs = append(errs, validate.Supported(path.Child("protocol"), *p.Protocol, knownProtocols...)...)
		}
		errs = append(errs, validateQualified(path.Child("appProtocol"), p.AppProtocol)...)
	}
	return errs
}

func validateEndpoint(s *discoveryv1.EndpointSlice) field.ErrorList {
	path := field.NewPath("endpoints")
	if len(s.Endpoints) > maxEndpoints {
		return field.ErrorList{field.TooMany(path, len(s.Endpoints), maxEndpoints)}
	}
	var errs field.ErrorList
	for i := range s.Endpoints {
		e, path := &s.Endpoints[i], path.Index(i)
		errs = append(errs, validateAddress(path.Child("addresses"), e.Addresses, s.AddressType)...)
		if e.NodeName != nil {
			errs = append(errs, validate.ObjectName(path.Child("nodeName"), *e.NodeName)...)
		}
		if topology := path.Child("deprecatedTopology"); len(e.DeprecatedTopology) > 0 {
			if len(e.DeprecatedTopology) > maxTopology {
				errs = append(errs, field.TooMany(topology, len(e.DeprecatedTopology), maxTopology))
			}
			errs = append(errs, metavalidation.ValidateLabels(e.DeprecatedTopology, topology)...)
		}
		if e.Hostname != nil {
			errs = append(errs, validate.DNS1123Label(path.Child("hostname"), *e.Hostname)...)
		}
		if e.Hints != nil {
			errs = append(errs, validateHint(path.Child("hints"), e.Hints)...)
		}
	}
	return errs
}

func validateAddress(path *field.Path, addresses []string, kind discoveryv1.AddressType) field.ErrorList {
	var errs field.ErrorList
	if len(addresses) == 0 {
		errs = append(errs, field.Required(path, "must contain at least 1 address"))
	} else if len(addresses) > maxAddresses {
		errs = append(errs, field.TooMany(path, len(addresses), maxAddresses))
	}
	for i, address := range addresses {
		var wrong field.ErrorList
		switch kind {
		case discoveryv1.AddressTypeFQDN:
			errs = append(errs, validation.IsFullyQualifiedDomainName(path.Index(i), address)...)
			continue
		case discoveryv1.AddressTypeIPv4:
			wrong = validate.IP(path.Index(i), address)
		case discoveryv1.AddressTypeIPv6:
			wrong = validation.IsValidIP(path.Index(i), address)
		default:
			continue
		}
		if len(wrong) == 0 {
			if familyOfText(address) != corev1.IPFamily(kind) {
				wrong = append(wrong, field.Invalid(path, address, "must be an "+string(kind)+" address"))
			}
			wrong = append(wrong, validateEndpointIP(path.Index(i), address)...)
		}
		errs = append(errs, wrong...)
	}
	return errs
}

func validateHint(path *field.Path, h *discoveryv1.EndpointHints) field.ErrorList {
	var errs field.ErrorList
	zones := path.Child("forZones")
	if len(h.ForZones) > maxHints {
		return field.ErrorList{field.TooMany(zones, len(h.ForZones), maxHints)}
	}
	seen := validate.Seen{}
	for i, zone := range h.ForZones {
		path := zones.Index(i).Child("name")
		if seen.Repeated(zone.Name) {
			errs = append(errs, field.Duplicate(path, zone.Name))
		}
		errs = append(errs, validate.Invalid(path, zone.Name, validation.IsValidLabelValue(zone.Name))...)
	}
	nodes := path.Child("forNodes")
	if len(h.ForNodes) > maxHints {
		return append(errs, field.TooMany(nodes, len(h.ForNodes), maxHints))
	}
	clear(seen)
	for i, node := range h.ForNodes {
		path := nodes.Index(i).Child("name")
		if seen.Repeated(node.Name) {
			errs = append(errs, field.Duplicate(path, node.Name))
		}
		errs = append(errs, validate.ObjectName(path, node.Name)...)
	}
	return errs
}
