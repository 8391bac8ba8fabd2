package core

import (
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// standardResources are those without a domain.
var standardResources = []corev1.ResourceName{
	corev1.ResourceCPU, corev1.ResourceMemory, corev1.ResourceEphemeralStorage,
	corev1.ResourceRequestsCPU, corev1.ResourceRequestsMemory, corev1.ResourceRequestsEphemeralStorage,
	corev1.ResourceLimitsCPU, corev1.ResourceLimitsMemory, corev1.ResourceLimitsEphemeralStorage,
	corev1.ResourcePods, corev1.ResourceQuotas, corev1.ResourceServices, corev1.ResourceReplicationControllers,
	corev1.ResourceSecrets, corev1.ResourceConfigMaps, corev1.ResourcePersistentVolumeClaims, corev1.ResourceStorage,
	corev1.ResourceRequestsStorage, corev1.ResourceServicesNodePorts, corev1.ResourceServicesLoadBalancers,
}

// resourceName: a standard resource, or one of somebody's own with a domain. Upstream: validateResourceName.
func resourceName(path *field.Path, name corev1.ResourceName) field.ErrorList {
	if bad := validation.IsQualifiedName(string(name)); len(bad) > 0 {
		return wrong(path, name, bad)
	}
	if strings.Contains(string(name), "/") || slices.Contains(standardResources, name) ||
		strings.HasPrefix(string(name), corev1.ResourceHugePagesPrefix) || strings.HasPrefix(string(name),
		corev1.ResourceRequestsHugePagesPrefix) {
		return nil
	}
	return field.ErrorList{field.Invalid(path, name, "must be a standard resource type or fully qualified")}
}

// ValidateContainerResourceName checks the name of something that a container can have.
// Upstream: validation.ValidateContainerResourceName.
func ValidateContainerResourceName(name corev1.ResourceName, path *field.Path) field.ErrorList {
	return containerResource(path, name)
}

// containerResource: a container can have it. Upstream: validateContainerResourceName.
func containerResource(path *field.Path, name corev1.ResourceName) field.ErrorList {
	switch {
	case name == corev1.ResourceCPU, name == corev1.ResourceMemory, name == corev1.ResourceEphemeralStorage:
		return nil
	case !strings.Contains(string(name), "/"):
		found := resourceName(path, name)
		if !strings.HasPrefix(string(name), corev1.ResourceHugePagesPrefix) {
			found = append(found, field.Invalid(path, name, "must be a standard resource for containers"))
		}
		return found
	}
	found := resourceName(path, name)
	if !isNative(name) && !isExtended(name) {
		found = append(found, field.Invalid(path, name, "doesn't follow extended resource name standard"))
	}
	return found
}

// podResource: a pod as a whole can have it. Upstream: validatePodResourceName.
func podResource(path *field.Path, name corev1.ResourceName) field.ErrorList {
	if found := resourceName(path, name); len(found) > 0 {
		return found
	}
	if strings.HasPrefix(string(name), corev1.ResourceHugePagesPrefix) {
		return nil
	}
	return among(path, name, corev1.ResourceCPU, corev1.ResourceHugePagesPrefix, corev1.ResourceMemory)
}

// isNative: the name is Kubernetes' own.
func isNative(name corev1.ResourceName) bool {
	return !strings.Contains(string(name), "/") || strings.Contains(string(name), corev1.ResourceDefaultNamespacePrefix)
}

// IsExtendedResource reports a name that is somebody's own. Upstream: v1helper.IsExtendedResourceName.
func IsExtendedResource(name corev1.ResourceName) bool { return isExtended(name) }

// isExtended: the name is somebody's own, and a quota could name it too. Such things are counted.
func isExtended(name corev1.ResourceName) bool {
	if isNative(name) || strings.HasPrefix(string(name), corev1.DefaultResourceRequestsPrefix) {
		return false
	}
	return len(validation.IsQualifiedName(corev1.DefaultResourceRequestsPrefix+string(name))) == 0
}

// mayOvercommit: a node may promise more of it than it has.
func mayOvercommit(name corev1.ResourceName) bool {
	return isNative(name) && !strings.HasPrefix(string(name), corev1.ResourceHugePagesPrefix)
}
