package podspec

import (
	"fmt"
	"regexp"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"k8s.io/utils/ptr"

	"kubepath/chapters/17-controlplane/validate"
)

// validateSecurityContext checks the pod's security context.
// Upstream: validatePodSpecSecurityContext.
func (s *specValidator) validateSecurityContext() field.ErrorList {
	c, path := s.spec.SecurityContext, s.path.Child("securityContext")
	if c == nil {
		c = &corev1.PodSecurityContext{}
	}
	errs := ValidateGroupID(path.Child("fsGroup"), c.FSGroup)
	errs = append(errs, ValidateUserID(path.Child("runAsUser"), c.RunAsUser)...)
	errs = append(errs, ValidateGroupID(path.Child("runAsGroup"), c.RunAsGroup)...)
	for i := range c.SupplementalGroups {
		errs = append(errs, ValidateGroupID(path.Child("supplementalGroups").Index(i), &c.SupplementalGroups[i])...)
	}
	if s.spec.HostPID && ptr.Deref(s.spec.ShareProcessNamespace, false) {
		errs = append(errs, field.Invalid(path.Child("shareProcessNamespace"), true,
			"ShareProcessNamespace and HostPID cannot both be enabled"))
	}
	errs = append(errs, s.validateSysctls(path.Child("sysctls"), c.Sysctls)...)
	if p := c.FSGroupChangePolicy; p != nil {
		errs = append(errs, validate.Supported(path.Child("fsGroupChangePolicy"), *p, corev1.FSGroupChangeAlways, corev1.FSGroupChangeOnRootMismatch)...)
	}
	errs = append(errs, validateSeccompProfile(path.Child("seccompProfile"), c.SeccompProfile)...)
	errs = append(errs, validateWindowsOptions(path.Child("windowsOptions"), c.WindowsOptions)...)
	errs = append(errs, ValidateAppArmorProfile(path.Child("appArmorProfile"), c.AppArmorProfile)...)
	if p := c.SupplementalGroupsPolicy; p != nil {
		errs = append(errs, validate.Supported(path.Child("supplementalGroupsPolicy"), *p, corev1.SupplementalGroupsPolicyMerge,
			corev1.SupplementalGroupsPolicyStrict)...)
	}
	if s.options.AllowSELinuxChangePolicy && c.SELinuxChangePolicy != nil {
		return append(errs, validate.Supported(path.Child("seLinuxChangePolicy"), *c.SELinuxChangePolicy,
			corev1.SELinuxChangePolicyMountOption, corev1.SELinuxChangePolicyRecursive)...)
	}
	return append(errs, s.validateSELinuxChangePolicy()...)
}

// validateSELinuxChangePolicy: the policy Recursive needs a feature gate that is off.
func (s *specValidator) validateSELinuxChangePolicy() field.ErrorList {
	c := s.spec.SecurityContext
	if c == nil || c.SELinuxChangePolicy == nil {
		return nil
	}
	return validate.Supported(s.path.Child("securityContext", "seLinuxChangePolicy"), *c.SELinuxChangePolicy, corev1.SELinuxChangePolicyRecursive)
}

const (
	sysctlSegment = "[a-z0-9]([-_a-z0-9]*[a-z0-9])?"
	longestSysctl = 253
)

var sysctlName = regexp.MustCompile("^(" + sysctlSegment + "[\\./])*" + sysctlSegment + "$")

func (s *specValidator) validateSysctls(path *field.Path, list []corev1.Sysctl) field.ErrorList {
	var errs field.ErrorList
	names := validate.Seen{}
	for i, sysctl := range list {
		at, name := path.Index(i).Child("name"), sysctl.Name
		switch known := names.Repeated(name); {
		case name == "":
			errs = append(errs, field.Required(at, ""))
		case len(name) > longestSysctl || !sysctlName.MatchString(name):
			errs = append(errs, field.Invalid(at, name, fmt.Sprintf("must have at most %d characters and match regex %s", longestSysctl,
				sysctlName)))
		case known:
			errs = append(errs, field.Duplicate(at, name))
		}
	}
	if !s.options.AllowHostSysctls {
		errs = append(errs, s.validateHostSysctls()...)
	}
	return errs
}

// validateHostSysctls: with hostNetwork or hostIPC, sysctls of that namespace are forbidden.
func (s *specValidator) validateHostSysctls() field.ErrorList {
	if s.spec.SecurityContext == nil {
		return nil
	}
	var errs field.ErrorList
	for i, sysctl := range s.spec.SecurityContext.Sysctls {
		path := s.path.Child("securityContext", "sysctls").Index(i).Child("name")
		switch name := strings.ReplaceAll(sysctl.Name, "/", "."); {
		case s.spec.HostNetwork && strings.HasPrefix(name, "net."):
			errs = append(errs, field.Invalid(path, sysctl.Name, "may not be specified when 'hostNetwork' is true"))
		case s.spec.HostIPC && ofIPC.MatchString(name):
			errs = append(errs, field.Invalid(path, sysctl.Name, "may not be specified when 'hostIPC' is true"))
		}
	}
	return errs
}

// ofIPC matches the sysctls of the IPC namespace.
var ofIPC = regexp.MustCompile(`^(kernel\.(sem|shm|shmall|shmmax|shmmni|shm_rmid_forced|msg|msgmax|msgmnb|msgmni)$|fs\.mqueue\.)`)

// validateHostUsers: hostUsers=false forbids hostPID and hostIPC.
func (s *specValidator) validateHostUsers() field.ErrorList {
	if ptr.Deref(s.spec.HostUsers, true) {
		return nil
	}
	var errs field.ErrorList
	if !s.options.AllowUserNamespaceOfNetwork {
		errs = s.validateHostUsersAndNetwork()
	}
	for _, shared := range []setField{{"HostPID", s.spec.HostPID}, {"HostIPC", s.spec.HostIPC}} {
		if shared.set {
			errs = append(errs, field.Forbidden(s.path.Child(shared.name), "when `hostUsers` is false"))
		}
	}
	if !s.options.AllowUserNamespaceDevices {
		errs = append(errs, s.validateHostUsersAndDevices()...)
	}
	return errs
}

func (s *specValidator) validateHostUsersAndNetwork() field.ErrorList {
	if ptr.Deref(s.spec.HostUsers, true) || !s.spec.HostNetwork {
		return nil
	}
	return field.ErrorList{field.Forbidden(s.path.Child("hostNetwork"), "when `hostUsers` is false")}
}

func (s *specValidator) validateHostUsersAndDevices() field.ErrorList {
	if ptr.Deref(s.spec.HostUsers, true) {
		return nil
	}
	var errs field.ErrorList
	s.eachContainer(func(c *corev1.Container, path *field.Path) {
		if len(c.VolumeDevices) > 0 {
			errs = append(errs, field.Forbidden(path.Child("volumeDevices"), "when `hostUsers` is false"))
		}
	})
	return errs
}

// validateContainerSecurityContext checks the security context of a container. Upstream: ValidateSecurityContext.
func (s *specValidator) validateContainerSecurityContext(path *field.Path, c *corev1.SecurityContext) field.ErrorList {
	if c == nil {
		return nil
	}
	errs := ValidateUserID(path.Child("runAsUser"), c.RunAsUser)
	errs = append(errs, ValidateGroupID(path.Child("runAsGroup"), c.RunAsGroup)...)
	if m := c.ProcMount; m != nil {
		errs = append(errs, validate.Supported(path.Child("procMount"), *m, corev1.DefaultProcMount, corev1.UnmaskedProcMount)...)
		if *m == corev1.UnmaskedProcMount && ptr.Deref(s.spec.HostUsers, true) {
			errs = append(errs, field.Invalid(path.Child("procMount"), m, "`hostUsers` must be false to use `Unmasked`"))
		}
	}
	errs = append(errs, validateSeccompProfile(path.Child("seccompProfile"), c.SeccompProfile)...)
	errs = append(errs, validatePrivilegeEscalation(path, c)...)
	errs = append(errs, validateWindowsOptions(path.Child("windowsOptions"), c.WindowsOptions)...)
	return append(errs, ValidateAppArmorProfile(path.Child("appArmorProfile"), c.AppArmorProfile)...)
}

// validatePrivilegeEscalation: a privileged container, or one with CAP_SYS_ADMIN, cannot have allowPrivilegeEscalation=false.
func validatePrivilegeEscalation(path *field.Path, c *corev1.SecurityContext) field.ErrorList {
	if ptr.Deref(c.AllowPrivilegeEscalation, true) {
		return nil
	}
	var errs field.ErrorList
	if ptr.Deref(c.Privileged, false) {
		errs = append(errs, field.Invalid(path, c, "cannot set `allowPrivilegeEscalation` to false and `privileged` to true"))
	}
	for i := 0; c.Capabilities != nil && i < len(c.Capabilities.Add); i++ {
		if c.Capabilities.Add[i] == "CAP_SYS_ADMIN" {
			errs = append(errs, field.Invalid(path, c,
				"cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN"))
		}
	}
	return errs
}

// ValidateUserID: the id is from 0 to the largest int32; nil is valid.
func ValidateUserID(path *field.Path, id *int64) field.ErrorList {
	if id == nil {
		return nil
	}
	return validate.Invalid(path, *id, validation.IsValidUserID(*id))
}

// ValidateGroupID: the id is from 0 to the largest int32; nil is valid.
func ValidateGroupID(path *field.Path, id *int64) field.ErrorList {
	if id == nil {
		return nil
	}
	return validate.Invalid(path, *id, validation.IsValidGroupID(*id))
}

// validateSeccompProfile: only a Localhost profile has, and must have, a file on the node.
func validateSeccompProfile(path *field.Path, p *corev1.SeccompProfile) field.ErrorList {
	if p == nil {
		return nil
	}
	var errs field.ErrorList
	if p.Type == "" {
		errs = append(errs, field.Required(path.Child("type"), "type is required when seccompProfile is set"))
	} else {
		errs = append(errs, validate.Supported(path.Child("type"), p.Type, corev1.SeccompProfileTypeLocalhost,
			corev1.SeccompProfileTypeRuntimeDefault, corev1.SeccompProfileTypeUnconfined)...)
	}
	file := path.Child("localhostProfile")
	switch {
	case p.Type == corev1.SeccompProfileTypeLocalhost && p.LocalhostProfile == nil:
		errs = append(errs, field.Required(file, "must be set when seccomp type is Localhost"))
	case p.Type == corev1.SeccompProfileTypeLocalhost:
		errs = append(errs, validate.LocalDescendingPath(file, *p.LocalhostProfile)...)
	case p.LocalhostProfile != nil:
		errs = append(errs, field.Invalid(file, p, "can only be set when seccomp type is Localhost"))
	}
	return errs
}

// ValidateAppArmorProfile: only a Localhost profile has, and must have, a profile that is loaded on the node.
func ValidateAppArmorProfile(path *field.Path, p *corev1.AppArmorProfile) field.ErrorList {
	if p == nil {
		return nil
	}
	file := path.Child("localhostProfile")
	switch p.Type {
	case corev1.AppArmorProfileTypeLocalhost:
		return validateLocalAppArmorProfile(file, p.LocalhostProfile)
	case corev1.AppArmorProfileTypeRuntimeDefault, corev1.AppArmorProfileTypeUnconfined:
		if p.LocalhostProfile != nil {
			return field.ErrorList{field.Invalid(file, p.LocalhostProfile, "can only be set when AppArmor type is Localhost")}
		}
		return nil
	case "":
		return field.ErrorList{field.Required(path.Child("type"), "type is required when appArmorProfile is set")}
	}
	return validate.Supported(path.Child("type"), p.Type, corev1.AppArmorProfileTypeLocalhost,
		corev1.AppArmorProfileTypeRuntimeDefault, corev1.AppArmorProfileTypeUnconfined)
}

func validateLocalAppArmorProfile(path *field.Path, name *string) field.ErrorList {
	const longest = 4095 // PATH_MAX without the terminating zero
	if name == nil || *name == "" {
		return field.ErrorList{field.Required(path, "must be set when AppArmor type is Localhost")}
	}
	var errs field.ErrorList
	if strings.TrimSpace(*name) != *name {
		errs = append(errs, field.Invalid(path, *name, "must not be padded with whitespace"))
	}
	if len(*name) > longest {
		errs = append(errs, field.TooLong(path, "", longest))
	}
	return errs
}

// Seccomp and AppArmor profiles were annotations before they were fields. Where both are set they must agree.

// ValidateProfilesMatchAnnotations compares annotations and fields. Upstream: validateSeccompAnnotationsAndFields,
// validateAppArmorAnnotationsAndFieldsMatchOnCreate.
func ValidateProfilesMatchAnnotations(path *field.Path, m *metav1.ObjectMeta, spec *corev1.PodSpec) field.ErrorList {
	if len(m.Annotations) == 0 {
		return nil
	}
	var errs field.ErrorList
	of := spec.SecurityContext
	if of == nil {
		of = &corev1.PodSecurityContext{}
	}
	if text, ok := m.Annotations[corev1.SeccompPodAnnotationKey]; ok && of.SeccompProfile != nil {
		errs = append(errs, validateSeccompMatchesAnnotation(path.Child("securityContext", "seccompProfile"), text, of.SeccompProfile)...)
	}
	onWindows := spec.OS != nil && spec.OS.Name == corev1.Windows
	EachContainer(path, spec, func(c *corev1.Container, path *field.Path) {
		own := c.SecurityContext
		if own == nil {
			own = &corev1.SecurityContext{}
		}
		if text, ok := m.Annotations[corev1.SeccompContainerAnnotationKeyPrefix+c.Name]; ok && own.SeccompProfile != nil {
			errs = append(errs, validateSeccompMatchesAnnotation(path.Child("securityContext", "seccompProfile"), text, own.SeccompProfile)...)
		}
		profile := own.AppArmorProfile
		if profile == nil {
			profile = of.AppArmorProfile
		}
		if text, ok := m.Annotations[corev1.DeprecatedAppArmorBetaContainerAnnotationKeyPrefix+c.Name]; ok && profile != nil && !onWindows {
			errs = append(errs, validateAppArmorMatchesAnnotation(path.Child("securityContext", "appArmorProfile"), text, profile)...)
		}
	})
	return errs
}

func validateSeccompMatchesAnnotation(path *field.Path, text string, p *corev1.SeccompProfile) field.ErrorList {
	file, isFile := strings.CutPrefix(text, corev1.SeccompLocalhostProfileNamePrefix)
	agrees := map[corev1.SeccompProfileType]bool{
		corev1.SeccompProfileTypeUnconfined:     text == corev1.SeccompProfileNameUnconfined,
		corev1.SeccompProfileTypeRuntimeDefault: text == corev1.SeccompProfileRuntimeDefault || text == corev1.DeprecatedSeccompProfileDockerDefault,
		corev1.SeccompProfileTypeLocalhost:      isFile,
	}
	if ok, known := agrees[p.Type]; known && !ok {
		return field.ErrorList{field.Forbidden(path.Child("type"), "seccomp type in annotation and field must match")}
	}
	if p.Type == corev1.SeccompProfileTypeLocalhost && (p.LocalhostProfile == nil || *p.LocalhostProfile != file) {
		return field.ErrorList{field.Forbidden(path.Child("localhostProfile"), "seccomp profile in annotation and field must match")}
	}
	return nil
}

func validateAppArmorMatchesAnnotation(path *field.Path, text string, p *corev1.AppArmorProfile) field.ErrorList {
	file, isFile := strings.CutPrefix(text, corev1.DeprecatedAppArmorBetaProfileNamePrefix)
	agrees := map[corev1.AppArmorProfileType]bool{
		corev1.AppArmorProfileTypeUnconfined:     text == corev1.DeprecatedAppArmorBetaProfileNameUnconfined,
		corev1.AppArmorProfileTypeRuntimeDefault: text == corev1.DeprecatedAppArmorBetaProfileRuntimeDefault,
		corev1.AppArmorProfileTypeLocalhost:      isFile,
	}
	if ok, known := agrees[p.Type]; known && !ok {
		return field.ErrorList{field.Forbidden(path.Child("type"), "apparmor type in annotation and field must match")}
	}
	if p.Type == corev1.AppArmorProfileTypeLocalhost && (p.LocalhostProfile == nil || *p.LocalhostProfile != file) {
		return field.ErrorList{field.Forbidden(path.Child("localhostProfile"), "apparmor profile in annotation and field must match")}
	}
	return nil
}
