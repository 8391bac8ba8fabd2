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

// podSet is what controllers of pods have in common: a selector for their pods, and a template for new ones.
type podSet struct {
	selector *metav1.LabelSelector
	template *corev1.PodTemplateSpec
	stored   *corev1.PodTemplateSpec // the template before an update; nil on create
	path     *field.Path             // of the spec
	kind     string                  // the kind in messages, spelled as upstream
}

// validateSelector: the selector is set, valid, and not empty.
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

// validateMatch: the selector matches the template's labels; otherwise the controller would create pods for ever. Another
// rule reports an invalid or empty selector.
func (p podSet) validateMatch() field.ErrorList {
	selector, err := metav1.LabelSelectorAsSelector(p.selector)
	if err != nil || selector.Matches(labels.Set(p.template.Labels)) {
		return nil
	}
	return field.ErrorList{field.Invalid(p.path.Child("template", "metadata", "labels"), p.template.Labels,
		"`selector` does not match template `labels`")}
}

// validateReplicas: the template is valid, matches the selector, and its pods always restart.
func (p podSet) validateReplicas() field.ErrorList {
	if _, err := metav1.LabelSelectorAsSelector(p.selector); err != nil {
		return field.ErrorList{field.Invalid(p.path.Child("selector"), p.selector, "invalid label selector")}
	}
	errs := p.validateMatch()
	errs = append(errs, validateTemplate(p.path.Child("template"), p.template, p.stored)...)
	return append(errs, p.validateLongRunning("ReplicaSet")...)
}

// validateLongRunning: pods always restart and have no deadline, because the controller would replace a pod that ends.
func (p podSet) validateLongRunning(kind string) field.ErrorList {
	path, spec := p.path.Child("template", "spec"), &p.template.Spec
	errs := validate.Supported(path.Child("restartPolicy"), spec.RestartPolicy, corev1.RestartPolicyAlways)
	if spec.ActiveDeadlineSeconds != nil {
		errs = append(errs, field.Forbidden(path.Child("activeDeadlineSeconds"),
			"activeDeadlineSeconds in "+kind+" is not Supported"))
	}
	return errs
}

// validateTemplate checks a pod template. Some values that are invalid today are valid if stored has them.
func validateTemplate(path *field.Path, template, stored *corev1.PodTemplateSpec) field.ErrorList {
	return podspec.ValidatePodTemplateSpec(path, template, podspec.OptionsForTemplate(stored))
}

// selectorText returns a selector as a scale and kubectl show it. Validation refuses invalid ones.
func selectorText(s *metav1.LabelSelector) string {
	selector, err := metav1.LabelSelectorAsSelector(s)
	if err != nil {
		return "<invalid>"
	}
	return selector.String()
}

// validateIntOrPercent: the amount is 0 or more, or a percentage.
func validateIntOrPercent(path *field.Path, amount intstr.IntOrString) field.ErrorList {
	if amount.Type == intstr.Int {
		return validate.NonNegative(path, amount.IntVal)
	}
	return validate.Invalid(path, amount, validation.IsValidPercent(amount.StrVal))
}

// validateShare: a percentage is not greater than 100%.
func validateShare(path *field.Path, amount intstr.IntOrString) field.ErrorList {
	if percent, ok := percentOf(amount); !ok || percent <= 100 {
		return nil
	}
	return field.ErrorList{field.Invalid(path, amount, "must not be greater than 100%")}
}

// percentOf returns the number of a percentage; false: amount is not a percentage.
func percentOf(amount intstr.IntOrString) (int, bool) {
	if amount.Type != intstr.String || len(validation.IsValidPercent(amount.StrVal)) != 0 {
		return 0, false
	}
	percent, _ := strconv.Atoi(strings.TrimSuffix(amount.StrVal, "%"))
	return percent, true
}

// isNone reports whether amount is 0 or 0%.
func isNone(amount intstr.IntOrString) bool {
	if percent, ok := percentOf(amount); ok {
		return percent == 0
	}
	return amount.IntValue() == 0
}

// wideColumns returns the columns that -o wide adds: containers, images and selector. selector is the last one's description.
func wideColumns(selector string) []resource.Column {
	return append(podspec.TemplateColumns(), resource.Column{Name: "Selector", Priority: 1, Description: selector})
}

// countOf returns a cell such as "2/3".
func countOf(have int32, wanted *int32) string { return fmt.Sprintf("%d/%d", have, valueOf(wanted)) }

// orNewZero returns *p, after it has set a nil *p to a new zero value.
func orNewZero[T any](p **T) *T {
	if *p == nil {
		*p = new(T)
	}
	return *p
}

// warnName warns of a name that is not a DNS label: the names and host names of the pods would differ.
func warnName(obj metav1.Object) []string {
	problems := validation.IsDNS1123Label(obj.GetName())
	if len(problems) == 0 {
		return nil
	}
	return []string{fmt.Sprintf("metadata.name: this is used in Pod names and hostnames, which can result in surprising "+
		"behavior; a DNS label is recommended: %v", problems)}
}

// warnTemplate returns the warnings for the pod template in spec.
func warnTemplate(template *corev1.PodTemplateSpec) []string {
	return podspec.WarnPodTemplate(field.NewPath("spec", "template"), template)
}

// specUnchanged reports an update that does not change the spec. Its client gets no warnings again.
func specUnchanged(obj, old metav1.Object) bool { return obj.GetGeneration() == old.GetGeneration() }

// warnClaim warns of fractional numbers of bytes.
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
