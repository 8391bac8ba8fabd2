package podspec

import (
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/sets"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"kubepath/chapters/17-controlplane/validate"
)

// validatePodResources: pod-level requests and limits are at least the sum of the containers'. Upstream: validatePodResources.
func (s *specValidator) validatePodResources() field.ErrorList {
	r, path := s.spec.Resources, s.path.Child("resources")
	if r == nil {
		return nil
	}
	if s.spec.OS != nil && s.spec.OS.Name == corev1.Windows {
		return field.ErrorList{field.Forbidden(path, "may not be set for a windows pod")}
	}
	var errs field.ErrorList
	if r.Claims != nil {
		errs = append(errs, field.Forbidden(path.Child("claims"), "claims may not be set for Resources at pod-level"))
	}
	errs = append(errs, s.validateResourceRequirements(path, r, validatePodResourceName)...)
	errs = append(errs, validateAggregateRequests(path.Child("requests"), r.Requests, together(s.spec, requestsOf), "aggregate container requests")...)
	limits := together(s.spec, limitsOf)
	for name := range limits {
		if !strings.HasPrefix(string(name), corev1.ResourceHugePagesPrefix) {
			delete(limits, name)
		}
	}
	errs = append(errs, validateAggregateRequests(path.Child("limits"), r.Limits, limits, "aggregate container limits")...)
	for i := range s.spec.Containers {
		for name, limit := range s.spec.Containers[i].Resources.Limits {
			if whole, ok := r.Limits[name]; ok && limit.Cmp(whole) > 0 {
				at := path.Child("containers").Index(i).Key(string(name)).Child("limits")
				errs = append(errs, field.Invalid(at, limit.String(), fmt.Sprintf("must be less than or equal to pod limits of %s", whole.String())))
			}
		}
	}
	return errs
}

func requestsOf(r *corev1.ResourceRequirements) corev1.ResourceList { return r.Requests }
func limitsOf(r *corev1.ResourceRequirements) corev1.ResourceList   { return r.Limits }

// validateAggregateRequests: each request of the whole pod is at least the sum of the parts.
func validateAggregateRequests(path *field.Path, whole, parts corev1.ResourceList, spoken string) field.ErrorList {
	var errs field.ErrorList
	for name, sum := range parts {
		if has, ok := whole[name]; ok && sum.Cmp(has) > 0 {
			errs = append(errs, field.Invalid(path.Key(string(name)), has.String(),
				fmt.Sprintf("must be greater than or equal to %s of %s", spoken, sum.String())))
		}
	}
	return errs
}

// together returns what the containers need at one time: the sum of all that run side by side or, if that is more, the
// largest init container with the sidecars that were started before it. Upstream: resource.AggregateContainerRequests.
func together(spec *corev1.PodSpec, of func(*corev1.ResourceRequirements) corev1.ResourceList) corev1.ResourceList {
	sum, sidecars, peak := corev1.ResourceList{}, corev1.ResourceList{}, corev1.ResourceList{}
	for i := range spec.Containers {
		addTo(sum, of(&spec.Containers[i].Resources))
	}
	for i := range spec.InitContainers {
		c := &spec.InitContainers[i]
		now := sidecars.DeepCopy()
		addTo(now, of(&c.Resources))
		if IsSidecar(c) {
			addTo(sum, of(&c.Resources))
			sidecars = now
		}
		raiseTo(peak, now)
	}
	raiseTo(sum, peak)
	return sum
}

func addTo(sum, more corev1.ResourceList) {
	for name, q := range more {
		total := sum[name]
		total.Add(q)
		sum[name] = total
	}
}

func raiseTo(list, least corev1.ResourceList) {
	for name, q := range least {
		if has, ok := list[name]; !ok || q.Cmp(has) > 0 {
			list[name] = q
		}
	}
}

// ClaimNames returns the names by which containers refer to the pod's resource claims.
func ClaimNames(spec *corev1.PodSpec) sets.Set[string] {
	names := sets.Set[string]{}
	for _, claim := range spec.ResourceClaims {
		if claim.Name != "" {
			names.Insert(claim.Name)
		}
	}
	return names
}

// validatePodResourceClaims checks the pod's device claims: each names a claim or a claim template.
func (s *specValidator) validatePodResourceClaims() field.ErrorList {
	var errs field.ErrorList
	names := validate.Seen{}
	for i := range s.spec.ResourceClaims {
		claim, path := &s.spec.ResourceClaims[i], s.path.Child("resourceClaims").Index(i)
		if s.meta != nil && IsMirror(s.meta.Annotations) {
			errs = append(errs, field.Forbidden(field.NewPath(""), "static pods do not support resource claims"))
			continue
		}
		switch {
		case claim.Name == "":
			errs = append(errs, field.Required(path.Child("name"), ""))
		case names.Repeated(claim.Name):
			errs = append(errs, field.Duplicate(path.Child("name"), claim.Name))
		default:
			errs = append(errs, validate.DNS1123Label(path.Child("name"), claim.Name)...)
		}
		errs = append(errs, validatePodResourceClaimSource(path, claim)...)
	}
	return errs
}

func validatePodResourceClaimSource(path *field.Path, claim *corev1.PodResourceClaim) field.ErrorList {
	var errs field.ErrorList
	switch byName, byTemplate := claim.ResourceClaimName != nil, claim.ResourceClaimTemplateName != nil; {
	case byName && byTemplate:
		errs = append(errs, field.Invalid(path, *claim,
			"at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified"))
	case !byName && !byTemplate:
		errs = append(errs, field.Invalid(path, *claim,
			"must specify one of: `resourceClaimName`, `resourceClaimTemplateName`"))
	}
	if name := claim.ResourceClaimName; name != nil {
		errs = append(errs, validate.ObjectName(path.Child("resourceClaimName"), *name)...)
	}
	if name := claim.ResourceClaimTemplateName; name != nil {
		errs = append(errs, validate.ObjectName(path.Child("resourceClaimTemplateName"), *name)...)
	}
	return errs
}

// ComputeResources are the resources that decide the quality of service class.
var ComputeResources = []corev1.ResourceName{corev1.ResourceCPU, corev1.ResourceMemory}
