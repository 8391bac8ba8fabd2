package pod

import (
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"k8s.io/utils/net"

	"kubepath/chapters/17-controlplane/podspec"
	"kubepath/chapters/17-controlplane/validate"
)

// ValidatePodStatusUpdate checks an update of the status. Upstream: validation.ValidatePodStatusUpdate.
func ValidatePodStatusUpdate(pod, before *corev1.Pod) field.ErrorList {
	now, was := &pod.Status, &before.Status
	errs := podspec.ValidateAnnotationsUpdate(pod, before, optionsForPod(before))
	errs = append(errs, validatePodConditions(statusPath.Child("conditions"), now.Conditions)...)
	errs = append(errs, validateNominatedNodeName(pod, before)...)
	if now.ObservedGeneration < 0 {
		errs = append(errs, field.Invalid(statusPath.Child("observedGeneration"), now.ObservedGeneration, "must be a non-negative integer"))
	}
	errs = append(errs, validate.Immutable(statusPath.Child("qosClass"), now.QOSClass, was.QOSClass)...)
	errs = append(errs, validateContainerStateTransition(pod, before)...)
	errs = append(errs, validateResourceClaimStatuses(now.ResourceClaimStatuses, &pod.Spec)...)
	errs = append(errs, validateExtendedResourceClaimStatus(now.ExtendedResourceClaimStatus, &pod.Spec)...)
	errs = append(errs, validatePodIPs(now, was)...)
	for _, list := range statusLists(now) {
		errs = append(errs, validateContainerStatusUsers(statusPath.Child(list.name), list.statuses, pod.Spec.OS)...)
		errs = append(errs, validateResourceHealth(list, &pod.Spec)...)
	}
	return errs
}

// validatePodConditions: a condition type that is not a standard one is a qualified name.
func validatePodConditions(path *field.Path, list []corev1.PodCondition) field.ErrorList {
	system := []corev1.PodConditionType{corev1.PodScheduled, corev1.PodReady, corev1.PodInitialized}
	var errs field.ErrorList
	for i, c := range list {
		if c.ObservedGeneration < 0 {
			errs = append(errs, field.Invalid(path.Index(i).Child("observedGeneration"), c.ObservedGeneration, "must be a non-negative integer"))
		}
		if !slices.Contains(system, c.Type) {
			errs = append(errs, validate.QualifiedName(path.Index(i).Child("Type"), string(c.Type))...)
		}
	}
	return errs
}

// validateNominatedNodeName: it cannot be set on a pod that has a node.
func validateNominatedNodeName(pod, before *corev1.Pod) field.ErrorList {
	name, path := pod.Status.NominatedNodeName, statusPath.Child("nominatedNodeName")
	if name == "" || name == before.Status.NominatedNodeName {
		return nil
	}
	errs := validate.ObjectName(path, name)
	if before.Spec.NodeName != "" {
		errs = append(errs, field.Forbidden(path, "may not be set on pods that are already bound to a node"))
	}
	return errs
}

// statusList is the list of statuses of regular, init or ephemeral containers.
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

// validateContainerStateTransition: a terminated container stays terminated, unless its restart policy allows a restart.
func validateContainerStateTransition(pod, before *corev1.Pod) field.ErrorList {
	var errs field.ErrorList
	spec, now := &before.Spec, statusLists(&pod.Status)
	together := podspec.RestartsTogether(spec)
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
			if c == nil || !podspec.MayRestart(c, spec, old.State.Terminated.ExitCode) {
				errs = append(errs, field.Forbidden(statusPath.Child(was.name).Index(i).Child("state"),
					"may not be transitioned to non-terminated state"))
			}
		}
	}
	return errs
}

// runs reports a container that has a status and is not terminated.
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

// validatePodIPs: podIPs and hostIPs have at most one address of each IP family; hostIPs begins with hostIP.
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
	errs := validateIPFamilies(statusPath.Child("podIPs"), ofPod(now), ofPod(was), now.PodIPs)
	if len(now.HostIPs) > 0 && now.HostIPs[0].IP != now.HostIP {
		errs = append(errs, field.Invalid(statusPath.Child("hostIPs").Index(0).Child("ip"), now.HostIPs[0].IP, "must be equal to `hostIP`"))
	}
	return append(errs, validateIPFamilies(statusPath.Child("hostIPs"), ofHost(now), ofHost(was), now.HostIPs)...)
}

func validateIPFamilies(path *field.Path, list, stored []string, shown any) field.ErrorList {
	var errs field.ErrorList
	for i, ip := range list {
		errs = append(errs, validate.IP(path.Index(i), ip, stored...)...)
	}
	if len(list) < 2 {
		return errs
	}
	dual, err := net.IsDualStackIPStrings(list)
	if err != nil {
		errs = append(errs, field.InternalError(path, fmt.Errorf("failed to check for dual stack with error:%v", err)))
	}
	if !dual || len(list) > 2 {
		errs = append(errs, field.Invalid(path, shown, "may specify no more than one IP for each IP family"))
	}
	return errs
}

// validateResourceClaimStatuses checks the names of the claims that were made from the pod's claim templates.
func validateResourceClaimStatuses(list []corev1.PodResourceClaimStatus, spec *corev1.PodSpec) field.ErrorList {
	path, known := statusPath.Child("resourceClaimStatuses"), podspec.ClaimNames(spec)
	var errs field.ErrorList
	names := validate.Seen{}
	for i, s := range list {
		at := path.Index(i)
		if !known.Has(s.Name) {
			errs = append(errs, field.Invalid(at.Child("name"), s.Name, "must match the name of an entry in `spec.resourceClaims`"))
		}
		if names.Repeated(s.Name) {
			errs = append(errs, field.Duplicate(at.Child("name"), s.Name))
		}
		if s.ResourceClaimName != nil {
			errs = append(errs, validate.ObjectName(at.Child("resourceClaimName"), *s.ResourceClaimName)...)
		}
	}
	return errs
}

// validateExtendedResourceClaimStatus checks the claim that the scheduler made for requests of extended resources.
// Upstream: validatePodExtendedResourceClaimStatus.
func validateExtendedResourceClaimStatus(s *corev1.PodExtendedResourceClaimStatus, spec *corev1.PodSpec) field.ErrorList {
	if s == nil {
		return nil
	}
	path := statusPath.Child("extendedResourceClaimStatus")
	mappings := path.Child("requestMappings")
	var errs field.ErrorList
	if len(s.RequestMappings) == 0 {
		errs = append(errs, field.Required(mappings, "at least one request mapping is required"))
	}
	for i, m := range s.RequestMappings {
		at := mappings.Index(i)
		c := containerNamed(spec.Containers, m.ContainerName)
		if c == nil {
			c = containerNamed(spec.InitContainers, m.ContainerName)
		}
		if c == nil {
			errs = append(errs, field.Invalid(at.Child("containerName"), m.ContainerName,
				"must match the name of an entry in spec.initContainers.name or spec.containers.name"))
		} else if _, requested := c.Resources.Requests[corev1.ResourceName(m.ResourceName)]; !requested {
			errs = append(errs, field.Invalid(at.Child("resourceName"), m.ResourceName, "must match the extended resource name of an entry in "+
				"spec.initContainers.resources.requests or spec.containers.resources.requests"))
		}
		errs = append(errs, validate.DNS1123Label(path.Child("requestName"), m.RequestName)...) // upstream's path has no index
		if slices.Contains(s.RequestMappings[:i], m) {
			errs = append(errs, field.Duplicate(at.Child("containerName"), m.ContainerName),
				field.Duplicate(at.Child("resourceName"), m.ResourceName), field.Duplicate(at.Child("requestName"), m.RequestName))
		}
	}
	return append(errs, validate.RequiredObjectName(path.Child("resourceClaimName"), s.ResourceClaimName)...)
}

// validateContainerStatusUsers checks the users that the containers run as.
func validateContainerStatusUsers(path *field.Path, list []corev1.ContainerStatus, os *corev1.PodOS) field.ErrorList {
	var errs field.ErrorList
	for i := range list {
		u := list[i].User
		if u == nil || u.Linux == nil {
			continue
		}
		at := path.Index(i).Child("user", "linux")
		if os != nil && os.Name != corev1.Linux {
			if os.Name == corev1.Windows {
				errs = append(errs, field.Forbidden(at, "cannot be set for a windows pod"))
			}
			continue
		}
		errs = append(errs, podspec.ValidateUserID(at.Child("uid"), &u.Linux.UID)...)
		errs = append(errs, podspec.ValidateGroupID(at.Child("gid"), &u.Linux.GID)...)
		for g := range u.Linux.SupplementalGroups {
			errs = append(errs, podspec.ValidateGroupID(at.Child("supplementalGroups").Index(g), &u.Linux.SupplementalGroups[g])...)
		}
	}
	return errs
}

// validateResourceHealth checks the health of a container's devices. Ephemeral containers have no devices.
func validateResourceHealth(list statusList, spec *corev1.PodSpec) field.ErrorList {
	var errs field.ErrorList
	for i := range list.statuses {
		s, at := &list.statuses[i], statusPath.Child(list.name).Index(i).Child("allocatedResourcesStatus")
		if list.ephemeral {
			if len(s.AllocatedResourcesStatus) > 0 {
				errs = append(errs, field.Forbidden(at, "must not be specified in container status"))
			}
			continue
		}
		c := containerNamed(list.containers(spec), s.Name)
		for j, r := range s.AllocatedResourcesStatus {
			if c != nil {
				errs = append(errs, validateAllocatedResourcesStatus(at.Index(j).Child("name"), c, r.Name)...)
			}
			errs = append(errs, validateDeviceHealth(at.Index(j).Child("resources"), r.Resources)...)
		}
	}
	return errs
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
	var errs field.ErrorList
	ids := validate.Seen{}
	for i, r := range list {
		errs = append(errs, validate.Supported(path.Index(i).Child("health"), r.Health,
			corev1.ResourceHealthStatusHealthy, corev1.ResourceHealthStatusUnhealthy, corev1.ResourceHealthStatusUnknown)...)
		if ids.Repeated(string(r.ResourceID)) {
			errs = append(errs, field.Duplicate(path.Index(i).Child("resourceID"), r.ResourceID))
		}
	}
	return errs
}
