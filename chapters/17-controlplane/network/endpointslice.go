package network

import (
	"context"
	"strconv"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	apivalidation "k8s.io/apimachinery/pkg/api/validation"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	registry "kubepath/chapters/06-registry"
	"kubepath/chapters/17-controlplane/resource"
)

// endpointSliceStrategy: everything but metadata counts for the generation, and the labels too, by which slices find
// their service. Upstream: pkg/registry/discovery/endpointslice.
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

// dropTopology: deprecatedTopology cannot be written any more. The host name that an old slice has there is the node's.
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

// ValidateUpdate tolerates endpoints that were stored under older rules, as long as they stay.
func (endpointSliceStrategy) ValidateUpdate(_ context.Context, obj, old runtime.Object) field.ErrorList {
	now, before := obj.(*discoveryv1.EndpointSlice), old.(*discoveryv1.EndpointSlice)
	errs := validateSlice(now)
	if wrong := validateEndpoint(now); len(wrong) > 0 && !equality.Semantic.DeepEqual(now.Endpoints, before.Endpoints) {
		errs = append(errs, wrong...)
	}
	return append(errs, apivalidation.ValidateImmutableField(now.AddressType, before.AddressType, field.NewPath("addressType"))...)
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
		return nil // they write addresses in their proper form
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
