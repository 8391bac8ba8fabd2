package core

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// initContainers share the containers' names. One that always restarts runs beside the others (a sidecar), and may have
// what only makes sense for that.
func (s *specCheck) initContainers() field.ErrorList {
	names := seen{}
	for i := range s.spec.Containers {
		names[s.spec.Containers[i].Name] = true
	}
	path := s.path.Child("initContainers")
	var found field.ErrorList
	for i := range s.spec.InitContainers {
		c, at := &s.spec.InitContainers[i], path.Index(i)
		found = append(found, s.container(c, at)...)
		found = append(found, initRestartRules(c, at)...)
		if names[c.Name] {
			found = append(found, field.Duplicate(at.Child("name"), c.Name))
		} else if c.Name != "" {
			names[c.Name] = true
		}
		found = append(found, uniqueHostPorts(s.spec.InitContainers[i:i+1], path)...)
		if isSidecar(c) {
			found = append(found, s.lifecycle(c, at)...)
			found = append(found, s.probes(c, at)...)
		} else {
			found = append(found, runsOnce(c, at)...)
		}
	}
	if !s.options.AllowRestartOnResizeOfInit {
		found = append(found, s.restartOnResizeOfInit()...)
	}
	return found
}

// runsOnce: nobody asks a container that is to end whether it is ready.
func runsOnce(c *corev1.Container, path *field.Path) field.ErrorList {
	var found field.ErrorList
	for _, f := range []struct {
		name string
		set  bool
	}{
		{"lifecycle", c.Lifecycle != nil}, {"livenessProbe", c.LivenessProbe != nil},
		{"readinessProbe", c.ReadinessProbe != nil}, {"startupProbe", c.StartupProbe != nil},
	} {
		if f.set {
			found = append(found, field.Forbidden(path.Child(f.name), "may not be set for init containers without restartPolicy=Always"))
		}
	}
	return found
}

func (s *specCheck) restartOnResizeOfInit() field.ErrorList {
	var found field.ErrorList
	for i := range s.spec.InitContainers {
		c := &s.spec.InitContainers[i]
		for j, p := range c.ResizePolicy {
			if !isSidecar(c) && p.RestartPolicy == corev1.RestartContainer {
				path := s.path.Child("initContainers").Index(i).Child("resizePolicy").Index(j).Child("restartPolicy")
				found = append(found, field.Invalid(path, p.RestartPolicy, "must not be set to 'RestartContainer' for non-sidecar initContainers"))
			}
		}
	}
	return found
}
