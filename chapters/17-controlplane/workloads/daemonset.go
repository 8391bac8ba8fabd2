package workloads

import (
	"context"
	"maps"
	"strconv"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	metav1validation "k8s.io/apimachinery/pkg/apis/meta/v1/validation"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/validation/field"

	rest "kubepath/chapters/04-rest"
	registry "kubepath/chapters/06-registry"
	"kubepath/chapters/17-controlplane/podspec"
	"kubepath/chapters/17-controlplane/resource"
	"kubepath/chapters/17-controlplane/validate"
)

type daemonSet = appsv1.DaemonSet

var daemonSets = daemonSetStrategy{resource.SpecStatus[daemonSet, *daemonSet]{
	Strategy:            registry.Namespaced{},
	Spec:                func(d *daemonSet) any { return &d.Spec },
	Status:              func(d *daemonSet) any { return &d.Status },
	PrepareFunc:         func(d *daemonSet) { podspec.DropDisabledTemplateFields(&d.Spec.Template) },
	ValidateWithOldFunc: validateDaemonSet,
	WarningsWithOldFunc: func(_ context.Context, d, old *daemonSet) []string {
		if old != nil && templateGeneration(d) == templateGeneration(old) {
			return nil
		}
		return warnTemplate(&d.Spec.Template)
	},
}}

// daemonSetStrategy counts the changes of the template in an annotation, which replaced the field spec.templateGeneration.
// Upstream: pkg/registry/apps/daemonset.
type daemonSetStrategy struct {
	resource.SpecStatus[daemonSet, *daemonSet]
}

func (s daemonSetStrategy) PrepareForCreate(ctx context.Context, obj runtime.Object) {
	s.SpecStatus.PrepareForCreate(ctx, obj)
	d := obj.(*daemonSet)
	setTemplateGeneration(d, max(templateGeneration(d), 1))
}

func (s daemonSetStrategy) PrepareForUpdate(ctx context.Context, obj, old runtime.Object) {
	s.SpecStatus.PrepareForUpdate(ctx, obj, old)
	now, before := obj.(*daemonSet), old.(*daemonSet)
	generation := templateGeneration(before)
	if !equality.Semantic.DeepEqual(now.Spec.Template, before.Spec.Template) {
		generation++
	}
	setTemplateGeneration(now, generation)
}

var daemonSetStatus = daemonSetStatusStrategy{daemonSets.StatusStrategy(validateDaemonSetStatus)}

// daemonSetStatusStrategy resets the template generation as well as the spec.
type daemonSetStatusStrategy struct{ registry.Strategy }

// Unwrap returns the wrapped strategy, for its optional interfaces; see registry.As.
func (s daemonSetStatusStrategy) Unwrap() registry.Strategy { return s.Strategy }

func (s daemonSetStatusStrategy) PrepareForUpdate(ctx context.Context, obj, old runtime.Object) {
	s.Strategy.PrepareForUpdate(ctx, obj, old)
	setTemplateGeneration(obj.(*daemonSet), templateGeneration(old.(*daemonSet)))
}

// GetResetFields returns spec; upstream does not list the annotation either.
func (daemonSetStatusStrategy) GetResetFields() rest.ResetFields { return rest.ResetFields{{"spec"}} }

func templateGeneration(d *daemonSet) int64 {
	n, _ := strconv.ParseInt(d.Annotations[appsv1.DeprecatedTemplateGeneration], 10, 64)
	return n
}

func setTemplateGeneration(d *daemonSet, n int64) {
	d.Annotations = maps.Clone(d.Annotations) // the stored object may share the map
	if d.Annotations == nil {
		d.Annotations = map[string]string{}
	}
	d.Annotations[appsv1.DeprecatedTemplateGeneration] = strconv.FormatInt(n, 10)
}

func validateDaemonSet(_ context.Context, d, old *daemonSet) field.ErrorList {
	s, path := &d.Spec, field.NewPath("spec")
	pods := podSet{selector: s.Selector, template: &s.Template, path: path, kind: "DaemonSet"}
	var errs field.ErrorList
	var allowed metav1validation.LabelSelectorValidationOptions
	if old != nil {
		pods.stored = &old.Spec.Template
		allowed.AllowInvalidLabelValueInSelector = metav1validation.LabelSelectorHasInvalidLabelValue(old.Spec.Selector)
		errs = validate.Immutable(path.Child("selector"), s.Selector, old.Spec.Selector)
	}
	errs = append(errs, metav1validation.ValidateLabelSelector(s.Selector, allowed, path.Child("selector"))...)
	errs = append(errs, pods.validateMatch()...)
	if s.Selector != nil && len(s.Selector.MatchLabels)+len(s.Selector.MatchExpressions) == 0 {
		errs = append(errs, field.Invalid(path.Child("selector"), s.Selector, "empty selector is invalid for daemonset"))
	}
	errs = append(errs, validateTemplate(path.Child("template"), pods.template, pods.stored)...)
	errs = append(errs, pods.validateLongRunning(pods.kind)...)
	errs = append(errs, validateNonNegative(path, []count{{"minReadySeconds", int64(s.MinReadySeconds)},
		{"templateGeneration", templateGeneration(d)}})...)
	errs = append(errs, validateDaemonSetStrategy(path.Child("updateStrategy"), &s.UpdateStrategy)...)
	return append(errs, validateNonNegative(path, counted("revisionHistoryLimit", s.RevisionHistoryLimit))...)
}

func validateDaemonSetStrategy(path *field.Path, s *appsv1.DaemonSetUpdateStrategy) field.ErrorList {
	switch {
	case s.Type == appsv1.OnDeleteDaemonSetStrategyType:
		return nil
	case s.Type == appsv1.RollingUpdateDaemonSetStrategyType && s.RollingUpdate == nil:
		return field.ErrorList{field.Required(path.Child("rollingUpdate"), "")}
	case s.Type == appsv1.RollingUpdateDaemonSetStrategyType:
		return validateRollingDaemonSet(path.Child("rollingUpdate"), s.RollingUpdate)
	}
	shown := s.DeepCopy()
	if r := shown.RollingUpdate; r != nil {
		orNewZero(&r.MaxUnavailable)
		orNewZero(&r.MaxSurge)
	}
	return field.ErrorList{field.NotSupported(path, shown,
		[]appsv1.DaemonSetUpdateStrategyType{appsv1.RollingUpdateDaemonSetStrategyType, appsv1.OnDeleteDaemonSetStrategyType})}
}

// validateRollingDaemonSet: exactly one of maxUnavailable and maxSurge is not 0. On each node either the old pod is
// deleted first or the new one is created first.
func validateRollingDaemonSet(path *field.Path, r *appsv1.RollingUpdateDaemonSet) field.ErrorList {
	unavailable, surge := valueOf(r.MaxUnavailable), valueOf(r.MaxSurge)
	errs := validateIntOrPercent(path.Child("maxUnavailable"), unavailable)
	errs = append(errs, validateIntOrPercent(path.Child("maxSurge"), surge)...)
	errs = append(errs, validateShare(path.Child("maxUnavailable"), unavailable)...)
	errs = append(errs, validateShare(path.Child("maxSurge"), surge)...)
	switch {
	case !isNone(unavailable) && !isNone(surge):
		errs = append(errs, field.Invalid(path.Child("maxSurge"), surge, "may not be set when maxUnavailable is non-zero"))
	case isNone(unavailable) && isNone(surge):
		errs = append(errs, field.Required(path.Child("maxUnavailable"), "cannot be 0 when maxSurge is 0"))
	}
	return errs
}

func validateDaemonSetStatus(_ context.Context, d, old *daemonSet) field.ErrorList {
	s, path := &d.Status, field.NewPath("status")
	errs := validateNonNegative(path, []count{
		{"currentNumberScheduled", int64(s.CurrentNumberScheduled)}, {"numberMisscheduled", int64(s.NumberMisscheduled)},
		{"desiredNumberScheduled", int64(s.DesiredNumberScheduled)}, {"numberReady", int64(s.NumberReady)},
		{"observedGeneration", s.ObservedGeneration}, {"updatedNumberScheduled", int64(s.UpdatedNumberScheduled)},
		{"numberAvailable", int64(s.NumberAvailable)}, {"numberUnavailable", int64(s.NumberUnavailable)},
	}, counted("collisionCount", s.CollisionCount))
	return append(errs, validateCollisionCount(path, s.CollisionCount, old.Status.CollisionCount)...)
}

// daemonSetColumns are the columns of kubectl get daemonsets.
var daemonSetColumns = resource.Table[daemonSet, *daemonSet]{
	Columns: append([]resource.Column{
		resource.NameColumn(),
		{Name: "Desired", Type: "integer", Description: daemonSetDoc["desiredNumberScheduled"]},
		{Name: "Current", Type: "integer", Description: daemonSetDoc["currentNumberScheduled"]},
		{Name: "Ready", Type: "integer", Description: daemonSetDoc["numberReady"]},
		{Name: "Up-to-date", Type: "integer", Description: daemonSetDoc["updatedNumberScheduled"]},
		{Name: "Available", Type: "integer", Description: daemonSetDoc["numberAvailable"]},
		{Name: "Node Selector", Description: corev1.PodSpec{}.SwaggerDoc()["nodeSelector"]},
		resource.AgeColumn(),
	}, wideColumns(appsv1.DaemonSetSpec{}.SwaggerDoc()["selector"])...),
	Cells: func(d *daemonSet) []any {
		s, pod := &d.Status, &d.Spec.Template.Spec
		names, images := podspec.ContainerCells(pod.Containers)
		return []any{d.Name, int64(s.DesiredNumberScheduled), int64(s.CurrentNumberScheduled), int64(s.NumberReady),
			int64(s.UpdatedNumberScheduled), int64(s.NumberAvailable), labels.FormatLabels(pod.NodeSelector),
			resource.AgeOf(d), names, images, metav1.FormatLabelSelector(d.Spec.Selector)}
	},
}

var daemonSetDoc = appsv1.DaemonSetStatus{}.SwaggerDoc()
