package core

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// ephemeralContainers look into a pod that runs. They have no guarantees, and so nothing that would need some.
func (s *specCheck) ephemeralContainers() field.ErrorList {
	if len(s.spec.EphemeralContainers) == 0 {
		return nil
	}
	targets, names := seen{}, seen{}
	for _, containers := range [][]corev1.Container{s.spec.Containers, s.spec.InitContainers} {
		for i := range containers {
			targets[containers[i].Name], names[containers[i].Name] = true, true
		}
	}
	path := s.path.Child("ephemeralContainers")
	var found field.ErrorList
	for i := range s.spec.EphemeralContainers {
		e, at := &s.spec.EphemeralContainers[i], path.Index(i)
		c := asContainer(e)
		found = append(found, s.container(c, at)...)
		found = append(found, trimmedImage(c, at)...)
		if names.again(e.Name) {
			found = append(found, field.Duplicate(at.Child("name"), e.Name))
		}
		if e.TargetContainerName != "" && !targets[e.TargetContainerName] {
			found = append(found, field.NotFound(at.Child("targetContainerName"), e.TargetContainerName))
		}
		found = append(found, onlyToLook(c, at)...)
	}
	return found
}

// onlyToLook: what an ephemeral container may not have.
func onlyToLook(c *corev1.Container, path *field.Path) field.ErrorList {
	const reason = "cannot be set for an Ephemeral Container"
	var found field.ErrorList
	for _, f := range []struct {
		name string
		set  bool
	}{
		{"ports", c.Ports != nil},
		{"resources", c.Resources.Limits != nil || c.Resources.Requests != nil || c.Resources.Claims != nil},
		{"resizePolicy", c.ResizePolicy != nil}, {"restartPolicy", c.RestartPolicy != nil},
		{"restartPolicyRules", c.RestartPolicyRules != nil}, {"livenessProbe", c.LivenessProbe != nil},
		{"readinessProbe", c.ReadinessProbe != nil}, {"startupProbe", c.StartupProbe != nil}, {"lifecycle", c.Lifecycle != nil},
	} {
		if f.set {
			found = append(found, field.Forbidden(path.Child(f.name), reason))
		}
	}
	for i, m := range c.VolumeMounts {
		mount := path.Child("volumeMounts").Index(i)
		if m.SubPath != "" {
			found = append(found, field.Forbidden(mount.Child("subPath"), reason))
		}
		if m.SubPathExpr != "" {
			found = append(found, field.Forbidden(mount.Child("subPathExpr"), reason))
		}
	}
	return found
}
