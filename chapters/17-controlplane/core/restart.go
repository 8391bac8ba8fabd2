package core

import (
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// initRestartRules is restartRules for init containers, of which the rules alone are not looked at.
func initRestartRules(c *corev1.Container, path *field.Path) field.ErrorList {
	if c.RestartPolicy == nil && len(c.RestartPolicyRules) > 0 {
		return field.ErrorList{field.Required(path.Child("restartPolicy"), "must specify restartPolicy when restart rules are used")}
	}
	return restartRules(c, path)
}

// restartRules: a container's own policy, and exit codes for which it does not hold.
// Upstream: validateContainerRestartPolicy.
func restartRules(c *corev1.Container, path *field.Path) field.ErrorList {
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
		found = append(found, exitCodes(rule.ExitCodes, at.Child("exitCodes"))...)
	}
	return found
}

func exitCodes(codes *corev1.ContainerRestartRuleOnExitCodes, path *field.Path) field.ErrorList {
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

// resizePolicy says whether a container must restart to get more or less of a resource.
func (s *specCheck) resizePolicy(policies []corev1.ContainerResizePolicy, path *field.Path) field.ErrorList {
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
