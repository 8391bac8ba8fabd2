package workloads

import (
	"context"
	"errors"
	"fmt"
	"strings"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
	apiresource "k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/validation/field"

	registry "kubepath/chapters/06-registry"
	"kubepath/chapters/17-controlplane/resource"
	"kubepath/chapters/17-controlplane/validate"
)

type autoscaler = autoscalingv2.HorizontalPodAutoscaler

// autoscalers is the strategy of horizontal pod autoscalers. They have no generation: the controller reads the spec in
// each cycle. Upstream: pkg/registry/autoscaling/horizontalpodautoscaler.
var autoscalers = resource.SpecStatus[autoscaler, *autoscaler]{
	Strategy:            registry.Namespaced{},
	Spec:                func(a *autoscaler) any { return &a.Spec },
	Status:              func(a *autoscaler) any { return &a.Status },
	NoGeneration:        true,
	ValidateWithOldFunc: validateAutoscaler,
}

func validateAutoscaler(_ context.Context, a, old *autoscaler) field.ErrorList {
	s, path := &a.Spec, field.NewPath("spec")
	errs := validateBounds(path, s, old)
	errs = append(errs, validateReference(path.Child("scaleTargetRef"), s.ScaleTargetRef, targetVersion(a, old))...)
	errs = append(errs, validateMetrics(path.Child("metrics"), s, metricVersion(old))...)
	if b := s.Behavior; b != nil {
		errs = append(errs, validateScaling(path.Child("behavior", "scaleUp"), b.ScaleUp)...)
		errs = append(errs, validateScaling(path.Child("behavior", "scaleDown"), b.ScaleDown)...)
	}
	return errs
}

// validateBounds: minReplicas is at least 1 and at most maxReplicas. 0 is valid only if it is stored.
func validateBounds(path *field.Path, s *autoscalingv2.HorizontalPodAutoscalerSpec, old *autoscaler) field.ErrorList {
	var errs field.ErrorList
	least, minimum, maximum := int32(1), path.Child("minReplicas"), path.Child("maxReplicas")
	if old != nil && old.Spec.MinReplicas != nil && *old.Spec.MinReplicas == 0 {
		least = 0
	}
	if s.MinReplicas != nil && *s.MinReplicas < least {
		errs = append(errs, field.Invalid(minimum, *s.MinReplicas, fmt.Sprintf("must be greater than or equal to %d", least)))
	}
	switch {
	case s.MaxReplicas == 0:
		errs = append(errs, field.Required(maximum, "must be set and greater than 0"))
	case s.MaxReplicas < 0:
		errs = append(errs, field.Invalid(maximum, s.MaxReplicas, "must be greater than or equal to 1"))
	}
	if s.MinReplicas != nil && s.MaxReplicas < *s.MinReplicas {
		errs = append(errs, field.Invalid(maximum, s.MaxReplicas, "must be greater than or equal to `minReplicas`"))
	}
	return errs
}

// versionCheck returns an error for an invalid apiVersion of a reference.
type versionCheck func(apiVersion string) error

func anyVersion(string) error { return nil }

// readableVersion accepts any valid apiVersion, also of the core group.
func readableVersion(apiVersion string) error {
	_, err := schema.ParseGroupVersion(apiVersion)
	return err
}

// namedGroup accepts a valid apiVersion with a group.
func namedGroup(apiVersion string) error {
	gv, err := schema.ParseGroupVersion(apiVersion)
	if err == nil && gv.Group == "" {
		return errors.New("apiVersion must specify API group")
	}
	return err
}

// targetVersion returns the check for scaleTargetRef: only a replication controller may be in the core group. A stored
// reference stays valid.
func targetVersion(a, old *autoscaler) versionCheck {
	ref := a.Spec.ScaleTargetRef
	switch {
	case old != nil && old.Spec.ScaleTargetRef.APIVersion == ref.APIVersion && old.Spec.ScaleTargetRef.Kind == ref.Kind:
		return anyVersion
	case ref.Kind == "ReplicationController":
		return readableVersion
	}
	return namedGroup
}

// metricVersion returns the check for metrics: if a stored one is invalid, any is valid.
func metricVersion(old *autoscaler) versionCheck {
	if old == nil {
		return readableVersion
	}
	for _, m := range old.Spec.Metrics {
		if m.Type == autoscalingv2.ObjectMetricSourceType && m.Object != nil && readableVersion(m.Object.DescribedObject.APIVersion) != nil {
			return anyVersion
		}
	}
	return readableVersion
}

func validateReference(path *field.Path, ref autoscalingv2.CrossVersionObjectReference, version versionCheck) field.ErrorList {
	errs := validate.PathSegment(path.Child("kind"), ref.Kind, "")
	errs = append(errs, validate.PathSegment(path.Child("name"), ref.Name, "")...)
	if err := version(ref.APIVersion); err != nil {
		errs = append(errs, field.Invalid(path.Child("apiVersion"), ref.APIVersion, err.Error()))
	}
	return errs
}

func validateAutoscalerStatus(_ context.Context, a, _ *autoscaler) field.ErrorList {
	return validateNonNegative(field.NewPath("status"), []count{{"currentReplicas", int64(a.Status.CurrentReplicas)},
		{"desiredReplicas", int64(a.Status.DesiredReplicas)}})
}

// autoscalerColumns are the columns of kubectl get horizontalpodautoscalers.
var autoscalerColumns = resource.Table[autoscaler, *autoscaler]{
	Columns: []resource.Column{
		resource.NameColumn(),
		{Name: "Reference", Description: autoscalingv2.HorizontalPodAutoscalerSpec{}.SwaggerDoc()["scaleTargetRef"]},
		{Name: "Targets", Description: autoscalingv2.HorizontalPodAutoscalerSpec{}.SwaggerDoc()["metrics"]},
		{Name: "MinPods", Description: autoscalingv2.HorizontalPodAutoscalerSpec{}.SwaggerDoc()["minReplicas"]},
		{Name: "MaxPods", Description: autoscalingv2.HorizontalPodAutoscalerSpec{}.SwaggerDoc()["maxReplicas"]},
		{Name: "Replicas", Description: autoscalingv2.HorizontalPodAutoscalerStatus{}.SwaggerDoc()["currentReplicas"]},
		resource.AgeColumn(),
	},
	Cells: func(a *autoscaler) []any {
		s := &a.Spec
		least := "<unset>"
		if s.MinReplicas != nil {
			least = fmt.Sprint(*s.MinReplicas)
		}
		return []any{a.Name, s.ScaleTargetRef.Kind + "/" + s.ScaleTargetRef.Name, targetsText(a), least,
			int64(s.MaxReplicas), int64(a.Status.CurrentReplicas), resource.AgeOf(a)}
	},
}

// shownTargets is the number of metrics that the cell Targets shows.
const shownTargets = 2

// targetsText returns the cell Targets, current and target values: "cpu: 12%/80%, 5/10 (avg) + 1 more...".
func targetsText(a *autoscaler) string {
	specs := a.Spec.Metrics
	if len(specs) == 0 {
		return "<none>"
	}
	var texts []string
	for i := range specs[:min(len(specs), shownTargets)] {
		var status autoscalingv2.MetricStatus
		if i < len(a.Status.CurrentMetrics) {
			status = a.Status.CurrentMetrics[i]
		}
		texts = append(texts, targetText(&specs[i], &status))
	}
	text := strings.Join(texts, ", ")
	if more := len(specs) - shownTargets; more > 0 {
		text += fmt.Sprintf(" + %d more...", more)
	}
	return text
}

// targetText returns the text for one metric. A metric without the source that its type names is unknown; validation
// refuses it.
func targetText(m *autoscalingv2.MetricSpec, status *autoscalingv2.MetricStatus) string {
	switch {
	case m.Type == autoscalingv2.ExternalMetricSourceType && m.External != nil:
		var now *autoscalingv2.MetricValueStatus
		if status.External != nil {
			now = &status.External.Current
		}
		return amountOf(m.External.Target, now)
	case m.Type == autoscalingv2.ObjectMetricSourceType && m.Object != nil:
		var now *autoscalingv2.MetricValueStatus
		if status.Object != nil {
			now = &status.Object.Current
		}
		return amountOf(m.Object.Target, now)
	case m.Type == autoscalingv2.PodsMetricSourceType && m.Pods != nil:
		now := unknown
		if status.Pods != nil {
			now = quantityText(status.Pods.Current.AverageValue)
		}
		return now + "/" + quantityText(m.Pods.Target.AverageValue)
	case m.Type == autoscalingv2.ResourceMetricSourceType && m.Resource != nil:
		var now *autoscalingv2.MetricValueStatus
		if status.Resource != nil {
			now = &status.Resource.Current
		}
		return m.Resource.Name.String() + ": " + usageOf(m.Resource.Target, now)
	case m.Type == autoscalingv2.ContainerResourceMetricSourceType && m.ContainerResource != nil:
		var now *autoscalingv2.MetricValueStatus
		if status.ContainerResource != nil {
			now = &status.ContainerResource.Current
		}
		return m.ContainerResource.Name.String() + ": " + usageOf(m.ContainerResource.Target, now)
	}
	return "<unknown type>"
}

const unknown = "<unknown>"

// amountOf returns the average per pod, or the total; now is nil before the first measurement.
func amountOf(t autoscalingv2.MetricTarget, now *autoscalingv2.MetricValueStatus) string {
	switch {
	case t.AverageValue != nil && now != nil && now.AverageValue != nil:
		return now.AverageValue.String() + "/" + t.AverageValue.String() + " (avg)"
	case t.AverageValue != nil:
		return unknown + "/" + t.AverageValue.String() + " (avg)"
	case now != nil:
		return quantityText(now.Value) + "/" + quantityText(t.Value)
	}
	return unknown + "/" + quantityText(t.Value)
}

// usageOf returns the average value, or the percentage of the containers' requests.
func usageOf(t autoscalingv2.MetricTarget, now *autoscalingv2.MetricValueStatus) string {
	have, want := unknown, "<auto>"
	if t.AverageValue != nil {
		if now != nil {
			have = quantityText(now.AverageValue)
		}
		return have + "/" + t.AverageValue.String()
	}
	if now != nil && now.AverageUtilization != nil {
		have = fmt.Sprintf("%d%%", *now.AverageUtilization)
	}
	if t.AverageUtilization != nil {
		want = fmt.Sprintf("%d%%", *t.AverageUtilization)
	}
	return have + "/" + want
}

// quantityText returns a quantity; nil is <nil>, as upstream prints it.
func quantityText(q *apiresource.Quantity) string {
	if q == nil {
		return "<nil>"
	}
	return q.String()
}
