package core

import (
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"kubepath/chapters/17-controlplane/resource"
)

// containerSecurity is who a container runs as, and what it may do. Upstream: ValidateSecurityContext.
func (s *specCheck) containerSecurity(c *corev1.SecurityContext, path *field.Path) field.ErrorList {
	if c == nil {
		return nil
	}
	found := isUser(path.Child("runAsUser"), c.RunAsUser)
	found = append(found, isGroup(path.Child("runAsGroup"), c.RunAsGroup)...)
	if m := c.ProcMount; m != nil {
		found = append(found, among(path.Child("procMount"), *m, corev1.DefaultProcMount, corev1.UnmaskedProcMount)...)
		if *m == corev1.UnmaskedProcMount && deref(s.spec.HostUsers, true) {
			found = append(found, field.Invalid(path.Child("procMount"), m, "`hostUsers` must be false to use `Unmasked`"))
		}
	}
	found = append(found, seccomp(c.SeccompProfile, path.Child("seccompProfile"))...)
	found = append(found, escalation(c, path)...)
	found = append(found, windowsOptions(c.WindowsOptions, path.Child("windowsOptions"))...)
	return append(found, appArmor(c.AppArmorProfile, path.Child("appArmorProfile"))...)
}

// escalation: who is privileged already cannot be kept from becoming it.
func escalation(c *corev1.SecurityContext, path *field.Path) field.ErrorList {
	if deref(c.AllowPrivilegeEscalation, true) {
		return nil
	}
	var found field.ErrorList
	if deref(c.Privileged, false) {
		found = append(found, field.Invalid(path, resource.InternalForm(c), "cannot set `allowPrivilegeEscalation` to false and `privileged` to true"))
	}
	for i := 0; c.Capabilities != nil && i < len(c.Capabilities.Add); i++ {
		if c.Capabilities.Add[i] == "CAP_SYS_ADMIN" {
			found = append(found, field.Invalid(path, resource.InternalForm(c),
				"cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN"))
		}
	}
	return found
}

func isUser(path *field.Path, id *int64) field.ErrorList {
	if id == nil {
		return nil
	}
	return wrong(path, *id, validation.IsValidUserID(*id))
}

func isGroup(path *field.Path, id *int64) field.ErrorList {
	if id == nil {
		return nil
	}
	return wrong(path, *id, validation.IsValidGroupID(*id))
}

// seccomp filters system calls by a profile of the runtime's or of the node's.
func seccomp(p *corev1.SeccompProfile, path *field.Path) field.ErrorList {
	if p == nil {
		return nil
	}
	var found field.ErrorList
	if p.Type == "" {
		found = append(found, field.Required(path.Child("type"), "type is required when seccompProfile is set"))
	} else {
		found = append(found, among(path.Child("type"), p.Type, corev1.SeccompProfileTypeLocalhost,
			corev1.SeccompProfileTypeRuntimeDefault, corev1.SeccompProfileTypeUnconfined)...)
	}
	file := path.Child("localhostProfile")
	switch {
	case p.Type == corev1.SeccompProfileTypeLocalhost && p.LocalhostProfile == nil:
		found = append(found, field.Required(file, "must be set when seccomp type is Localhost"))
	case p.Type == corev1.SeccompProfileTypeLocalhost:
		found = append(found, isRelative(file, *p.LocalhostProfile)...)
	case p.LocalhostProfile != nil:
		found = append(found, field.Invalid(file, resource.InternalForm(p), "can only be set when seccomp type is Localhost"))
	}
	return found
}

// appArmor confines a container by a profile of the runtime's or of the node's.
func appArmor(p *corev1.AppArmorProfile, path *field.Path) field.ErrorList {
	if p == nil {
		return nil
	}
	file := path.Child("localhostProfile")
	switch p.Type {
	case corev1.AppArmorProfileTypeLocalhost:
		return appArmorFile(p.LocalhostProfile, file)
	case corev1.AppArmorProfileTypeRuntimeDefault, corev1.AppArmorProfileTypeUnconfined:
		if p.LocalhostProfile != nil {
			return field.ErrorList{field.Invalid(file, p.LocalhostProfile, "can only be set when AppArmor type is Localhost")}
		}
		return nil
	case "":
		return field.ErrorList{field.Required(path.Child("type"), "type is required when appArmorProfile is set")}
	}
	return among(path.Child("type"), p.Type, corev1.AppArmorProfileTypeLocalhost,
		corev1.AppArmorProfileTypeRuntimeDefault, corev1.AppArmorProfileTypeUnconfined)
}

func appArmorFile(name *string, path *field.Path) field.ErrorList {
	const longest = 4095 // a path's, without its end
	if name == nil || *name == "" {
		return field.ErrorList{field.Required(path, "must be set when AppArmor type is Localhost")}
	}
	var found field.ErrorList
	if strings.TrimSpace(*name) != *name {
		found = append(found, field.Invalid(path, *name, "must not be padded with whitespace"))
	}
	if len(*name) > longest {
		found = append(found, field.TooLong(path, "", longest))
	}
	return found
}
