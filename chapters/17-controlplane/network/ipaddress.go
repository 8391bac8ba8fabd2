package network

import (
	"context"
	"fmt"
	"net"
	"strings"

	networkingv1 "k8s.io/api/networking/v1"
	apivalidation "k8s.io/apimachinery/pkg/api/validation"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	rest "kubepath/chapters/04-rest"
	registry "kubepath/chapters/06-registry"
	"kubepath/chapters/17-controlplane/resource"
	"kubepath/chapters/17-controlplane/validate"
)

// parseIP parses an address and accepts leading zeros in IPv4, which stored objects may have; nil: invalid. New values
// are validated more strictly.
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

// parseCIDR is parseIP for a CIDR.
func parseCIDR(text string) (*net.IPNet, error) {
	address, bits, _ := strings.Cut(text, "/")
	if ip := parseIP(address); ip != nil {
		address = ip.String()
	}
	_, network, err := net.ParseCIDR(address + "/" + bits)
	return network, err
}

// validateEndpointIP refuses addresses that other machines cannot reach. Upstream: ValidateEndpointIP.
func validateEndpointIP(path *field.Path, text string) field.ErrorList {
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

// ipAddressStrategy: the name is an IP address in canonical form, and spec.parentRef is immutable.
// Upstream: pkg/registry/networking/ipaddress.
type ipAddressStrategy struct{ registry.ClusterScoped }

func (ipAddressStrategy) ValidateName(name string, _ bool) []string {
	var problems []string
	for _, err := range validation.IsValidIP(&field.Path{}, name) {
		problems = append(problems, err.Detail)
	}
	return problems
}

func (ipAddressStrategy) Validate(_ context.Context, obj runtime.Object) field.ErrorList {
	ref, path := obj.(*networkingv1.IPAddress).Spec.ParentRef, specPath.Child("parentRef")
	if ref == nil {
		return field.ErrorList{field.Required(path, "")}
	}
	var errs field.ErrorList
	if ref.Group != "" {
		errs = append(errs, validate.DNS1123Subdomain(path.Child("group"), ref.Group)...)
	}
	errs = append(errs, validate.PathSegment(path.Child("resource"), ref.Resource, "")...)
	errs = append(errs, validate.PathSegment(path.Child("name"), ref.Name, "")...)
	if ref.Namespace != "" {
		errs = append(errs, validate.PathSegment(path.Child("namespace"), ref.Namespace, "")...)
	}
	return errs
}

func (s ipAddressStrategy) ValidateUpdate(ctx context.Context, obj, old runtime.Object) field.ErrorList {
	now, before := parentOf(obj), parentOf(old)
	return append(s.Validate(ctx, obj), validate.Immutable(specPath.Child("parentRef"), now, before)...)
}

// parentReference is printed in messages as upstream's internal type is.
type parentReference struct{ Group, Resource, Namespace, Name string }

func parentOf(obj runtime.Object) *parentReference {
	ref := obj.(*networkingv1.IPAddress).Spec.ParentRef
	if ref == nil {
		return nil
	}
	return &parentReference{ref.Group, ref.Resource, ref.Namespace, ref.Name}
}

var ipAddressColumns = resource.Table[networkingv1.IPAddress, *networkingv1.IPAddress]{
	Columns: []resource.Column{
		resource.NameColumn(),
		{Name: "ParentRef", Description: strings.Replace(networkingv1.IPAddressSpec{}.SwaggerDoc()["parentRef"], "parentRef", "ParentRef", 1)},
	},
	// One more cell than columns, as upstream: it has no Age column, and clients do not show the cell.
	Cells: func(a *networkingv1.IPAddress) []any {
		return []any{a.Name, parentText(a.Spec.ParentRef), resource.AgeOf(a)}
	},
}

func parentText(ref *networkingv1.ParentReference) string {
	if ref == nil {
		return "<none>"
	}
	parts := []string{strings.ToLower(schema.GroupResource{Group: ref.Group, Resource: ref.Resource}.String())}
	if ref.Namespace != "" {
		parts = append(parts, ref.Namespace)
	}
	return strings.Join(append(parts, ref.Name), "/")
}

// serviceCIDRStrategy: a CIDR is immutable, but a second one of the other IP family can be added.
// Upstream: pkg/registry/networking/servicecidr.
type serviceCIDRStrategy struct{ registry.ClusterScoped }

func (serviceCIDRStrategy) PrepareForCreate(_ context.Context, obj runtime.Object) {
	obj.(*networkingv1.ServiceCIDR).Status = networkingv1.ServiceCIDRStatus{}
}

func (serviceCIDRStrategy) PrepareForUpdate(_ context.Context, obj, old runtime.Object) {
	obj.(*networkingv1.ServiceCIDR).Status = old.(*networkingv1.ServiceCIDR).Status
}

// GetResetFields returns the fields that PrepareForUpdate resets.
func (serviceCIDRStrategy) GetResetFields() rest.ResetFields { return rest.ResetFields{{"status"}} }

var cidrsPath = specPath.Child("cidrs")

func (serviceCIDRStrategy) Validate(_ context.Context, obj runtime.Object) field.ErrorList {
	return validateCIDRs(obj.(*networkingv1.ServiceCIDR).Spec.CIDRs)
}

func validateCIDRs(cidrs []string) field.ErrorList {
	switch {
	case len(cidrs) == 0:
		return field.ErrorList{field.Required(cidrsPath, "at least one CIDR required")}
	case len(cidrs) > 2:
		return field.ErrorList{field.Invalid(cidrsPath, struct{ CIDRs []string }{cidrs}, "may only hold up to 2 values")}
	}
	var errs field.ErrorList
	families := map[bool]bool{}
	for i, cidr := range cidrs {
		errs = append(errs, validation.IsValidCIDR(cidrsPath.Index(i), cidr)...)
		if network, err := parseCIDR(cidr); err == nil {
			four := network.IP.To4() != nil
			if families[four] {
				errs = append(errs, field.Invalid(cidrsPath, cidrs, "may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64"))
			}
			families[four] = true
		}
	}
	return errs
}

func (serviceCIDRStrategy) ValidateUpdate(_ context.Context, obj, old runtime.Object) field.ErrorList {
	now, before := obj.(*networkingv1.ServiceCIDR).Spec.CIDRs, old.(*networkingv1.ServiceCIDR).Spec.CIDRs
	grows := len(before) == 1 && len(now) == 2
	if len(now) != len(before) && !grows {
		return field.ErrorList{field.Invalid(cidrsPath, now, apivalidation.FieldImmutableErrorMsg)}
	}
	var errs field.ErrorList
	for i := range before {
		errs = append(errs, validate.Immutable(cidrsPath.Index(i), now[i], before[i])...)
	}
	if grows {
		errs = append(errs, validateCIDRs(now)...)
	}
	return errs
}

// serviceCIDRStatusStrategy changes the status, and no metadata that a client can set.
type serviceCIDRStatusStrategy struct{ serviceCIDRStrategy }

func (serviceCIDRStatusStrategy) PrepareForUpdate(_ context.Context, obj, old runtime.Object) {
	now, before := obj.(*networkingv1.ServiceCIDR), old.(*networkingv1.ServiceCIDR)
	now.Spec = before.Spec
	metav1.ResetObjectMetaForStatus(&now.ObjectMeta, &before.ObjectMeta)
}

// GetResetFields returns the fields that PrepareForUpdate resets.
func (serviceCIDRStatusStrategy) GetResetFields() rest.ResetFields {
	return rest.ResetFields{{"metadata"}, {"spec"}}
}

func (serviceCIDRStatusStrategy) ValidateUpdate(context.Context, runtime.Object, runtime.Object) field.ErrorList {
	return nil
}

var serviceCIDRColumns = resource.Table[networkingv1.ServiceCIDR, *networkingv1.ServiceCIDR]{
	Columns: []resource.Column{
		resource.NameColumn(),
		{Name: "CIDRs", Description: strings.Replace(networkingv1.ServiceCIDRSpec{}.SwaggerDoc()["cidrs"], "cidrs", "CIDRs", 1)},
		resource.AgeColumn(),
	},
	Cells: func(c *networkingv1.ServiceCIDR) []any {
		return []any{c.Name, strings.Join(c.Spec.CIDRs, ","), resource.AgeOf(c)}
	},
}
