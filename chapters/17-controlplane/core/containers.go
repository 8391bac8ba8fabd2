package core

import (
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// containers: at least one, with names of their own.
func (s *specCheck) containers() field.ErrorList {
	path := s.path.Child("containers")
	if len(s.spec.Containers) == 0 {
		return field.ErrorList{field.Required(path, "")}
	}
	var found field.ErrorList
	names := seen{}
	for i := range s.spec.Containers {
		c, at := &s.spec.Containers[i], path.Index(i)
		found = append(found, s.container(c, at)...)
		if names.again(c.Name) {
			found = append(found, field.Duplicate(at.Child("name"), c.Name))
		}
		found = append(found, s.lifecycle(c, at)...)
		found = append(found, s.probes(c, at)...)
		found = append(found, restartRules(c, at)...)
	}
	return append(found, uniqueHostPorts(s.spec.Containers, path)...)
}

// container is what every container must be, of whichever kind. Upstream: validateContainerCommon.
func (s *specCheck) container(c *corev1.Container, path *field.Path) field.ErrorList {
	found := namedLabel(path.Child("name"), c.Name)
	found = append(found, required(path.Child("image"), c.Image)...)
	found = append(found, oneOf(path.Child("terminationMessagePolicy"), c.TerminationMessagePolicy,
		corev1.TerminationMessageReadFile, corev1.TerminationMessageFallbackToLogsOnError)...)
	found = append(found, ports(c.Ports, path.Child("ports"))...)
	found = append(found, environment(c.Env, path.Child("env"))...)
	found = append(found, environmentFrom(c.EnvFrom, path.Child("envFrom"))...)
	found = append(found, s.mounts(c, path.Child("volumeMounts"))...)
	found = append(found, s.devices(c, path.Child("volumeDevices"))...)
	found = append(found, pullPolicy(path.Child("imagePullPolicy"), c.ImagePullPolicy)...)
	found = append(found, s.requirements(&c.Resources, path.Child("resources"), containerResource)...)
	found = append(found, s.resizePolicy(c.ResizePolicy, path.Child("resizePolicy"))...)
	return append(found, s.containerSecurity(c.SecurityContext, path.Child("securityContext"))...)
}

func namedLabel(path *field.Path, name string) field.ErrorList {
	if name == "" {
		return field.ErrorList{field.Required(path, "")}
	}
	return isLabel(path, name)
}

func pullPolicy(path *field.Path, p corev1.PullPolicy) field.ErrorList {
	return oneOf(path, p, corev1.PullAlways, corev1.PullIfNotPresent, corev1.PullNever)
}

// trimmedImage is asked of pods only: templates with spaces around an image are out there.
func trimmedImage(c *corev1.Container, path *field.Path) field.ErrorList {
	if strings.TrimSpace(c.Image) == c.Image {
		return nil
	}
	return field.ErrorList{field.Invalid(path.Child("image"), c.Image, "must not have leading or trailing whitespace")}
}

func trimmedImages(containers []corev1.Container, path *field.Path) field.ErrorList {
	var found field.ErrorList
	for i := range containers {
		found = append(found, trimmedImage(&containers[i], path.Index(i))...)
	}
	return found
}
