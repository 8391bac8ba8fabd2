package core

import (
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// claimStatuses name the claims that were made of the pod's templates.
func claimStatuses(list []corev1.PodResourceClaimStatus, spec *corev1.PodSpec) field.ErrorList {
	path, known := statusPath.Child("resourceClaimStatuses"), claimNames(spec)
	var found field.ErrorList
	names := seen{}
	for i, s := range list {
		at := path.Index(i)
		if !known.Has(s.Name) {
			found = append(found, field.Invalid(at.Child("name"), s.Name, "must match the name of an entry in `spec.resourceClaims`"))
		}
		if names.again(s.Name) {
			found = append(found, field.Duplicate(at.Child("name"), s.Name))
		}
		if s.ResourceClaimName != nil {
			found = append(found, isObjectName(at.Child("resourceClaimName"), *s.ResourceClaimName)...)
		}
	}
	return found
}

// extendedResourceClaimStatus is the claim that the scheduler made for the extended resources that containers request.
// Upstream: validatePodExtendedResourceClaimStatus.
func extendedResourceClaimStatus(s *corev1.PodExtendedResourceClaimStatus, spec *corev1.PodSpec) field.ErrorList {
	if s == nil {
		return nil
	}
	path := statusPath.Child("extendedResourceClaimStatus")
	mappings := path.Child("requestMappings")
	var found field.ErrorList
	if len(s.RequestMappings) == 0 {
		found = append(found, field.Required(mappings, "at least one request mapping is required"))
	}
	for i, m := range s.RequestMappings {
		at := mappings.Index(i)
		c := containerNamed(spec.Containers, m.ContainerName)
		if c == nil {
			c = containerNamed(spec.InitContainers, m.ContainerName)
		}
		if c == nil {
			found = append(found, field.Invalid(at.Child("containerName"), m.ContainerName,
				"must match the name of an entry in spec.initContainers.name or spec.containers.name"))
		} else if _, requested := c.Resources.Requests[corev1.ResourceName(m.ResourceName)]; !requested {
			found = append(found, field.Invalid(at.Child("resourceName"), m.ResourceName, "must match the extended resource name of an entry in "+
				"spec.initContainers.resources.requests or spec.containers.resources.requests"))
		}
		found = append(found, isLabel(path.Child("requestName"), m.RequestName)...) // the path is upstream's
		if slices.Contains(s.RequestMappings[:i], m) {
			found = append(found, field.Duplicate(at.Child("containerName"), m.ContainerName),
				field.Duplicate(at.Child("resourceName"), m.ResourceName), field.Duplicate(at.Child("requestName"), m.RequestName))
		}
	}
	return append(found, namedOrRequired(path.Child("resourceClaimName"), s.ResourceClaimName)...)
}
