package dynamicresources

import (
	"context"
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	resourcev1 "k8s.io/api/resource/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"k8s.io/utils/ptr"

	registry "kubepath/chapters/06-registry"
	"kubepath/chapters/17-controlplane/namespace"
	"kubepath/chapters/17-controlplane/podspec"
	"kubepath/chapters/17-controlplane/resource"
	"kubepath/chapters/17-controlplane/validate"
)

const (
	mostRequests        = 32
	mostConstraints     = 32
	mostSubRequests     = 8
	notARequest         = "must be the name of a request in the claim or the name of a request and a subrequest separated by '/'"
	adminNeedsLabel     = "admin access to devices requires the `" + resourcev1.DRAAdminNamespaceLabelKey + ": true` label on the containing namespace"
	noNamespaceForAdmin = "could not retrieve namespace to verify admin access: %w"
)

// requestNames are the requests of a claim, each with its subrequests.
type requestNames map[string][]string

func namesOf(c *resourcev1.DeviceClaim) requestNames {
	names := requestNames{}
	for _, r := range c.Requests {
		names[r.Name] = nil
		for _, sub := range r.FirstAvailable {
			names[r.Name] = append(names[r.Name], sub.Name)
		}
	}
	return names
}

// validate: a reference is the name of a request, or request/subrequest.
func (r requestNames) validate(path *field.Path, reference *string) field.ErrorList {
	segments := strings.Split(*reference, "/")
	if len(segments) > 2 {
		return field.ErrorList{field.Invalid(path, *reference, notARequest)}
	}
	var errs field.ErrorList
	for _, segment := range segments {
		errs = append(errs, validate.DNS1123Label(path, segment)...)
	}
	subs, known := r[segments[0]]
	if !known || len(segments) == 2 && !slices.Contains(subs, segments[1]) {
		errs = append(errs, field.Invalid(path, *reference, notARequest))
	}
	return errs
}

// validateDeviceClaim is upstream's validateDeviceClaim.
func validateDeviceClaim(path *field.Path, c *resourcev1.DeviceClaim) field.ErrorList {
	names := namesOf(c)
	found := validateSet(path.Child("requests"), c.Requests, mostRequests,
		func(r *resourcev1.DeviceRequest) string { return r.Name }, validateDeviceRequest)
	found = append(found, validateItems(path.Child("constraints"), c.Constraints, mostConstraints, names.validateConstraint)...)
	return append(found, validateItems(path.Child("config"), c.Config, mostConfigs,
		func(path *field.Path, config *resourcev1.DeviceClaimConfiguration) field.ErrorList {
			found := validateSet(path.Child("requests"), config.Requests, mostRequests, itself, names.validate)
			return append(found, validateConfiguration(path, &config.DeviceConfiguration)...)
		})...)
}

// validateDeviceRequest: a request is for a device, or for the first of several that is available.
func validateDeviceRequest(path *field.Path, r *resourcev1.DeviceRequest) field.ErrorList {
	errs := validate.DNS1123Label(path.Child("name"), r.Name)
	const one = "exactly one of `exactly` or `firstAvailable` is required"
	switch e := r.Exactly; {
	case e == nil && len(r.FirstAvailable) == 0:
		return append(errs, field.Required(path, one))
	case e != nil && len(r.FirstAvailable) > 0:
		return append(errs, field.Invalid(path, nil, one+", but multiple fields are set"))
	case e != nil:
		return append(errs, deviceQuery{e.DeviceClassName, e.Selectors, e.AllocationMode, e.Count, e.Tolerations}.validate(path.Child("exactly"))...)
	}
	return append(errs, validateSet(path.Child("firstAvailable"), r.FirstAvailable, mostSubRequests,
		func(r *resourcev1.DeviceSubRequest) string { return r.Name },
		func(path *field.Path, r *resourcev1.DeviceSubRequest) field.ErrorList {
			query := deviceQuery{r.DeviceClassName, r.Selectors, r.AllocationMode, r.Count, r.Tolerations}
			return append(validate.DNS1123Label(path.Child("name"), r.Name), query.validate(path)...)
		})...)
}

// deviceQuery is what requests and subrequests have in common.
type deviceQuery struct {
	class       string
	selectors   []resourcev1.DeviceSelector
	mode        resourcev1.DeviceAllocationMode
	count       int64
	tolerations []resourcev1.DeviceToleration
}

func (q deviceQuery) validate(path *field.Path) field.ErrorList {
	errs := validate.Required(path.Child("deviceClassName"), q.class)
	if q.class != "" {
		errs = validate.DNS1123Subdomain(path.Child("deviceClassName"), q.class)
	}
	errs = append(errs, validateSelectors(path.Child("selectors"), q.selectors)...)
	switch q.mode {
	case resourcev1.DeviceAllocationModeAll:
		if q.count != 0 {
			errs = append(errs, field.Invalid(path.Child("count"), q.count, "must not be specified when allocationMode is 'All'"))
		}
	case resourcev1.DeviceAllocationModeExactCount:
		errs = append(errs, validate.Positive(path.Child("count"), q.count)...)
	default:
		errs = append(errs, validate.Supported(path.Child("allocationMode"), q.mode, resourcev1.DeviceAllocationModeAll, resourcev1.DeviceAllocationModeExactCount)...)
	}
	for i := range q.tolerations {
		errs = append(errs, validateToleration(path.Child("tolerations").Index(i), &q.tolerations[i])...)
	}
	return errs
}

// validateConstraint: the devices of some requests have an attribute in common, or all differ in it.
func (r requestNames) validateConstraint(path *field.Path, c *resourcev1.DeviceConstraint) field.ErrorList {
	errs := validateSet(path.Child("requests"), c.Requests, mostRequests, itself, r.validate)
	switch {
	case c.MatchAttribute != nil:
		return append(errs, validateFullyQualifiedName(path.Child("matchAttribute"), *c.MatchAttribute)...)
	case c.DistinctAttribute != nil:
		return append(errs, validateFullyQualifiedName(path.Child("distinctAttribute"), *c.DistinctAttribute)...)
	}
	return append(errs, field.Required(path, `exactly one of "matchAttribute" or "distinctAttribute" is required, but multiple fields are set`))
}

func validateClaimTemplate(path *field.Path, t *resourcev1.ResourceClaimTemplateSpec) field.ErrorList {
	errs := podspec.ValidateTemplateMetadata(path.Child("metadata"), &t.ObjectMeta)
	return append(errs, validateDeviceClaim(path.Child("spec", "devices"), &t.Spec.Devices)...)
}

// validateDeviceClass is upstream's validateDeviceClassSpec.
func validateDeviceClass(path *field.Path, c *resourcev1.DeviceClassSpec) field.ErrorList {
	errs := validateSelectors(path.Child("selectors"), c.Selectors)
	errs = append(errs, validateItems(path.Child("config"), c.Config, mostConfigs,
		func(path *field.Path, config *resourcev1.DeviceClassConfiguration) field.ErrorList {
			return validateConfiguration(path, &config.DeviceConfiguration)
		})...)
	if name := c.ExtendedResourceName; name != nil && !validate.IsExtendedResourceName(corev1.ResourceName(*name)) {
		errs = append(errs, field.Invalid(path.Child("extendedResourceName"), *name, "must be a valid extended resource name"))
	}
	return errs
}

// adminAccess is a strategy that lets a device be used beside its owner only where the namespace has the label for it.
// Upstream: AuthorizedForAdmin, AuthorizedForAdminStatus.
type adminAccess struct {
	registry.Strategy
	deps *resource.Dependencies
}

// WithDependencies gives the strategy the namespaces to look at.
func (a adminAccess) WithDependencies(deps *resource.Dependencies) registry.Strategy {
	return adminAccess{a.Strategy, deps}
}

func (a adminAccess) Validate(ctx context.Context, obj runtime.Object) field.ErrorList {
	var errs field.ErrorList
	switch object := obj.(type) {
	case *resourcev1.ResourceClaim:
		errs = a.validate(ctx, adminRequest(&object.Spec.Devices), object.Namespace)
	case *resourcev1.ResourceClaimTemplate:
		errs = a.validate(ctx, adminRequest(&object.Spec.Spec.Devices), object.Namespace)
	}
	return append(errs, a.Strategy.Validate(ctx, obj)...)
}

// Unwrap is the strategy whose optional interfaces count; see registry.As.
func (a adminAccess) Unwrap() registry.Strategy { return a.Strategy }

// ValidateUpdate looks at what the status allocates; the spec does not change. What was granted stays.
func (a adminAccess) ValidateUpdate(ctx context.Context, obj, old runtime.Object) field.ErrorList {
	var errs field.ErrorList
	if c, ok := obj.(*resourcev1.ResourceClaim); ok && adminResult(&old.(*resourcev1.ResourceClaim).Status) == nil {
		errs = a.validate(ctx, adminResult(&c.Status), c.Namespace)
	}
	return append(errs, a.Strategy.ValidateUpdate(ctx, obj, old)...)
}

// adminRequest is where a claim asks for admin access; nil: nowhere.
func adminRequest(c *resourcev1.DeviceClaim) *field.Path {
	for i, r := range c.Requests {
		if r.Exactly != nil && ptr.Deref(r.Exactly.AdminAccess, false) {
			return field.NewPath("spec", "devices", "requests").Index(i).Child("adminAccess")
		}
	}
	return nil
}

// adminResult is where a status allocates admin access; nil: nowhere.
func adminResult(s *resourcev1.ResourceClaimStatus) *field.Path {
	if s.Allocation == nil {
		return nil
	}
	for i, r := range s.Allocation.Devices.Results {
		if ptr.Deref(r.AdminAccess, false) {
			return field.NewPath("status", "allocation", "devices", "results").Index(i).Child("adminAccess")
		}
	}
	return nil
}

// validate refuses the admin access at a place, unless that is nil.
func (a adminAccess) validate(ctx context.Context, path *field.Path, name string) field.ErrorList {
	if path == nil {
		return nil
	}
	obj, err := a.deps.Store(corev1.Resource("namespaces")).Get(ctx, name, &metav1.GetOptions{})
	if err != nil {
		return field.ErrorList{field.InternalError(path, fmt.Errorf(noNamespaceForAdmin, err))}
	}
	namespace, err := namespace.AsNamespace(obj)
	if err != nil {
		return field.ErrorList{field.InternalError(path, fmt.Errorf(noNamespaceForAdmin, err))}
	}
	if namespace.Labels[resourcev1.DRAAdminNamespaceLabelKey] != "true" {
		return field.ErrorList{field.Forbidden(path, adminNeedsLabel)}
	}
	return nil
}
