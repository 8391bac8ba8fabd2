package core

import (
	"fmt"
	"regexp"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// securityContext is what holds for all containers, and for the volumes they share.
// Upstream: validatePodSpecSecurityContext.
func (s *specCheck) securityContext() field.ErrorList {
	c, path := s.spec.SecurityContext, s.path.Child("securityContext")
	if c == nil {
		c = &corev1.PodSecurityContext{}
	}
	found := isGroup(path.Child("fsGroup"), c.FSGroup)
	found = append(found, isUser(path.Child("runAsUser"), c.RunAsUser)...)
	found = append(found, isGroup(path.Child("runAsGroup"), c.RunAsGroup)...)
	for i := range c.SupplementalGroups {
		found = append(found, isGroup(path.Child("supplementalGroups").Index(i), &c.SupplementalGroups[i])...)
	}
	if s.spec.HostPID && deref(s.spec.ShareProcessNamespace, false) {
		found = append(found, field.Invalid(path.Child("shareProcessNamespace"), true,
			"ShareProcessNamespace and HostPID cannot both be enabled"))
	}
	found = append(found, s.sysctls(c.Sysctls, path.Child("sysctls"))...)
	if p := c.FSGroupChangePolicy; p != nil {
		found = append(found, among(path.Child("fsGroupChangePolicy"), *p, corev1.FSGroupChangeAlways, corev1.FSGroupChangeOnRootMismatch)...)
	}
	found = append(found, seccomp(c.SeccompProfile, path.Child("seccompProfile"))...)
	found = append(found, windowsOptions(c.WindowsOptions, path.Child("windowsOptions"))...)
	found = append(found, appArmor(c.AppArmorProfile, path.Child("appArmorProfile"))...)
	if p := c.SupplementalGroupsPolicy; p != nil {
		found = append(found, among(path.Child("supplementalGroupsPolicy"), *p, corev1.SupplementalGroupsPolicyMerge,
			corev1.SupplementalGroupsPolicyStrict)...)
	}
	if s.options.AllowSELinuxChangePolicy && c.SELinuxChangePolicy != nil {
		return append(found, among(path.Child("seLinuxChangePolicy"), *c.SELinuxChangePolicy,
			corev1.SELinuxChangePolicyMountOption, corev1.SELinuxChangePolicyRecursive)...)
	}
	return append(found, s.seLinuxChangePolicy()...)
}

// seLinuxChangePolicy: one of the two policies is not switched on.
func (s *specCheck) seLinuxChangePolicy() field.ErrorList {
	c := s.spec.SecurityContext
	if c == nil || c.SELinuxChangePolicy == nil {
		return nil
	}
	return among(s.path.Child("securityContext", "seLinuxChangePolicy"), *c.SELinuxChangePolicy, corev1.SELinuxChangePolicyRecursive)
}

const (
	sysctlSegment = "[a-z0-9]([-_a-z0-9]*[a-z0-9])?"
	longestSysctl = 253
)

var sysctlName = regexp.MustCompile("^(" + sysctlSegment + "[\\./])*" + sysctlSegment + "$")

func (s *specCheck) sysctls(list []corev1.Sysctl, path *field.Path) field.ErrorList {
	var found field.ErrorList
	names := seen{}
	for i, sysctl := range list {
		at, name := path.Index(i).Child("name"), sysctl.Name
		switch known := names.again(name); {
		case name == "":
			found = append(found, field.Required(at, ""))
		case len(name) > longestSysctl || !sysctlName.MatchString(name):
			found = append(found, field.Invalid(at, name, fmt.Sprintf("must have at most %d characters and match regex %s", longestSysctl,
				sysctlName)))
		case known:
			found = append(found, field.Duplicate(at, name))
		}
	}
	if !s.options.AllowHostSysctls {
		found = append(found, s.hostSysctls()...)
	}
	return found
}

// hostSysctls: who shares a namespace with the node must not change it.
func (s *specCheck) hostSysctls() field.ErrorList {
	if s.spec.SecurityContext == nil {
		return nil
	}
	var found field.ErrorList
	for i, sysctl := range s.spec.SecurityContext.Sysctls {
		path := s.path.Child("securityContext", "sysctls").Index(i).Child("name")
		switch name := strings.ReplaceAll(sysctl.Name, "/", "."); {
		case s.spec.HostNetwork && strings.HasPrefix(name, "net."):
			found = append(found, field.Invalid(path, sysctl.Name, "may not be specified when 'hostNetwork' is true"))
		case s.spec.HostIPC && ofIPC.MatchString(name):
			found = append(found, field.Invalid(path, sysctl.Name, "may not be specified when 'hostIPC' is true"))
		}
	}
	return found
}

// ofIPC are the sysctls of the namespace for inter-process communication.
var ofIPC = regexp.MustCompile(`^(kernel\.(sem|shm|shmall|shmmax|shmmni|shm_rmid_forced|msg|msgmax|msgmnb|msgmni)$|fs\.mqueue\.)`)

// userNamespace: users of its own are no use to who shares the node's processes.
func (s *specCheck) userNamespace() field.ErrorList {
	if deref(s.spec.HostUsers, true) {
		return nil
	}
	var found field.ErrorList
	if !s.options.AllowUserNamespaceOfNetwork {
		found = s.userNamespaceOfNetwork()
	}
	for _, shared := range []setField{{"HostPID", s.spec.HostPID}, {"HostIPC", s.spec.HostIPC}} {
		if shared.set {
			found = append(found, field.Forbidden(s.path.Child(shared.name), "when `hostUsers` is false"))
		}
	}
	if !s.options.AllowUserNamespaceDevices {
		found = append(found, s.userNamespaceDevices()...)
	}
	return found
}

func (s *specCheck) userNamespaceOfNetwork() field.ErrorList {
	if deref(s.spec.HostUsers, true) || !s.spec.HostNetwork {
		return nil
	}
	return field.ErrorList{field.Forbidden(s.path.Child("hostNetwork"), "when `hostUsers` is false")}
}

func (s *specCheck) userNamespaceDevices() field.ErrorList {
	if deref(s.spec.HostUsers, true) {
		return nil
	}
	var found field.ErrorList
	s.eachContainer(func(c *corev1.Container, path *field.Path) {
		if len(c.VolumeDevices) > 0 {
			found = append(found, field.Forbidden(path.Child("volumeDevices"), "when `hostUsers` is false"))
		}
	})
	return found
}
