package network

import (
	"context"
	"fmt"
	"net"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	registry "kubepath/chapters/06-registry"
	"kubepath/chapters/17-controlplane/resource"
	"kubepath/chapters/17-controlplane/validate"
)

// endpointsStrategy: endpoints have no generation and no status. A PUT to a name that does not exist creates.
// Upstream: pkg/registry/core/endpoint.
type endpointsStrategy struct{ registry.Namespaced }

func (endpointsStrategy) AllowCreateOnUpdate() bool { return true }

func (endpointsStrategy) Validate(_ context.Context, obj runtime.Object) field.ErrorList {
	return validateSubsets(obj.(*corev1.Endpoints).Subsets)
}

// ValidateUpdate accepts invalid subsets if they equal the stored ones: older rules accepted them.
func (endpointsStrategy) ValidateUpdate(_ context.Context, obj, old runtime.Object) field.ErrorList {
	now, before := obj.(*corev1.Endpoints), old.(*corev1.Endpoints)
	errs := validateSubsets(now.Subsets)
	if len(errs) > 0 && equality.Semantic.DeepEqual(now.Subsets, before.Subsets) {
		return nil
	}
	return errs
}

func (endpointsStrategy) WarningsOnCreate(_ context.Context, obj runtime.Object) []string {
	return endpointsWarnings(obj.(*corev1.Endpoints))
}

func (endpointsStrategy) WarningsOnUpdate(_ context.Context, obj, _ runtime.Object) []string {
	return endpointsWarnings(obj.(*corev1.Endpoints))
}

func endpointsWarnings(e *corev1.Endpoints) []string {
	if e.Labels["endpoints.kubernetes.io/managed-by"] == "endpoint-controller" {
		return nil // the controller writes addresses in canonical form
	}
	var warnings []string
	for i := range e.Subsets {
		eachEndpoint(field.NewPath("subsets").Index(i), &e.Subsets[i], func(a *corev1.EndpointAddress, path *field.Path) {
			warnings = append(warnings, validation.GetWarningsForIP(path.Child("ip"), a.IP)...)
		})
	}
	return warnings
}

func eachEndpoint(path *field.Path, set *corev1.EndpointSubset, visit func(*corev1.EndpointAddress, *field.Path)) {
	for i := range set.Addresses {
		visit(&set.Addresses[i], path.Child("addresses").Index(i))
	}
	for i := range set.NotReadyAddresses {
		visit(&set.NotReadyAddresses[i], path.Child("notReadyAddresses").Index(i))
	}
}

// validateSubsets checks addresses and ports. Upstream: validateEndpointSubsets.
func validateSubsets(subsets []corev1.EndpointSubset) field.ErrorList {
	var errs field.ErrorList
	for i := range subsets {
		set, path := &subsets[i], field.NewPath("subsets").Index(i)
		if len(set.Addresses)+len(set.NotReadyAddresses) == 0 {
			errs = append(errs, field.Required(path, "must specify `addresses` or `notReadyAddresses`"))
		}
		eachEndpoint(path, set, func(a *corev1.EndpointAddress, path *field.Path) {
			errs = append(errs, validateEndpointAddress(path, a)...)
		})
		for j := range set.Ports {
			errs = append(errs, validateEndpointPort(path.Child("ports").Index(j), &set.Ports[j], len(set.Ports) > 1)...)
		}
	}
	return errs
}

func validateEndpointAddress(path *field.Path, a *corev1.EndpointAddress) field.ErrorList {
	errs := validate.IP(path.Child("ip"), a.IP)
	errs = append(errs, validateName(path.Child("hostname"), a.Hostname, false)...)
	if a.NodeName != nil {
		errs = append(errs, validate.ObjectName(path.Child("nodeName"), *a.NodeName)...)
	}
	return append(errs, validateEndpointIP(path.Child("ip"), a.IP)...)
}

func validateEndpointPort(path *field.Path, p *corev1.EndpointPort, named bool) field.ErrorList {
	errs := validateName(path.Child("name"), p.Name, named)
	errs = append(errs, validate.PortNumber(path.Child("port"), p.Port)...)
	errs = append(errs, validateProtocol(path.Child("protocol"), p.Protocol)...)
	return append(errs, validateQualified(path.Child("appProtocol"), p.AppProtocol)...)
}

var endpointsColumns = resource.Table[corev1.Endpoints, *corev1.Endpoints]{
	Columns: []resource.Column{
		resource.NameColumn(),
		{Name: "Endpoints", Description: corev1.Endpoints{}.SwaggerDoc()["subsets"]},
		resource.AgeColumn(),
	},
	Cells: func(e *corev1.Endpoints) []any { return []any{e.Name, endpointsText(e.Subsets), resource.AgeOf(e)} },
}

// endpointsText lists each address with each port, three entries at most.
func endpointsText(subsets []corev1.EndpointSubset) string {
	if len(subsets) == 0 {
		return "<none>"
	}
	var list []string
	for _, set := range subsets {
		for _, p := range set.Ports {
			for _, a := range set.Addresses {
				list = append(list, net.JoinHostPort(a.IP, strconv.Itoa(int(p.Port))))
			}
		}
		if len(set.Ports) == 0 {
			for _, a := range set.Addresses {
				list = append(list, a.IP)
			}
		}
	}
	return firstThree(list)
}

// firstThree joins the first three values of a list and tells how many more there are.
func firstThree(list []string) string {
	if len(list) <= 3 {
		return strings.Join(list, ",")
	}
	return fmt.Sprintf("%s + %d more...", strings.Join(list[:3], ","), len(list)-3)
}
