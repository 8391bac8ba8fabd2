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

// computeResources are the standard resources of containers and pods.
var computeResources = []corev1.ResourceName{corev1.ResourceCPU, corev1.ResourceMemory, corev1.ResourceEphemeralStorage}

// quotaResources are names that only quotas use: the requests and limits of all pods together.
var quotaResources = []corev1.ResourceName{
	corev1.ResourceRequestsCPU, corev1.ResourceRequestsMemory, corev1.ResourceRequestsEphemeralStorage,
	corev1.ResourceLimitsCPU, corev1.ResourceLimitsMemory, corev1.ResourceLimitsEphemeralStorage, corev1.ResourceRequestsStorage,
}

// integerResources count objects, so their quantities are integers.
var integerResources = []corev1.ResourceName{
	corev1.ResourcePods, corev1.ResourceQuotas, corev1.ResourceServices, corev1.ResourceReplicationControllers,
	corev1.ResourceSecrets, corev1.ResourceConfigMaps, corev1.ResourcePersistentVolumeClaims,
	corev1.ResourceServicesNodePorts, corev1.ResourceServicesLoadBalancers,
}

// IsStandardQuotaResourceName reports whether the name is one of the names without a domain that a quota may limit.
// Upstream: IsStandardQuotaResourceName.
func IsStandardQuotaResourceName(name corev1.ResourceName) bool {
	return slices.Contains(computeResources, name) || slices.Contains(quotaResources, name) || slices.Contains(integerResources, name) ||
		strings.HasPrefix(string(name), corev1.ResourceHugePagesPrefix) ||
		strings.HasPrefix(string(name), corev1.ResourceRequestsHugePagesPrefix)
}

// IsNativeResourceName reports whether the name has no domain, or the domain kubernetes.io. Upstream: IsNativeResource.
func IsNativeResourceName(name corev1.ResourceName) bool {
	return !strings.Contains(string(name), "/") || strings.Contains(string(name), corev1.ResourceDefaultNamespacePrefix)
}

// IsExtendedResourceName reports whether the name has a domain of its own, and stays valid with the prefix "requests.".
// Upstream: IsExtendedResourceName.
func IsExtendedResourceName(name corev1.ResourceName) bool {
	const requests = corev1.DefaultResourceRequestsPrefix
	return !IsNativeResourceName(name) && !strings.HasPrefix(string(name), requests) &&
		len(validation.IsQualifiedName(requests+string(name))) == 0
}

// ResourceName: the name is a qualified name; without a domain it is a standard one. Upstream: validateResourceName.
func ResourceName(path *field.Path, name corev1.ResourceName) field.ErrorList {
	if errs := Invalid(path, name, validation.IsQualifiedName(string(name))); len(errs) > 0 {
		return errs
	}
	if !strings.Contains(string(name), "/") && !IsStandardQuotaResourceName(name) && name != corev1.ResourceStorage {
		return field.ErrorList{field.Invalid(path, name, "must be a standard resource type or fully qualified")}
	}
	return nil
}

// ContainerResourceName: the name is valid in the requests and limits of a container. Upstream:
// validateContainerResourceName.
func ContainerResourceName(path *field.Path, name corev1.ResourceName) field.ErrorList {
	errs := ResourceName(path, name)
	switch {
	case !strings.Contains(string(name), "/"):
		if !slices.Contains(computeResources, name) && !strings.HasPrefix(string(name), corev1.ResourceHugePagesPrefix) {
			errs = append(errs, field.Invalid(path, name, "must be a standard resource for containers"))
		}
	case !IsNativeResourceName(name) && !IsExtendedResourceName(name):
		errs = append(errs, field.Invalid(path, name, "doesn't follow extended resource name standard"))
	}
	return errs
}

// ResourceQuantity: the quantity is not negative, and an integer if the resource counts objects or devices. Upstream:
// ValidateResourceQuantityValue.
func ResourceQuantity(path *field.Path, name corev1.ResourceName, value resource.Quantity) field.ErrorList {
	var errs field.ErrorList
	if value.Sign() < 0 {
		errs = append(errs, field.Invalid(path, value.String(), apivalidation.IsNegativeErrorMsg))
	}
	if (slices.Contains(integerResources, name) || IsExtendedResourceName(name)) && value.MilliValue()%1000 != 0 {
		errs = append(errs, field.Invalid(path, value, "must be an integer"))
	}
	return errs
}

// PositiveQuantity: the quantity is greater than zero. Upstream: ValidatePositiveQuantityValue.
func PositiveQuantity(path *field.Path, value resource.Quantity) field.ErrorList {
	if value.Sign() > 0 {
		return nil
	}
	return field.ErrorList{field.Invalid(path, value.String(), "must be greater than zero")}
}

// NonNegativeQuantity: the quantity, rounded up to an integer, is not negative. Upstream: validateBasicResource.
func NonNegativeQuantity(path *field.Path, value resource.Quantity) field.ErrorList {
	if value.Value() >= 0 {
		return nil
	}
	return field.ErrorList{field.Invalid(path, value.Value(), "must be a valid resource quantity")}
}

// HasResource reports whether the list has a quantity for the name.
func HasResource(list corev1.ResourceList, name corev1.ResourceName) bool {
	_, ok := list[name]
	return ok
}
