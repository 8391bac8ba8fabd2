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
	maxRequests         = 32
	maxConstraints      = 32
	maxSubRequests      = 8
	notARequest         = "must be the name of a request in the claim or the name of a request and a subrequest separated by '/'"
	adminNeedsLabel     = "admin access to devices requires the `" + resourcev1.DRAAdminNamespaceLabelKey + ": true` label on the containing namespace"
	noNamespaceForAdmin = "could not retrieve namespace to verify admin access: %w"
)

// requestNames maps the name of each request of a claim to the names of its subrequests.
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

// validate: the reference names a request, or a subrequest as request/subrequest.
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
	errs := validateSet(path.Child("requests"), c.Requests, maxRequests,
		func(r *resourcev1.DeviceRequest) string { return r.Name }, validateDeviceRequest)
	errs = append(errs, validateItems(path.Child("constraints"), c.Constraints, maxConstraints, names.validateConstraint)...)
	return append(errs, validateItems(path.Child("config"), c.Config, maxConfigs,
		func(path *field.Path, config *resourcev1.DeviceClaimConfiguration) field.ErrorList {
			errs := validateSet(path.Child("requests"), config.Requests, maxRequests, itself, names.validate)
			return append(errs, validateConfiguration(path, &config.DeviceConfiguration)...)
		})...)
}

// validateDeviceRequest: a request sets exactly, or firstAvailable with a list of alternatives.
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
	return append(errs, validateSet(path.Child("firstAvailable"), r.FirstAvailable, maxSubRequests,
		func(r *resourcev1.DeviceSubRequest) string { return r.Name },
		func(path *field.Path, r *resourcev1.DeviceSubRequest) field.ErrorList {
			query := deviceQuery{r.DeviceClassName, r.Selectors, r.AllocationMode, r.Count, r.Tolerations}
			return append(validate.DNS1123Label(path.Child("name"), r.Name), query.validate(path)...)
		})...)
}

// deviceQuery holds the fields that requests and subrequests share.
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

// validateConstraint: the devices of the requests have the same value of an attribute, or all have different values.
func (r requestNames) validateConstraint(path *field.Path, c *resourcev1.DeviceConstraint) field.ErrorList {
	errs := validateSet(path.Child("requests"), c.Requests, maxRequests, itself, r.validate)
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
	errs = append(errs, validateItems(path.Child("config"), c.Config, maxConfigs,
		func(path *field.Path, config *resourcev1.DeviceClassConfiguration) field.ErrorList {
			return validateConfiguration(path, &config.DeviceConfiguration)
		})...)
	if name := c.ExtendedResourceName; name != nil && !validate.IsExtendedResourceName(corev1.ResourceName(*name)) {
		errs = append(errs, field.Invalid(path.Child("extendedResourceName"), *name, "must be a valid extended resource name"))
	}
	return errs
}

// adminAccess wraps a strategy: it refuses admin access, to devices that others use, unless the namespace has the label
// for it. Upstream: AuthorizedForAdmin, AuthorizedForAdminStatus.
type adminAccess struct {
	registry.Strategy
	deps *resource.Dependencies
}

// WithDependencies gives the strategy access to the namespaces.
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

// Unwrap returns the wrapped strategy, for its optional interfaces; see registry.As.
func (a adminAccess) Unwrap() registry.Strategy { return a.Strategy }

// ValidateUpdate checks admin access in the status, because the spec is immutable. Access that was granted is not
// checked again.
func (a adminAccess) ValidateUpdate(ctx context.Context, obj, old runtime.Object) field.ErrorList {
	var errs field.ErrorList
	if c, ok := obj.(*resourcev1.ResourceClaim); ok && adminResult(&old.(*resourcev1.ResourceClaim).Status) == nil {
		errs = a.validate(ctx, adminResult(&c.Status), c.Namespace)
	}
	return append(errs, a.Strategy.ValidateUpdate(ctx, obj, old)...)
}

// adminRequest returns the path of the first request with adminAccess; nil: there is none.
func adminRequest(c *resourcev1.DeviceClaim) *field.Path {
	for i, r := range c.Requests {
		if r.Exactly != nil && ptr.Deref(r.Exactly.AdminAccess, false) {
			return field.NewPath("spec", "devices", "requests").Index(i).Child("adminAccess")
		}
	}
	return nil
}

// adminResult returns the path of the first allocation result with adminAccess; nil: there is none.
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

// validate refuses the admin access at path if the namespace has no label for it; a nil path is valid.
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
