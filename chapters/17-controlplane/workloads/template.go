package workloads

import (
	"fmt"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	metav1validation "k8s.io/apimachinery/pkg/apis/meta/v1/validation"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"kubepath/chapters/17-controlplane/podspec"
	"kubepath/chapters/17-controlplane/resource"
	"kubepath/chapters/17-controlplane/validate"
)

// podSet is what the kinds that keep pods running have in common: which pods are theirs, and what a new one looks like.
type podSet struct {
	selector *metav1.LabelSelector
	template *corev1.PodTemplateSpec
	stored   *corev1.PodTemplateSpec // what an update replaces; nil: nothing
	path     *field.Path             // of the spec
	kind     string                  // in messages, as upstream writes it there
}

// validateSelector: a selector is there, is well formed, and does not select everything.
func (p podSet) validateSelector() field.ErrorList {
	path := p.path.Child("selector")
	if p.selector == nil {
		return field.ErrorList{field.Required(path, "")}
	}
	errs := metav1validation.ValidateLabelSelector(p.selector, metav1validation.LabelSelectorValidationOptions{}, path)
	if len(p.selector.MatchLabels)+len(p.selector.MatchExpressions) == 0 {
		errs = append(errs, field.Invalid(path, p.selector, "empty selector is invalid for "+p.kind))
	}
	return errs
}

// validateMatch: the pods that the template makes are among those that the selector finds; otherwise the controller would
// make pods for ever. A selector that cannot be read, or that selects everything, is an error of another field.
func (p podSet) validateMatch() field.ErrorList {
	selector, err := metav1.LabelSelectorAsSelector(p.selector)
	if err != nil || selector.Matches(labels.Set(p.template.Labels)) {
		return nil
	}
	return field.ErrorList{field.Invalid(p.path.Child("template", "metadata", "labels"), p.template.Labels,
		"`selector` does not match template `labels`")}
}

// validateReplicas: the template makes pods that are found by the selector and run until something ends them.
func (p podSet) validateReplicas() field.ErrorList {
	if _, err := metav1.LabelSelectorAsSelector(p.selector); err != nil {
		return field.ErrorList{field.Invalid(p.path.Child("selector"), p.selector, "invalid label selector")}
	}
	errs := p.validateMatch()
	errs = append(errs, validateTemplate(p.path.Child("template"), p.template, p.stored)...)
	return append(errs, p.validateLasting("ReplicaSet")...)
}

// validateLasting refuses pods that end by themselves: the controller would start them again.
func (p podSet) validateLasting(kind string) field.ErrorList {
	path, spec := p.path.Child("template", "spec"), &p.template.Spec
	errs := validate.Supported(path.Child("restartPolicy"), spec.RestartPolicy, corev1.RestartPolicyAlways)
	if spec.ActiveDeadlineSeconds != nil {
		errs = append(errs, field.Forbidden(path.Child("activeDeadlineSeconds"),
			"activeDeadlineSeconds in "+kind+" is not Supported"))
	}
	return errs
}

// validateTemplate is core's check of a pod template; what was stored as it is stays allowed.
func validateTemplate(path *field.Path, template, stored *corev1.PodTemplateSpec) field.ErrorList {
	return podspec.ValidatePodTemplateSpec(path, template, podspec.OptionsForTemplate(stored))
}

// selectorText is a selector as a scale and kubectl show it. Validation lets no unreadable one in.
func selectorText(s *metav1.LabelSelector) string {
	selector, err := metav1.LabelSelectorAsSelector(s)
	if err != nil {
		return "<invalid>"
	}
	return selector.String()
}

// validateIntOrPercent: a number of pods, or their share in percent.
func validateIntOrPercent(path *field.Path, amount intstr.IntOrString) field.ErrorList {
	if amount.Type == intstr.Int {
		return validate.NonNegative(path, amount.IntVal)
	}
	return validate.Invalid(path, amount, validation.IsValidPercent(amount.StrVal))
}

// validateShare: no share is more than all pods.
func validateShare(path *field.Path, amount intstr.IntOrString) field.ErrorList {
	if percent, ok := percentOf(amount); !ok || percent <= 100 {
		return nil
	}
	return field.ErrorList{field.Invalid(path, amount, "must not be greater than 100%")}
}

// percentOf is the number before the percent sign; false where amount is not a percentage.
func percentOf(amount intstr.IntOrString) (int, bool) {
	if amount.Type != intstr.String || len(validation.IsValidPercent(amount.StrVal)) != 0 {
		return 0, false
	}
	percent, _ := strconv.Atoi(strings.TrimSuffix(amount.StrVal, "%"))
	return percent, true
}

// isNone reports an amount that is zero pods, whatever the number of all is.
func isNone(amount intstr.IntOrString) bool {
	if percent, ok := percentOf(amount); ok {
		return percent == 0
	}
	return amount.IntValue() == 0
}

// wide are the columns that -o wide adds: what the template's containers are, and which pods are meant.
func wide(selector string) []resource.Column {
	return append(podspec.TemplateColumns(), resource.Column{Name: "Selector", Priority: 1, Description: selector})
}

// outOf is the cell "2/3".
func outOf(have int32, wanted *int32) string { return fmt.Sprintf("%d/%d", have, valueOf(wanted)) }

// made points to what *p points to, which it makes where there is nothing.
func made[T any](p **T) *T {
	if *p == nil {
		*p = new(T)
	}
	return *p
}

// warnName: a name that is longer or has dots makes pods whose names and host names differ.
func warnName(obj metav1.Object) []string {
	problems := validation.IsDNS1123Label(obj.GetName())
	if len(problems) == 0 {
		return nil
	}
	return []string{fmt.Sprintf("metadata.name: this is used in Pod names and hostnames, which can result in surprising "+
		"behavior; a DNS label is recommended: %v", problems)}
}

// warnTemplate is what clients are told of a template in spec.
func warnTemplate(template *corev1.PodTemplateSpec) []string {
	return podspec.WarnPodTemplate(field.NewPath("spec", "template"), template)
}

// unaltered reports an update after which nothing else is wanted than before it. Its client is not told again what was
// told before.
func unaltered(obj, old metav1.Object) bool { return obj.GetGeneration() == old.GetGeneration() }

// warnClaim: bytes are whole. In an update, messages have the path that upstream's have there.
func warnClaim(path *field.Path, c *corev1.PersistentVolumeClaimSpec) []string {
	var lines []string
	look := func(part string, list corev1.ResourceList) {
		size := list[corev1.ResourceStorage]
		if size.MilliValue()%1000 != 0 {
			lines = append(lines, fmt.Sprintf("%s: fractional byte value %q is invalid, must be an integer",
				path.Child("resources", part).Key("storage"), size.String()))
		}
	}
	look("requests", c.Resources.Requests)
	look("limits", c.Resources.Limits)
	return lines
}
