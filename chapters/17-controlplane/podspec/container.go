package podspec

import (
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"kubepath/chapters/17-controlplane/validate"
)

// validateContainers: there is at least one container, and no two have one name.
func (s *specValidator) validateContainers() field.ErrorList {
	path := s.path.Child("containers")
	if len(s.spec.Containers) == 0 {
		return field.ErrorList{field.Required(path, "")}
	}
	var errs field.ErrorList
	names := validate.Seen{}
	for i := range s.spec.Containers {
		c, at := &s.spec.Containers[i], path.Index(i)
		errs = append(errs, s.validateContainer(at, c)...)
		if names.Repeated(c.Name) {
			errs = append(errs, field.Duplicate(at.Child("name"), c.Name))
		}
		errs = append(errs, s.validateLifecycle(at, c)...)
		errs = append(errs, s.validateProbes(at, c)...)
		errs = append(errs, validateRestartRules(at, c)...)
	}
	return append(errs, validateHostPortsUnique(path, s.spec.Containers)...)
}

// validateContainer holds the rules of every container: regular, init and ephemeral. Upstream: validateContainerCommon.
func (s *specValidator) validateContainer(path *field.Path, c *corev1.Container) field.ErrorList {
	errs := validateDNSLabelName(path.Child("name"), c.Name)
	errs = append(errs, validate.Required(path.Child("image"), c.Image)...)
	errs = append(errs, validate.RequiredAndSupported(path.Child("terminationMessagePolicy"), c.TerminationMessagePolicy,
		corev1.TerminationMessageReadFile, corev1.TerminationMessageFallbackToLogsOnError)...)
	errs = append(errs, validateContainerPorts(path.Child("ports"), c.Ports)...)
	errs = append(errs, validateEnv(path.Child("env"), c.Env)...)
	errs = append(errs, validateEnvFrom(path.Child("envFrom"), c.EnvFrom)...)
	errs = append(errs, s.validateVolumeMounts(path.Child("volumeMounts"), c)...)
	errs = append(errs, s.validateVolumeDevices(path.Child("volumeDevices"), c)...)
	errs = append(errs, validatePullPolicy(path.Child("imagePullPolicy"), c.ImagePullPolicy)...)
	errs = append(errs, s.validateResourceRequirements(path.Child("resources"), &c.Resources, validate.ContainerResourceName)...)
	errs = append(errs, s.validateResizePolicy(path.Child("resizePolicy"), c.ResizePolicy)...)
	return append(errs, s.validateContainerSecurityContext(path.Child("securityContext"), c.SecurityContext)...)
}

func validateDNSLabelName(path *field.Path, name string) field.ErrorList {
	if name == "" {
		return field.ErrorList{field.Required(path, "")}
	}
	return validate.DNS1123Label(path, name)
}

func validatePullPolicy(path *field.Path, p corev1.PullPolicy) field.ErrorList {
	return validate.RequiredAndSupported(path, p, corev1.PullAlways, corev1.PullIfNotPresent, corev1.PullNever)
}

// ValidateImageWithoutSpaces is for pods only: templates that were stored may have spaces around an image.
func ValidateImageWithoutSpaces(path *field.Path, c *corev1.Container) field.ErrorList {
	if strings.TrimSpace(c.Image) == c.Image {
		return nil
	}
	return field.ErrorList{field.Invalid(path.Child("image"), c.Image, "must not have leading or trailing whitespace")}
}

// ValidateImagesWithoutSpaces is ValidateImageWithoutSpaces for a list of containers at path.
func ValidateImagesWithoutSpaces(path *field.Path, containers []corev1.Container) field.ErrorList {
	var errs field.ErrorList
	for i := range containers {
		errs = append(errs, ValidateImageWithoutSpaces(path.Index(i), &containers[i])...)
	}
	return errs
}

// validateInitContainers: no name is also a container's. A sidecar (an init container that always restarts) may have probes
// and lifecycle hooks.
func (s *specValidator) validateInitContainers() field.ErrorList {
	names := validate.Seen{}
	for i := range s.spec.Containers {
		names[s.spec.Containers[i].Name] = true
	}
	path := s.path.Child("initContainers")
	var errs field.ErrorList
	for i := range s.spec.InitContainers {
		c, at := &s.spec.InitContainers[i], path.Index(i)
		errs = append(errs, s.validateContainer(at, c)...)
		errs = append(errs, validateInitContainerRestartRules(at, c)...)
		if names[c.Name] {
			errs = append(errs, field.Duplicate(at.Child("name"), c.Name))
		} else if c.Name != "" {
			names[c.Name] = true
		}
		errs = append(errs, validateHostPortsUnique(path, s.spec.InitContainers[i:i+1])...)
		if IsSidecar(c) {
			errs = append(errs, s.validateLifecycle(at, c)...)
			errs = append(errs, s.validateProbes(at, c)...)
		} else {
			errs = append(errs, validateInitContainerWithoutRestart(at, c)...)
		}
	}
	if !s.options.AllowRestartOnResizeOfInit {
		errs = append(errs, s.validateInitContainerResizePolicy()...)
	}
	return errs
}

// validateInitContainerWithoutRestart: a container that runs to its end has no probes and no lifecycle hooks.
func validateInitContainerWithoutRestart(path *field.Path, c *corev1.Container) field.ErrorList {
	var errs field.ErrorList
	for _, f := range []struct {
		name string
		set  bool
	}{
		{"lifecycle", c.Lifecycle != nil}, {"livenessProbe", c.LivenessProbe != nil},
		{"readinessProbe", c.ReadinessProbe != nil}, {"startupProbe", c.StartupProbe != nil},
	} {
		if f.set {
			errs = append(errs, field.Forbidden(path.Child(f.name), "may not be set for init containers without restartPolicy=Always"))
		}
	}
	return errs
}

func (s *specValidator) validateInitContainerResizePolicy() field.ErrorList {
	var errs field.ErrorList
	for i := range s.spec.InitContainers {
		c := &s.spec.InitContainers[i]
		for j, p := range c.ResizePolicy {
			if !IsSidecar(c) && p.RestartPolicy == corev1.RestartContainer {
				path := s.path.Child("initContainers").Index(i).Child("resizePolicy").Index(j).Child("restartPolicy")
				errs = append(errs, field.Invalid(path, p.RestartPolicy, "must not be set to 'RestartContainer' for non-sidecar initContainers"))
			}
		}
	}
	return errs
}

// validateEphemeralContainers: they are added to a running pod to debug it, and have no resources, ports or probes.
func (s *specValidator) validateEphemeralContainers() field.ErrorList {
	if len(s.spec.EphemeralContainers) == 0 {
		return nil
	}
	targets, names := validate.Seen{}, validate.Seen{}
	for _, containers := range [][]corev1.Container{s.spec.Containers, s.spec.InitContainers} {
		for i := range containers {
			targets[containers[i].Name], names[containers[i].Name] = true, true
		}
	}
	path := s.path.Child("ephemeralContainers")
	var errs field.ErrorList
	for i := range s.spec.EphemeralContainers {
		e, at := &s.spec.EphemeralContainers[i], path.Index(i)
		c := asContainer(e)
		errs = append(errs, s.validateContainer(at, c)...)
		errs = append(errs, ValidateImageWithoutSpaces(at, c)...)
		if names.Repeated(e.Name) {
			errs = append(errs, field.Duplicate(at.Child("name"), e.Name))
		}
		if e.TargetContainerName != "" && !targets[e.TargetContainerName] {
			errs = append(errs, field.NotFound(at.Child("targetContainerName"), e.TargetContainerName))
		}
		errs = append(errs, validateEphemeralContainerFields(at, c)...)
	}
	return errs
}

// validateEphemeralContainerFields finds fields that an ephemeral container may not have.
func validateEphemeralContainerFields(path *field.Path, c *corev1.Container) field.ErrorList {
	const reason = "cannot be set for an Ephemeral Container"
	var errs field.ErrorList
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
			errs = append(errs, field.Forbidden(path.Child(f.name), reason))
		}
	}
	for i, m := range c.VolumeMounts {
		mount := path.Child("volumeMounts").Index(i)
		if m.SubPath != "" {
			errs = append(errs, field.Forbidden(mount.Child("subPath"), reason))
		}
		if m.SubPathExpr != "" {
			errs = append(errs, field.Forbidden(mount.Child("subPathExpr"), reason))
		}
	}
	return errs
}

func validateContainerPorts(path *field.Path, list []corev1.ContainerPort) field.ErrorList {
	var errs field.ErrorList
	names := validate.Seen{}
	for i := range list {
		p, at := &list[i], path.Index(i)
		if p.Name != "" {
			if bad := validation.IsValidPortName(p.Name); len(bad) > 0 {
				errs = append(errs, validate.Invalid(at.Child("name"), p.Name, bad)...)
			} else if names.Repeated(p.Name) {
				errs = append(errs, field.Duplicate(at.Child("name"), p.Name))
			}
		}
		if p.ContainerPort == 0 {
			errs = append(errs, field.Required(at.Child("containerPort"), ""))
		} else {
			errs = append(errs, validate.PortNumber(at.Child("containerPort"), p.ContainerPort)...)
		}
		if p.HostPort != 0 {
			errs = append(errs, validate.PortNumber(at.Child("hostPort"), p.HostPort)...)
		}
		errs = append(errs, validate.RequiredAndSupported(at.Child("protocol"), p.Protocol, corev1.ProtocolSCTP, corev1.ProtocolTCP, corev1.ProtocolUDP)...)
	}
	return errs
}

// validateHostPortsUnique: no two containers use the same host port.
func validateHostPortsUnique(path *field.Path, containers []corev1.Container) field.ErrorList {
	var errs field.ErrorList
	taken := validate.Seen{}
	for i := range containers {
		for j, p := range containers[i].Ports {
			if p.HostPort == 0 {
				continue
			}
			if key := fmt.Sprintf("%s/%s/%d", p.Protocol, p.HostIP, p.HostPort); taken.Repeated(key) {
				errs = append(errs, field.Duplicate(path.Index(i).Child("ports").Index(j).Child("hostPort"), key))
			}
		}
	}
	return errs
}

// validateHostNetworkPorts: with hostNetwork, hostPort equals containerPort. A template may leave hostPort out.
func (s *specValidator) validateHostNetworkPorts() field.ErrorList {
	if !s.spec.HostNetwork {
		return nil
	}
	var errs field.ErrorList
	for i := range s.spec.Containers {
		for j, p := range s.spec.Containers[i].Ports {
			if (s.options.Pod || p.HostPort != 0) && p.HostPort != p.ContainerPort {
				path := s.path.Child("containers").Index(i).Child("ports").Index(j).Child("hostPort")
				errs = append(errs, field.Invalid(path, p.HostPort, "must match `containerPort` when `hostNetwork` is true"))
			}
		}
	}
	return errs
}

// validateInitContainerRestartRules is validateRestartRules for init containers: rules need a restart policy beside them.
func validateInitContainerRestartRules(path *field.Path, c *corev1.Container) field.ErrorList {
	if c.RestartPolicy == nil && len(c.RestartPolicyRules) > 0 {
		return field.ErrorList{field.Required(path.Child("restartPolicy"), "must specify restartPolicy when restart rules are used")}
	}
	return validateRestartRules(path, c)
}

// validateRestartRules: a container's restart policy, and the exit codes that are exceptions to it.
// Upstream: validateContainerRestartPolicy.
func validateRestartRules(path *field.Path, c *corev1.Container) field.ErrorList {
	var errs field.ErrorList
	if c.RestartPolicy != nil {
		errs = validate.Supported(path.Child("restartPolicy"), *c.RestartPolicy, corev1.ContainerRestartPolicyAlways,
			corev1.ContainerRestartPolicyNever, corev1.ContainerRestartPolicyOnFailure)
	} else if len(c.RestartPolicyRules) > 0 {
		errs = append(errs, field.Required(path.Child("restartPolicy"), "must specify restartPolicy when restart rules are used"))
	}
	rules := path.Child("restartPolicyRules")
	if n := len(c.RestartPolicyRules); n > 20 {
		errs = append(errs, field.TooMany(rules, n, 20))
	}
	for i, rule := range c.RestartPolicyRules {
		at := rules.Index(i)
		errs = append(errs, validate.Supported(at.Child("action"), rule.Action,
			corev1.ContainerRestartRuleActionRestart, corev1.ContainerRestartRuleActionRestartAllContainers)...)
		errs = append(errs, validateExitCodes(at.Child("exitCodes"), rule.ExitCodes)...)
	}
	return errs
}

func validateExitCodes(path *field.Path, codes *corev1.ContainerRestartRuleOnExitCodes) field.ErrorList {
	if codes == nil {
		return field.ErrorList{field.Required(path, "must be specified")}
	}
	errs := validate.Supported(path.Child("operator"), codes.Operator,
		corev1.ContainerRestartRuleOnExitCodesOpIn, corev1.ContainerRestartRuleOnExitCodesOpNotIn)
	if n := len(codes.Values); n > 255 {
		errs = append(errs, field.TooMany(path.Child("values"), n, 255))
	}
	return errs
}

// validateResizePolicy checks whether a container must restart when one of its resources is resized.
func (s *specValidator) validateResizePolicy(path *field.Path, policies []corev1.ContainerResizePolicy) field.ErrorList {
	var errs field.ErrorList
	names := validate.Seen{}
	for i, p := range policies {
		if names.Repeated(string(p.ResourceName)) {
			errs = append(errs, field.Duplicate(path.Index(i), p.ResourceName))
		}
		errs = append(errs, validate.RequiredAndSupported(path, p.ResourceName, corev1.ResourceCPU, corev1.ResourceMemory)...)
		errs = append(errs, validate.RequiredAndSupported(path, p.RestartPolicy, corev1.NotRequired, corev1.RestartContainer)...)
		if s.spec.RestartPolicy == corev1.RestartPolicyNever && p.RestartPolicy != corev1.NotRequired {
			errs = append(errs, field.Invalid(path, p.RestartPolicy, "must be 'NotRequired' when pod `restartPolicy` is 'Never'"))
		}
	}
	return errs
}

// MayRestart reports whether a container that ended with this exit code may be started again. Upstream: ContainerShouldRestart.
func MayRestart(c *corev1.Container, spec *corev1.PodSpec, code int32) bool {
	always, onFailure := spec.RestartPolicy != corev1.RestartPolicyNever, spec.RestartPolicy == corev1.RestartPolicyOnFailure
	if c.RestartPolicy != nil {
		for _, rule := range c.RestartPolicyRules {
			if matchesCode(rule.ExitCodes, code) {
				return true
			}
		}
		always, onFailure = *c.RestartPolicy != corev1.ContainerRestartPolicyNever, *c.RestartPolicy == corev1.ContainerRestartPolicyOnFailure
	}
	if onFailure {
		return code != 0
	}
	return always
}

func matchesCode(codes *corev1.ContainerRestartRuleOnExitCodes, code int32) bool {
	if codes == nil {
		return false
	}
	return slices.Contains(codes.Values, code) == (codes.Operator == corev1.ContainerRestartRuleOnExitCodesOpIn)
}

// RestartsTogether reports a spec in which the exit of one container may restart all of them.
func RestartsTogether(spec *corev1.PodSpec) bool {
	for _, containers := range [][]corev1.Container{spec.InitContainers, spec.Containers} {
		for i := range containers {
			for _, rule := range containers[i].RestartPolicyRules {
				if rule.Action == corev1.ContainerRestartRuleActionRestartAllContainers {
					return true
				}
			}
		}
	}
	return false
}

// IsSidecar reports an init container that always restarts. Upstream: IsRestartableInitContainer.
func IsSidecar(c *corev1.Container) bool {
	return c.RestartPolicy != nil && *c.RestartPolicy == corev1.ContainerRestartPolicyAlways
}
