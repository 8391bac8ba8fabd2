package core

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// operatingSystem: what a pod's system does not have cannot be asked of it.
func (s *specCheck) operatingSystem() field.ErrorList {
	os, path := s.spec.OS, s.path.Child("os")
	switch {
	case os == nil:
		return nil
	case os.Name == "":
		return field.ErrorList{field.Required(path.Child("name"), "")}
	case os.Name == corev1.Linux:
		return s.linux()
	case os.Name == corev1.Windows:
		return s.windows()
	}
	return among(path, os.Name, corev1.Linux, corev1.Windows)
}

func (s *specCheck) linux() field.ErrorList {
	const reason = "windows options cannot be set for a linux pod"
	var found field.ErrorList
	if c := s.spec.SecurityContext; c != nil && c.WindowsOptions != nil {
		found = append(found, field.Forbidden(s.path.Child("securityContext", "windowsOptions"), reason))
	}
	s.eachContainer(func(c *corev1.Container, path *field.Path) {
		if c.SecurityContext != nil && c.SecurityContext.WindowsOptions != nil {
			found = append(found, field.Forbidden(path.Child("securityContext", "windowsOptions"), reason))
		}
	})
	return found
}

// setField is a field, and whether it is set.
type setField struct {
	name string
	set  bool
}

func (s *specCheck) windows() field.ErrorList {
	spec, c := s.spec, s.spec.SecurityContext
	if c == nil {
		c = &corev1.PodSecurityContext{}
	}
	found := notOnWindows(s.path, []setField{
		{"hostUsers", spec.HostUsers != nil}, {"hostPID", spec.HostPID}, {"hostIPC", spec.HostIPC},
		{"shareProcessNamespace", spec.ShareProcessNamespace != nil},
	})
	found = append(found, notOnWindows(s.path.Child("securityContext"), []setField{
		{"appArmorProfile", c.AppArmorProfile != nil}, {"seLinuxOptions", c.SELinuxOptions != nil},
		{"seccompProfile", c.SeccompProfile != nil}, {"fsGroup", c.FSGroup != nil},
		{"fsGroupChangePolicy", c.FSGroupChangePolicy != nil}, {"sysctls", len(c.Sysctls) > 0},
		{"runAsUser", c.RunAsUser != nil}, {"runAsGroup", c.RunAsGroup != nil},
		{"supplementalGroups", c.SupplementalGroups != nil}, {"supplementalGroupsPolicy", c.SupplementalGroupsPolicy != nil},
		{"seLinuxChangePolicy", c.SELinuxChangePolicy != nil},
	})...)
	s.eachContainer(func(container *corev1.Container, path *field.Path) {
		if c := container.SecurityContext; c != nil {
			found = append(found, notOnWindows(path.Child("securityContext"), []setField{
				{"appArmorProfile", c.AppArmorProfile != nil}, {"seLinuxOptions", c.SELinuxOptions != nil},
				{"seccompProfile", c.SeccompProfile != nil}, {"capabilities", c.Capabilities != nil},
				{"readOnlyRootFilesystem", c.ReadOnlyRootFilesystem != nil}, {"privileged", c.Privileged != nil},
				{"allowPrivilegeEscalation", c.AllowPrivilegeEscalation != nil}, {"procMount", c.ProcMount != nil},
				{"runAsUser", c.RunAsUser != nil}, {"runAsGroup", c.RunAsGroup != nil},
			})...)
		}
	})
	return found
}

func notOnWindows(path *field.Path, fields []setField) field.ErrorList {
	var found field.ErrorList
	for _, f := range fields {
		if f.set {
			found = append(found, field.Forbidden(path.Child(f.name), "cannot be set for a windows pod"))
		}
	}
	return found
}
