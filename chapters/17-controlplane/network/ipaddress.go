package network

import (
	"context"
	"strings"

	networkingv1 "k8s.io/api/networking/v1"
	apivalidation "k8s.io/apimachinery/pkg/api/validation"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	registry "kubepath/chapters/06-registry"
	"kubepath/chapters/17-controlplane/resource"
)

// ipAddressStrategy: the name is an address in its proper form, and belongs to one object for good.
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
		for _, problem := range validation.IsDNS1123Subdomain(ref.Group) {
			errs = append(errs, field.Invalid(path.Child("group"), ref.Group, problem))
		}
	}
	errs = append(errs, validateSegment(ref.Resource, path.Child("resource"))...)
	errs = append(errs, validateSegment(ref.Name, path.Child("name"))...)
	if ref.Namespace != "" {
		errs = append(errs, validateSegment(ref.Namespace, path.Child("namespace"))...)
	}
	return errs
}

func (s ipAddressStrategy) ValidateUpdate(ctx context.Context, obj, old runtime.Object) field.ErrorList {
	now, before := parentOf(obj), parentOf(old)
	return append(s.Validate(ctx, obj), apivalidation.ValidateImmutableField(now, before, specPath.Child("parentRef"))...)
}

// parentReference shows itself in messages as upstream's internal type does.
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
	// A cell more than there are columns: upstream has forgotten the column, and clients do not show the cell.
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
