package network

import (
	"context"
	"strings"

	networkingv1 "k8s.io/api/networking/v1"
	apivalidation "k8s.io/apimachinery/pkg/api/validation"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	rest "kubepath/chapters/04-rest"
	registry "kubepath/chapters/06-registry"
	"kubepath/chapters/17-controlplane/resource"
)

// serviceCIDRStrategy: a range for cluster addresses beside those of the flag never changes, but may get one of the
// other family. Upstream: pkg/registry/networking/servicecidr.
type serviceCIDRStrategy struct{ registry.ClusterScoped }

func (serviceCIDRStrategy) PrepareForCreate(_ context.Context, obj runtime.Object) {
	obj.(*networkingv1.ServiceCIDR).Status = networkingv1.ServiceCIDRStatus{}
}

func (serviceCIDRStrategy) PrepareForUpdate(_ context.Context, obj, old runtime.Object) {
	obj.(*networkingv1.ServiceCIDR).Status = old.(*networkingv1.ServiceCIDR).Status
}

// GetResetFields are those that PrepareForUpdate puts back.
func (serviceCIDRStrategy) GetResetFields() rest.ResetFields { return rest.ResetFields{{"status"}} }

var cidrsPath = specPath.Child("cidrs")

func (serviceCIDRStrategy) Validate(_ context.Context, obj runtime.Object) field.ErrorList {
	return validateCidr(obj.(*networkingv1.ServiceCIDR).Spec.CIDRs)
}

func validateCidr(cidrs []string) field.ErrorList {
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
		if now[i] != before[i] {
			errs = append(errs, field.Invalid(cidrsPath.Index(i), now[i], apivalidation.FieldImmutableErrorMsg))
		}
	}
	if grows {
		errs = append(errs, validateCidr(now)...)
	}
	return errs
}

// serviceCIDRStatusStrategy changes the status alone: of metadata nothing that a client sets.
type serviceCIDRStatusStrategy struct{ serviceCIDRStrategy }

func (serviceCIDRStatusStrategy) PrepareForUpdate(_ context.Context, obj, old runtime.Object) {
	now, before := obj.(*networkingv1.ServiceCIDR), old.(*networkingv1.ServiceCIDR)
	now.Spec = before.Spec
	metav1.ResetObjectMetaForStatus(&now.ObjectMeta, &before.ObjectMeta)
}

// GetResetFields are those that PrepareForUpdate puts back.
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
