package core

import (
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// users are whom the containers run as.
func users(list []corev1.ContainerStatus, path *field.Path, os *corev1.PodOS) field.ErrorList {
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
		found = append(found, isUser(at.Child("uid"), &u.Linux.UID)...)
		found = append(found, isGroup(at.Child("gid"), &u.Linux.GID)...)
		for g := range u.Linux.SupplementalGroups {
			found = append(found, isGroup(at.Child("supplementalGroups").Index(g), &u.Linux.SupplementalGroups[g])...)
		}
	}
	return found
}

// health is that of the devices that a container has. An ephemeral one has none.
func health(list statusList, spec *corev1.PodSpec) field.ErrorList {
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
				found = append(found, allocated(c, r.Name, at.Index(j).Child("name"))...)
			}
			found = append(found, devicesHealth(r.Resources, at.Index(j).Child("resources"))...)
		}
	}
	return found
}

func allocated(c *corev1.Container, name corev1.ResourceName, path *field.Path) field.ErrorList {
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

func devicesHealth(list []corev1.ResourceHealth, path *field.Path) field.ErrorList {
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
