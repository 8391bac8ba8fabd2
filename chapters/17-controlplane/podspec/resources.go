package podspec

import (
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	apivalidation "k8s.io/apimachinery/pkg/api/validation"
	"k8s.io/apimachinery/pkg/util/sets"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"kubepath/chapters/17-controlplane/validate"
)

// validateResourceRequirements: names are valid for a container or pod, quantities are valid, no request exceeds its limit.
// Upstream: ValidateResourceRequirements.
func (s *specValidator) validateResourceRequirements(path *field.Path, r *corev1.ResourceRequirements, isName func(*field.Path, corev1.ResourceName) field.ErrorList) field.ErrorList {
	limits, requests := path.Child("limits"), path.Child("requests")
	var errs field.ErrorList
	for name, quantity := range r.Limits {
		errs = append(errs, s.validateContainerQuantity(limits.Key(string(name)), name, quantity, isName)...)
	}
	for name, quantity := range r.Requests {
		errs = append(errs, s.validateContainerQuantity(requests.Key(string(name)), name, quantity, isName)...)
		limit, limited := r.Limits[name]
		switch {
		case !limited && !mayOvercommit(name):
			errs = append(errs, field.Required(limits, "Limit must be set for non overcommitable resources"))
		case limited && !mayOvercommit(name) && quantity.Cmp(limit) != 0:
			errs = append(errs, field.Invalid(requests, quantity.String(), fmt.Sprintf("must be equal to %s limit of %s", name, limit.String())))
		case limited && quantity.Cmp(limit) > 0:
			errs = append(errs, field.Invalid(requests, quantity.String(),
				fmt.Sprintf("must be less than or equal to %s limit of %s", name, limit.String())))
		}
	}
	if hasHugePages(r) && !hasMeasured(r) {
		errs = append(errs, field.Forbidden(path, "HugePages require cpu or memory"))
	}
	return append(errs, s.validateContainerClaims(path.Child("claims"), r.Claims)...)
}

func (s *specValidator) validateContainerQuantity(path *field.Path, name corev1.ResourceName, q resource.Quantity, isName func(*field.Path, corev1.ResourceName) field.ErrorList) field.ErrorList {
	errs := isName(path, name)
	if q.Sign() < 0 {
		errs = append(errs, field.Invalid(path, q.String(), apivalidation.IsNegativeErrorMsg))
	}
	if validate.IsExtendedResourceName(name) && q.MilliValue()%1000 != 0 {
		errs = append(errs, field.Invalid(path, q, "must be an integer"))
	}
	if !s.options.AllowIndivisibleHugePages {
		errs = append(errs, validateHugePages(path, name, q)...)
	}
	return errs
}

// validateHugePages: a quantity of huge pages is a multiple of the page size.
func validateHugePages(path *field.Path, name corev1.ResourceName, q resource.Quantity) field.ErrorList {
	size, huge := strings.CutPrefix(string(name), corev1.ResourceHugePagesPrefix)
	if !huge {
		return nil
	}
	page, err := resource.ParseQuantity(size)
	if err == nil && page.Sign() > 0 && page.MilliValue()%1000 == 0 && page.Value() > 0 && q.Value()%page.Value() == 0 {
		return nil
	}
	return field.ErrorList{field.Invalid(path, q.String(), fmt.Sprintf("%s is not positive integer multiple of %s", q.String(), name))}
}

// validateHugePagesNeedOther: a pod with huge pages also requests CPU or memory.
func (s *specValidator) validateHugePagesNeedOther() field.ErrorList {
	var errs field.ErrorList
	s.eachContainer(func(c *corev1.Container, path *field.Path) {
		for _, list := range []corev1.ResourceList{c.Resources.Limits, c.Resources.Requests} {
			for name, q := range list {
				errs = append(errs, validateHugePages(path, name, q)...)
			}
		}
	})
	for name, q := range s.spec.Overhead {
		errs = append(errs, validateHugePages(s.path, name, q)...)
	}
	return errs
}

func hasHugePages(r *corev1.ResourceRequirements) bool {
	for _, list := range []corev1.ResourceList{r.Limits, r.Requests} {
		for name := range list {
			if strings.HasPrefix(string(name), corev1.ResourceHugePagesPrefix) {
				return true
			}
		}
	}
	return false
}

// hasMeasured reports a request or limit of CPU or memory.
func hasMeasured(r *corev1.ResourceRequirements) bool {
	for _, list := range []corev1.ResourceList{r.Limits, r.Requests} {
		for _, name := range ComputeResources {
			if _, ok := list[name]; ok {
				return true
			}
		}
	}
	return false
}

// validateContainerClaims: each names a claim of the pod, once; or different requests of one claim.
func (s *specValidator) validateContainerClaims(path *field.Path, claims []corev1.ResourceClaim) field.ErrorList {
	var errs field.ErrorList
	keys := validate.Seen{}
	for i, claim := range claims {
		at, name := path.Index(i), claim.Name
		if name == "" {
			errs = append(errs, field.Required(at, ""))
			continue
		}
		errs = append(errs, validateClaimOnce(at, keys, claim)...)
		if !s.claims.Has(name) {
			err := field.NotFound(at, name)
			err.Detail = "must be one of the names in pod.spec.resourceClaims"
			if len(s.claims) == 0 {
				err.Detail += " which is empty"
			} else {
				err.Detail += ": " + strings.Join(sets.List(s.claims), ", ")
			}
			errs = append(errs, err)
		}
	}
	return errs
}

// validateClaimOnce adds the claim to keys: NAME for the whole claim, NAME/REQUEST for one request of it.
func validateClaimOnce(path *field.Path, keys validate.Seen, claim corev1.ResourceClaim) field.ErrorList {
	if keys[claim.Name] {
		return field.ErrorList{field.Duplicate(path, claim.Name)}
	}
	var errs field.ErrorList
	key := claim.Name
	if claim.Request != "" {
		errs = validate.DNS1123Label(path.Child("request"), claim.Request)
		key += "/" + claim.Request
	}
	if keys[key] {
		errs = append(errs, field.Duplicate(path, key))
	} else if claim.Request == "" {
		for other := range keys {
			if strings.HasPrefix(other, claim.Name+"/") {
				errs = append(errs, field.Duplicate(path, claim.Name))
			}
		}
	}
	keys[key] = true
	return errs
}

// validatePodResourceName: the resource is allowed at pod level. Upstream: validatePodResourceName.
func validatePodResourceName(path *field.Path, name corev1.ResourceName) field.ErrorList {
	if errs := validate.ResourceName(path, name); len(errs) > 0 {
		return errs
	}
	if strings.HasPrefix(string(name), corev1.ResourceHugePagesPrefix) {
		return nil
	}
	return validate.Supported(path, name, corev1.ResourceCPU, corev1.ResourceHugePagesPrefix, corev1.ResourceMemory)
}

// mayOvercommit reports a resource whose limits on a node may exceed what the node has.
func mayOvercommit(name corev1.ResourceName) bool {
	return validate.IsNativeResourceName(name) && !strings.HasPrefix(string(name), corev1.ResourceHugePagesPrefix)
}
