package core

import (
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	apivalidation "k8s.io/apimachinery/pkg/api/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"k8s.io/utils/net"

	"kubepath/chapters/17-controlplane/resource"
)

// ValidatePodStatusUpdate checks what a kubelet reports. Upstream: validation.ValidatePodStatusUpdate.
func ValidatePodStatusUpdate(pod, before *corev1.Pod) field.ErrorList {
	now, was := &pod.Status, &before.Status
	found := validateAnnotationsUpdate(pod, before, optionsForPod(before))
	found = append(found, validatePodConditions(statusPath.Child("conditions"), now.Conditions)...)
	found = append(found, validateNominatedNodeName(pod, before)...)
	if now.ObservedGeneration < 0 {
		found = append(found, field.Invalid(statusPath.Child("observedGeneration"), now.ObservedGeneration, "must be a non-negative integer"))
	}
	found = append(found, apivalidation.ValidateImmutableField(now.QOSClass, was.QOSClass, statusPath.Child("qosClass"))...)
	found = append(found, validateContainerStateTransition(pod, before)...)
	found = append(found, validateResourceClaimStatuses(now.ResourceClaimStatuses, &pod.Spec)...)
	found = append(found, validateExtendedResourceClaimStatus(now.ExtendedResourceClaimStatus, &pod.Spec)...)
	found = append(found, validatePodIPs(now, was)...)
	for _, list := range statusLists(now) {
		found = append(found, validateContainerStatusUsers(statusPath.Child(list.name), list.statuses, pod.Spec.OS)...)
		found = append(found, validateResourceHealth(list, &pod.Spec)...)
	}
	return found
}

// validatePodConditions: who adds one of its own gives it a name with a domain.
func validatePodConditions(path *field.Path, list []corev1.PodCondition) field.ErrorList {
	system := []corev1.PodConditionType{corev1.PodScheduled, corev1.PodReady, corev1.PodInitialized}
	var found field.ErrorList
	for i, c := range list {
		if c.ObservedGeneration < 0 {
			found = append(found, field.Invalid(path.Index(i).Child("observedGeneration"), c.ObservedGeneration, "must be a non-negative integer"))
		}
		if !slices.Contains(system, c.Type) {
			found = append(found, isQualified(path.Index(i).Child("Type"), string(c.Type))...)
		}
	}
	return found
}

// validateNominatedNodeName is where the scheduler will make room; a pod that has its node needs none.
func validateNominatedNodeName(pod, before *corev1.Pod) field.ErrorList {
	name, path := pod.Status.NominatedNodeName, statusPath.Child("nominatedNodeName")
	if name == "" || name == before.Status.NominatedNodeName {
		return nil
	}
	found := isObjectName(path, name)
	if before.Spec.NodeName != "" {
		found = append(found, field.Forbidden(path, "may not be set on pods that are already bound to a node"))
	}
	return found
}

// statusList is the statuses of one kind of containers.
type statusList struct {
	name       string
	statuses   []corev1.ContainerStatus
	containers func(*corev1.PodSpec) []corev1.Container
	ephemeral  bool
}

func statusLists(s *corev1.PodStatus) []statusList {
	return []statusList{
		{name: "containerStatuses", statuses: s.ContainerStatuses,
			containers: func(spec *corev1.PodSpec) []corev1.Container { return spec.Containers }},
		{name: "initContainerStatuses", statuses: s.InitContainerStatuses,
			containers: func(spec *corev1.PodSpec) []corev1.Container { return spec.InitContainers }},
		{name: "ephemeralContainerStatuses", statuses: s.EphemeralContainerStatuses, ephemeral: true,
			containers: func(*corev1.PodSpec) []corev1.Container { return nil }},
	}
}

// validateContainerStateTransition: what has ended stays so, unless its restart policy lets it run again.
func validateContainerStateTransition(pod, before *corev1.Pod) field.ErrorList {
	var found field.ErrorList
	spec, now := &before.Spec, statusLists(&pod.Status)
	together := restartsTogether(spec)
	for kind, was := range statusLists(&before.Status) {
		if together && !was.ephemeral {
			continue
		}
		for i := range was.statuses {
			old := &was.statuses[i]
			if old.State.Terminated == nil || !runs(now[kind].statuses, old.Name) {
				continue
			}
			c := containerNamed(was.containers(spec), old.Name)
			if c == nil || !mayRestart(c, spec, old.State.Terminated.ExitCode) {
				found = append(found, field.Forbidden(statusPath.Child(was.name).Index(i).Child("state"),
					"may not be transitioned to non-terminated state"))
			}
		}
	}
	return found
}

// runs: the container has a status, and that says that it has not ended.
func runs(statuses []corev1.ContainerStatus, name string) bool {
	return slices.ContainsFunc(statuses, func(s corev1.ContainerStatus) bool { return s.Name == name && s.State.Terminated == nil })
}

func containerNamed(containers []corev1.Container, name string) *corev1.Container {
	for i := range containers {
		if containers[i].Name == name {
			return &containers[i]
		}
	}
	return nil
}

// validatePodIPs: one for each family of addresses at most. The list of the host's begins with its single one.
func validatePodIPs(now, was *corev1.PodStatus) field.ErrorList {
	ofPod := func(s *corev1.PodStatus) (list []string) {
		for _, ip := range s.PodIPs {
			list = append(list, ip.IP)
		}
		return list
	}
	ofHost := func(s *corev1.PodStatus) (list []string) {
		for _, ip := range s.HostIPs {
			list = append(list, ip.IP)
		}
		return list
	}
	found := validateIPFamilies(statusPath.Child("podIPs"), ofPod(now), ofPod(was), now.PodIPs)
	if len(now.HostIPs) > 0 && now.HostIPs[0].IP != now.HostIP {
		found = append(found, field.Invalid(statusPath.Child("hostIPs").Index(0).Child("ip"), now.HostIPs[0].IP, "must be equal to `hostIP`"))
	}
	return append(found, validateIPFamilies(statusPath.Child("hostIPs"), ofHost(now), ofHost(was), now.HostIPs)...)
}

func validateIPFamilies(path *field.Path, list, stored []string, shown any) field.ErrorList {
	var found field.ErrorList
	for i, ip := range list {
		found = append(found, isIP(path.Index(i), ip, stored...)...)
	}
	if len(list) < 2 {
		return found
	}
	dual, err := net.IsDualStackIPStrings(list)
	if err != nil {
		found = append(found, field.InternalError(path, fmt.Errorf("failed to check for dual stack with error:%v", err)))
	}
	if !dual || len(list) > 2 {
		found = append(found, field.Invalid(path, resource.InternalForm(shown), "may specify no more than one IP for each IP family"))
	}
	return found
}

// validateResourceClaimStatuses name the claims that were made of the pod's templates.
func validateResourceClaimStatuses(list []corev1.PodResourceClaimStatus, spec *corev1.PodSpec) field.ErrorList {
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

// validateExtendedResourceClaimStatus is the claim that the scheduler made for the extended resources that containers request.
// Upstream: validatePodExtendedResourceClaimStatus.
func validateExtendedResourceClaimStatus(s *corev1.PodExtendedResourceClaimStatus, spec *corev1.PodSpec) field.ErrorList {
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

// users are whom the containers run as.
func validateContainerStatusUsers(path *field.Path, list []corev1.ContainerStatus, os *corev1.PodOS) field.ErrorList {
	var found field.ErrorList
	for i := range list {
		u := list[i].User
		if u == nil || u.Linux == nil {
			continue
		}
		at := path.Index(i).Child("user", "linux")
		if os != nil && os.Name != corev1.Linux {
			if os.Name == corev1.Windows {
				found = append(found, field.Forbidden(at, "cannot be set for a windows pod"))
			}
			continue
		}
		found = append(found, validateUserID(at.Child("uid"), &u.Linux.UID)...)
		found = append(found, validateGroupID(at.Child("gid"), &u.Linux.GID)...)
		for g := range u.Linux.SupplementalGroups {
			found = append(found, validateGroupID(at.Child("supplementalGroups").Index(g), &u.Linux.SupplementalGroups[g])...)
		}
	}
	return found
}

// health is that of the devices that a container has. An ephemeral one has none.
func validateResourceHealth(list statusList, spec *corev1.PodSpec) field.ErrorList {
	var found field.ErrorList
	for i := range list.statuses {
		s, at := &list.statuses[i], statusPath.Child(list.name).Index(i).Child("allocatedResourcesStatus")
		if list.ephemeral {
			if len(s.AllocatedResourcesStatus) > 0 {
				found = append(found, field.Forbidden(at, "must not be specified in container status"))
			}
			continue
		}
		c := containerNamed(list.containers(spec), s.Name)
		for j, r := range s.AllocatedResourcesStatus {
			if c != nil {
				found = append(found, validateAllocatedResourcesStatus(at.Index(j).Child("name"), c, r.Name)...)
			}
			found = append(found, validateDeviceHealth(at.Index(j).Child("resources"), r.Resources)...)
		}
	}
	return found
}

func validateAllocatedResourcesStatus(path *field.Path, c *corev1.Container, name corev1.ResourceName) field.ErrorList {
	claim, isClaim := strings.CutPrefix(string(name), "claim:")
	if !isClaim {
		if _, ok := c.Resources.Requests[name]; ok {
			return nil
		}
		return field.ErrorList{field.Invalid(path, name, "must match one of the container's resource requests")}
	}
	if slices.ContainsFunc(c.Resources.Claims, func(r corev1.ResourceClaim) bool {
		return claim == r.Name && r.Request == "" || r.Request != "" && claim == r.Name+"/"+r.Request
	}) {
		return nil
	}
	return field.ErrorList{field.Invalid(path, name, "must match one of the container's resource claims in a format "+
		"'claim:<claimName>/<request>' or 'claim:<claimName>' if request is empty")}
}

func validateDeviceHealth(path *field.Path, list []corev1.ResourceHealth) field.ErrorList {
	var found field.ErrorList
	ids := seen{}
	for i, r := range list {
		found = append(found, among(path.Index(i).Child("health"), r.Health,
			corev1.ResourceHealthStatusHealthy, corev1.ResourceHealthStatusUnhealthy, corev1.ResourceHealthStatusUnknown)...)
		if ids.again(string(r.ResourceID)) {
			found = append(found, field.Duplicate(path.Index(i).Child("resourceID"), r.ResourceID))
		}
	}
	return found
}
