package validate

import (
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	apivalidation "k8s.io/apimachinery/pkg/api/validation"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

const defaultPrefix = "kubernetes.io/" // corev1.ResourceDefaultNamespacePrefix, which is native too

// counted are the resources of which there are only whole ones.
var counted = []corev1.ResourceName{
	corev1.ResourcePods, corev1.ResourceQuotas, corev1.ResourceServices, corev1.ResourceReplicationControllers,
	corev1.ResourceSecrets, corev1.ResourceConfigMaps, corev1.ResourcePersistentVolumeClaims,
	corev1.ResourceServicesNodePorts, corev1.ResourceServicesLoadBalancers,
}

// measured are the resources that pods compute with.
var measured = []corev1.ResourceName{corev1.ResourceCPU, corev1.ResourceMemory, corev1.ResourceEphemeralStorage}

// IsStandardQuotaResourceName: a quota may limit the resource, though its name has no domain. Upstream: IsStandardQuotaResourceName.
func IsStandardQuotaResourceName(name corev1.ResourceName) bool {
	bare := corev1.ResourceName(strings.TrimPrefix(strings.TrimPrefix(string(name), "requests."), "limits."))
	return slices.Contains(counted, name) || slices.Contains(measured, bare) || name == corev1.ResourceRequestsStorage ||
		strings.HasPrefix(string(name), corev1.ResourceHugePagesPrefix) ||
		strings.HasPrefix(string(name), corev1.ResourceRequestsHugePagesPrefix)
}

// IsNativeResourceName: the name has no domain, or Kubernetes' own.
func IsNativeResourceName(name corev1.ResourceName) bool {
	return !strings.Contains(string(name), "/") || strings.Contains(string(name), defaultPrefix)
}

// isExtended: the name is somebody's own, and a quota can be made of it. Upstream: IsExtendedResourceName.
func isExtended(name corev1.ResourceName) bool {
	const requests = corev1.DefaultResourceRequestsPrefix
	return !IsNativeResourceName(name) && !strings.HasPrefix(string(name), requests) &&
		len(validation.IsQualifiedName(requests+string(name))) == 0
}

// ValidateResourceName: a name without a domain is one that everybody knows. Upstream: validateResourceName.
func ResourceName(path *field.Path, name corev1.ResourceName) field.ErrorList {
	if errs := Invalid(path, name, validation.IsQualifiedName(string(name))); len(errs) > 0 {
		return errs
	}
	if !strings.Contains(string(name), "/") && !IsStandardQuotaResourceName(name) && name != corev1.ResourceStorage {
		return field.ErrorList{field.Invalid(path, name, "must be a standard resource type or fully qualified")}
	}
	return nil
}

// ValidateContainerResource: a container may ask for the resource. Upstream: validateContainerResourceName.
func ContainerResourceName(path *field.Path, name corev1.ResourceName) field.ErrorList {
	errs := ResourceName(path, name)
	switch {
	case !strings.Contains(string(name), "/"):
		if !slices.Contains(measured, name) && !strings.HasPrefix(string(name), corev1.ResourceHugePagesPrefix) {
			errs = append(errs, field.Invalid(path, name, "must be a standard resource for containers"))
		}
	case !IsNativeResourceName(name) && !isExtended(name):
		errs = append(errs, field.Invalid(path, name, "doesn't follow extended resource name standard"))
	}
	return errs
}

// ValidateQuantity: not negative, and whole where only whole ones exist. Upstream: ValidateResourceQuantityValue.
func ResourceQuantity(path *field.Path, name corev1.ResourceName, value resource.Quantity) field.ErrorList {
	var errs field.ErrorList
	if value.Sign() < 0 {
		errs = append(errs, field.Invalid(path, value.String(), apivalidation.IsNegativeErrorMsg))
	}
	if (slices.Contains(counted, name) || isExtended(name)) && value.MilliValue()%1000 != 0 {
		errs = append(errs, field.Invalid(path, value, "must be an integer"))
	}
	return errs
}

// ValidatePositive: more than nothing. Upstream: ValidatePositiveQuantityValue.
func PositiveQuantity(path *field.Path, value resource.Quantity) field.ErrorList {
	if value.Sign() > 0 {
		return nil
	}
	return field.ErrorList{field.Invalid(path, value.String(), "must be greater than zero")}
}

// ValidateAmount: not negative, as whole units. Upstream: validateBasicResource.
func NonNegativeQuantity(path *field.Path, value resource.Quantity) field.ErrorList {
	if value.Value() >= 0 {
		return nil
	}
	return field.ErrorList{field.Invalid(path, value.Value(), "must be a valid resource quantity")}
}

func HasResource(list corev1.ResourceList, name corev1.ResourceName) bool {
	_, ok := list[name]
	return ok
}
