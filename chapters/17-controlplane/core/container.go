package core

import (
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// validateContainers: at least one, with names of their own.
func (s *specValidator) validateContainers() field.ErrorList {
	path := s.path.Child("containers")
	if len(s.spec.Containers) == 0 {
		return field.ErrorList{field.Required(path, "")}
	}
	var found field.ErrorList
	names := seen{}
	for i := range s.spec.Containers {
		c, at := &s.spec.Containers[i], path.Index(i)
		found = append(found, s.validateContainer(at, c)...)
		if names.again(c.Name) {
			found = append(found, field.Duplicate(at.Child("name"), c.Name))
		}
		found = append(found, s.validateLifecycle(at, c)...)
		found = append(found, s.validateProbes(at, c)...)
		found = append(found, validateRestartRules(at, c)...)
	}
	return append(found, validateHostPortsUnique(path, s.spec.Containers)...)
}

// container is what every container must be, of whichever kind. Upstream: validateContainerCommon.
func (s *specValidator) validateContainer(path *field.Path, c *corev1.Container) field.ErrorList {
	found := validateDNSLabelName(path.Child("name"), c.Name)
	found = append(found, required(path.Child("image"), c.Image)...)
	found = append(found, oneOf(path.Child("terminationMessagePolicy"), c.TerminationMessagePolicy,
		corev1.TerminationMessageReadFile, corev1.TerminationMessageFallbackToLogsOnError)...)
	found = append(found, validateContainerPorts(path.Child("ports"), c.Ports)...)
	found = append(found, validateEnv(path.Child("env"), c.Env)...)
	found = append(found, validateEnvFrom(path.Child("envFrom"), c.EnvFrom)...)
	found = append(found, s.validateVolumeMounts(path.Child("volumeMounts"), c)...)
	found = append(found, s.validateVolumeDevices(path.Child("volumeDevices"), c)...)
	found = append(found, validatePullPolicy(path.Child("imagePullPolicy"), c.ImagePullPolicy)...)
	found = append(found, s.validateResourceRequirements(path.Child("resources"), &c.Resources, containerResource)...)
	found = append(found, s.validateResizePolicy(path.Child("resizePolicy"), c.ResizePolicy)...)
	return append(found, s.validateContainerSecurityContext(path.Child("securityContext"), c.SecurityContext)...)
}

func validateDNSLabelName(path *field.Path, name string) field.ErrorList {
	if name == "" {
		return field.ErrorList{field.Required(path, "")}
	}
	return isLabel(path, name)
}

func validatePullPolicy(path *field.Path, p corev1.PullPolicy) field.ErrorList {
	return oneOf(path, p, corev1.PullAlways, corev1.PullIfNotPresent, corev1.PullNever)
}

// validateImageWithoutSpaces is asked of pods only: templates with spaces around an image are out there.
func validateImageWithoutSpaces(path *field.Path, c *corev1.Container) field.ErrorList {
	if strings.TrimSpace(c.Image) == c.Image {
		return nil
	}
	return field.ErrorList{field.Invalid(path.Child("image"), c.Image, "must not have leading or trailing whitespace")}
}

func validateImagesWithoutSpaces(path *field.Path, containers []corev1.Container) field.ErrorList {
	var found field.ErrorList
	for i := range containers {
		found = append(found, validateImageWithoutSpaces(path.Index(i), &containers[i])...)
	}
	return found
}

// validateInitContainers share the containers' names. One that always restarts runs beside the others (a sidecar), and may have
// what only makes sense for that.
func (s *specValidator) validateInitContainers() field.ErrorList {
	names := seen{}
	for i := range s.spec.Containers {
		names[s.spec.Containers[i].Name] = true
	}
	path := s.path.Child("initContainers")
	var found field.ErrorList
	for i := range s.spec.InitContainers {
		c, at := &s.spec.InitContainers[i], path.Index(i)
		found = append(found, s.validateContainer(at, c)...)
		found = append(found, validateInitContainerRestartRules(at, c)...)
		if names[c.Name] {
			found = append(found, field.Duplicate(at.Child("name"), c.Name))
		} else if c.Name != "" {
			names[c.Name] = true
		}
		found = append(found, validateHostPortsUnique(path, s.spec.InitContainers[i:i+1])...)
		if isSidecar(c) {
			found = append(found, s.validateLifecycle(at, c)...)
			found = append(found, s.validateProbes(at, c)...)
		} else {
			found = append(found, validateInitContainerWithoutRestart(at, c)...)
		}
	}
	if !s.options.AllowRestartOnResizeOfInit {
		found = append(found, s.validateInitContainerResizePolicy()...)
	}
	return found
}

// validateInitContainerWithoutRestart: nobody asks a container that is to end whether it is ready.
func validateInitContainerWithoutRestart(path *field.Path, c *corev1.Container) field.ErrorList {
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

func (s *specValidator) validateInitContainerResizePolicy() field.ErrorList {
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

// validateEphemeralContainers look into a pod that runs. They have no guarantees, and so nothing that would need some.
func (s *specValidator) validateEphemeralContainers() field.ErrorList {
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
		found = append(found, s.validateContainer(at, c)...)
		found = append(found, validateImageWithoutSpaces(at, c)...)
		if names.again(e.Name) {
			found = append(found, field.Duplicate(at.Child("name"), e.Name))
		}
		if e.TargetContainerName != "" && !targets[e.TargetContainerName] {
			found = append(found, field.NotFound(at.Child("targetContainerName"), e.TargetContainerName))
		}
		found = append(found, validateEphemeralContainerFields(at, c)...)
	}
	return found
}

// validateEphemeralContainerFields: what an ephemeral container may not have.
func validateEphemeralContainerFields(path *field.Path, c *corev1.Container) field.ErrorList {
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

func validateContainerPorts(path *field.Path, list []corev1.ContainerPort) field.ErrorList {
	var found field.ErrorList
	names := seen{}
	for i := range list {
		p, at := &list[i], path.Index(i)
		if p.Name != "" {
			if bad := validation.IsValidPortName(p.Name); len(bad) > 0 {
				found = append(found, wrong(at.Child("name"), p.Name, bad)...)
			} else if names.again(p.Name) {
				found = append(found, field.Duplicate(at.Child("name"), p.Name))
			}
		}
		if p.ContainerPort == 0 {
			found = append(found, field.Required(at.Child("containerPort"), ""))
		} else {
			found = append(found, validatePortNumber(at.Child("containerPort"), p.ContainerPort)...)
		}
		if p.HostPort != 0 {
			found = append(found, validatePortNumber(at.Child("hostPort"), p.HostPort)...)
		}
		found = append(found, oneOf(at.Child("protocol"), p.Protocol, corev1.ProtocolSCTP, corev1.ProtocolTCP, corev1.ProtocolUDP)...)
	}
	return found
}

func validatePortNumber(path *field.Path, port int32) field.ErrorList {
	return wrong(path, port, validation.IsValidPortNum(int(port)))
}

// validatePortNumberOrName is a reference to a port.
func validatePortNumberOrName(path *field.Path, port intstr.IntOrString) field.ErrorList {
	if port.Type == intstr.Int {
		return wrong(path, port.IntValue(), validation.IsValidPortNum(port.IntValue()))
	}
	return wrong(path, port.StrVal, validation.IsValidPortName(port.StrVal))
}

// validateHostPortsUnique: the node has each port once.
func validateHostPortsUnique(path *field.Path, containers []corev1.Container) field.ErrorList {
	var found field.ErrorList
	taken := seen{}
	for i := range containers {
		for j, p := range containers[i].Ports {
			if p.HostPort == 0 {
				continue
			}
			if key := fmt.Sprintf("%s/%s/%d", p.Protocol, p.HostIP, p.HostPort); taken.again(key) {
				found = append(found, field.Duplicate(path.Index(i).Child("ports").Index(j).Child("hostPort"), key))
			}
		}
	}
	return found
}

// validateHostNetworkPorts: in the node's network a container's port is the node's. A template may leave the node's out.
func (s *specValidator) validateHostNetworkPorts() field.ErrorList {
	if !s.spec.HostNetwork {
		return nil
	}
	var found field.ErrorList
	for i := range s.spec.Containers {
		for j, p := range s.spec.Containers[i].Ports {
			if (s.options.Pod || p.HostPort != 0) && p.HostPort != p.ContainerPort {
				path := s.path.Child("containers").Index(i).Child("ports").Index(j).Child("hostPort")
				found = append(found, field.Invalid(path, p.HostPort, "must match `containerPort` when `hostNetwork` is true"))
			}
		}
	}
	return found
}

// validateInitContainerRestartRules is restartRules for init containers, of which the rules alone are not looked at.
func validateInitContainerRestartRules(path *field.Path, c *corev1.Container) field.ErrorList {
	if c.RestartPolicy == nil && len(c.RestartPolicyRules) > 0 {
		return field.ErrorList{field.Required(path.Child("restartPolicy"), "must specify restartPolicy when restart rules are used")}
	}
	return validateRestartRules(path, c)
}

// validateRestartRules: a container's own policy, and exit codes for which it does not hold.
// Upstream: validateContainerRestartPolicy.
func validateRestartRules(path *field.Path, c *corev1.Container) field.ErrorList {
	var found field.ErrorList
	if c.RestartPolicy != nil {
		found = among(path.Child("restartPolicy"), *c.RestartPolicy, corev1.ContainerRestartPolicyAlways,
			corev1.ContainerRestartPolicyNever, corev1.ContainerRestartPolicyOnFailure)
	} else if len(c.RestartPolicyRules) > 0 {
		found = append(found, field.Required(path.Child("restartPolicy"), "must specify restartPolicy when restart rules are used"))
	}
	rules := path.Child("restartPolicyRules")
	if n := len(c.RestartPolicyRules); n > 20 {
		found = append(found, field.TooMany(rules, n, 20))
	}
	for i, rule := range c.RestartPolicyRules {
		at := rules.Index(i)
		found = append(found, among(at.Child("action"), rule.Action,
			corev1.ContainerRestartRuleActionRestart, corev1.ContainerRestartRuleActionRestartAllContainers)...)
		found = append(found, validateExitCodes(at.Child("exitCodes"), rule.ExitCodes)...)
	}
	return found
}

func validateExitCodes(path *field.Path, codes *corev1.ContainerRestartRuleOnExitCodes) field.ErrorList {
	if codes == nil {
		return field.ErrorList{field.Required(path, "must be specified")}
	}
	found := among(path.Child("operator"), codes.Operator,
		corev1.ContainerRestartRuleOnExitCodesOpIn, corev1.ContainerRestartRuleOnExitCodesOpNotIn)
	if n := len(codes.Values); n > 255 {
		found = append(found, field.TooMany(path.Child("values"), n, 255))
	}
	return found
}

// validateResizePolicy says whether a container must restart to get more or less of a resource.
func (s *specValidator) validateResizePolicy(path *field.Path, policies []corev1.ContainerResizePolicy) field.ErrorList {
	var found field.ErrorList
	names := seen{}
	for i, p := range policies {
		if names.again(string(p.ResourceName)) {
			found = append(found, field.Duplicate(path.Index(i), p.ResourceName))
		}
		found = append(found, oneOf(path, p.ResourceName, corev1.ResourceCPU, corev1.ResourceMemory)...)
		found = append(found, oneOf(path, p.RestartPolicy, corev1.NotRequired, corev1.RestartContainer)...)
		if s.spec.RestartPolicy == corev1.RestartPolicyNever && p.RestartPolicy != corev1.NotRequired {
			found = append(found, field.Invalid(path, p.RestartPolicy, "must be 'NotRequired' when pod `restartPolicy` is 'Never'"))
		}
	}
	return found
}

// mayRestart reports whether a container that ended with a code may run again. Upstream: ContainerShouldRestart.
func mayRestart(c *corev1.Container, spec *corev1.PodSpec, code int32) bool {
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

// restartsTogether: the end of one container may start all of them anew.
func restartsTogether(spec *corev1.PodSpec) bool {
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
