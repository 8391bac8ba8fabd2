package workloads

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	apivalidation "k8s.io/apimachinery/pkg/api/validation"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	metav1validation "k8s.io/apimachinery/pkg/apis/meta/v1/validation"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"kubepath/chapters/17-controlplane/core"
	"kubepath/chapters/17-controlplane/resource"
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
	errs = append(errs, validateTemplate(p.template, p.stored, p.path.Child("template"))...)
	return append(errs, p.validateLasting("ReplicaSet")...)
}

// validateLasting refuses pods that end by themselves: the controller would start them again.
func (p podSet) validateLasting(kind string) field.ErrorList {
	var errs field.ErrorList
	path, spec := p.path.Child("template", "spec"), &p.template.Spec
	if spec.RestartPolicy != corev1.RestartPolicyAlways {
		errs = append(errs, field.NotSupported(path.Child("restartPolicy"), spec.RestartPolicy,
			[]corev1.RestartPolicy{corev1.RestartPolicyAlways}))
	}
	if spec.ActiveDeadlineSeconds != nil {
		errs = append(errs, field.Forbidden(path.Child("activeDeadlineSeconds"),
			"activeDeadlineSeconds in "+kind+" is not Supported"))
	}
	return errs
}

// validateTemplate is core's check of a pod template; what was stored as it is stays allowed.
func validateTemplate(template, stored *corev1.PodTemplateSpec, path *field.Path) field.ErrorList {
	return core.ValidatePodTemplateSpec(template, path, core.OptionsForTemplate(stored))
}

// unchanged refuses a change of a field.
func unchanged(now, before any, path *field.Path) field.ErrorList {
	return apivalidation.ValidateImmutableField(now, before, path)
}

// unchangedPart is unchanged for a part with fields of its own, which messages name as Go does.
func unchangedPart(now, before any, path *field.Path) field.ErrorList {
	if equality.Semantic.DeepEqual(now, before) {
		return nil
	}
	return field.ErrorList{field.Invalid(path, resource.InternalForm(now), apivalidation.FieldImmutableErrorMsg)}
}

// selectorText is a selector as a scale and kubectl show it. Validation lets no unreadable one in.
func selectorText(s *metav1.LabelSelector) string {
	selector, err := metav1.LabelSelectorAsSelector(s)
	if err != nil {
		return "<invalid>"
	}
	return selector.String()
}
