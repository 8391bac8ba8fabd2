package workloads

import (
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"kubepath/chapters/17-controlplane/validate"
)

// metricTypes are the valid types, in the order of upstream's messages.
var metricTypes = []autoscalingv2.MetricSourceType{autoscalingv2.ContainerResourceMetricSourceType,
	autoscalingv2.ExternalMetricSourceType, autoscalingv2.ObjectMetricSourceType, autoscalingv2.PodsMetricSourceType,
	autoscalingv2.ResourceMetricSourceType}

// validateMetrics: minReplicas of 0 needs an Object or External metric, because without pods only these have values.
func validateMetrics(path *field.Path, s *autoscalingv2.HorizontalPodAutoscalerSpec, version versionCheck) field.ErrorList {
	var errs field.ErrorList
	outside := false
	for i := range s.Metrics {
		m := &s.Metrics[i]
		errs = append(errs, validateMetric(path.Index(i), m, version)...)
		outside = outside || m.Type == autoscalingv2.ObjectMetricSourceType || m.Type == autoscalingv2.ExternalMetricSourceType
	}
	if s.MinReplicas != nil && *s.MinReplicas == 0 && !outside {
		errs = append(errs, field.Forbidden(path, "must specify at least one Object or External metric to support scaling to zero replicas"))
	}
	return errs
}

// source is one of the fields of a metric, of which the type selects one.
type source struct {
	of      autoscalingv2.MetricSourceType
	field   string
	present bool
	check   func(path *field.Path) field.ErrorList
}

// sources returns the sources in upstream's order of validation.
func sources(m *autoscalingv2.MetricSpec, version versionCheck) []source {
	return []source{
		{autoscalingv2.ObjectMetricSourceType, "object", m.Object != nil,
			func(p *field.Path) field.ErrorList { return validateObjectMetric(p, m.Object, version) }},
		{autoscalingv2.ExternalMetricSourceType, "external", m.External != nil,
			func(p *field.Path) field.ErrorList { return validateExternalMetric(p, m.External) }},
		{autoscalingv2.PodsMetricSourceType, "pods", m.Pods != nil, func(p *field.Path) field.ErrorList { return validatePodsMetric(p, m.Pods) }},
		{autoscalingv2.ResourceMetricSourceType, "resource", m.Resource != nil,
			func(p *field.Path) field.ErrorList { return validateResourceMetric(p, m.Resource) }},
		{autoscalingv2.ContainerResourceMetricSourceType, "containerResource", m.ContainerResource != nil,
			func(p *field.Path) field.ErrorList { return validateContainerMetric(p, m.ContainerResource) }},
	}
}

// validateMetric: only the source that the type names is set. Of several sources only the first is checked.
func validateMetric(path *field.Path, m *autoscalingv2.MetricSpec, version versionCheck) field.ErrorList {
	errs := validateMetricType(path.Child("type"), m.Type)
	all, present := sources(m, version), 0
	for _, s := range all {
		if !s.present {
			continue
		}
		if present++; present == 1 {
			errs = append(errs, s.check(path.Child(s.field))...)
		}
	}
	for _, s := range all {
		if s.of == m.Type && !s.present {
			errs = append(errs, field.Required(path.Child(s.field), "must populate information for the given metric source"))
		}
	}
	errs = append(errs, validate.Supported(path.Child("type"), m.Type, metricTypes...)...) // upstream reports it twice
	for _, s := range all {
		if s.of != m.Type && s.present && present > 1 {
			errs = append(errs, field.Forbidden(path.Child(s.field), "must populate the given metric source only"))
		}
	}
	return errs
}

func validateMetricType(path *field.Path, t autoscalingv2.MetricSourceType) field.ErrorList {
	var errs field.ErrorList
	if t == "" {
		errs = append(errs, field.Required(path, "must specify a metric source type"))
	}
	return append(errs, validate.Supported(path, t, metricTypes...)...)
}

func validateObjectMetric(path *field.Path, m *autoscalingv2.ObjectMetricSource, version versionCheck) field.ErrorList {
	errs := validateReference(path.Child("describedObject"), m.DescribedObject, version)
	errs = append(errs, validateMetricName(path, m.Metric)...)
	errs = append(errs, validateTarget(path.Child("target"), m.Target)...)
	if m.Target.Value == nil && m.Target.AverageValue == nil {
		errs = append(errs, field.Required(path.Child("target", "averageValue"), "must set either a target value or averageValue"))
	}
	return errs
}

func validateExternalMetric(path *field.Path, m *autoscalingv2.ExternalMetricSource) field.ErrorList {
	errs := validateMetricName(path, m.Metric)
	errs = append(errs, validateTarget(path.Child("target"), m.Target)...)
	switch whole, each := m.Target.Value != nil, m.Target.AverageValue != nil; {
	case !whole && !each:
		errs = append(errs, field.Required(path.Child("target", "averageValue"),
			"must set either a target value for metric or a per-pod target"))
	case whole && each:
		errs = append(errs, field.Forbidden(path.Child("target", "value"), "may not set both a target value for metric and a per-pod target"))
	}
	return errs
}

func validatePodsMetric(path *field.Path, m *autoscalingv2.PodsMetricSource) field.ErrorList {
	errs := validateMetricName(path, m.Metric)
	errs = append(errs, validateTarget(path.Child("target"), m.Target)...)
	if m.Target.AverageValue == nil {
		errs = append(errs, field.Required(path.Child("target", "averageValue"), "must specify a positive target averageValue"))
	}
	return errs
}

func validateResourceMetric(path *field.Path, m *autoscalingv2.ResourceMetricSource) field.ErrorList {
	var errs field.ErrorList
	if m.Name == "" {
		errs = append(errs, field.Required(path.Child("name"), "must specify a resource name"))
	}
	return append(errs, validateUsage(path.Child("target"), m.Target)...)
}

func validateContainerMetric(path *field.Path, m *autoscalingv2.ContainerResourceMetricSource) field.ErrorList {
	errs := validateResourceName(path.Child("name"), m.Name)
	if m.Container == "" {
		errs = append(errs, field.Required(path.Child("container"), "must specify a container"))
	} else {
		errs = append(errs, validate.DNS1123Label(path.Child("container"), m.Container)...)
	}
	return append(errs, validateUsage(path.Child("target"), m.Target)...)
}

// validateUsage: either averageValue or averageUtilization is set.
func validateUsage(path *field.Path, t autoscalingv2.MetricTarget) field.ErrorList {
	errs := validateTarget(path, t)
	switch share, amount := t.AverageUtilization != nil, t.AverageValue != nil; {
	case !share && !amount:
		errs = append(errs, field.Required(path.Child("averageUtilization"), "must set either a target raw value or a target utilization"))
	case share && amount:
		errs = append(errs, field.Forbidden(path.Child("averageValue"), "may not set both a target raw value and a target utilization"))
	}
	return errs
}

// validateResourceName: containers can request the resource.
func validateResourceName(path *field.Path, name corev1.ResourceName) field.ErrorList {
	if name == "" {
		return field.ErrorList{field.Required(path, "must specify a resource name")}
	}
	return validate.ContainerResourceName(path, name)
}

func validateMetricName(path *field.Path, m autoscalingv2.MetricIdentifier) field.ErrorList {
	return validate.PathSegment(path.Child("metric", "name"), m.Name, "must specify a metric name")
}

// validateTarget: the type is known, and the values are positive.
func validateTarget(path *field.Path, t autoscalingv2.MetricTarget) field.ErrorList {
	var errs field.ErrorList
	if t.Type == "" {
		errs = append(errs, field.Required(path.Child("type"), "must specify a metric target type"))
	}
	if t.Type != autoscalingv2.UtilizationMetricType && t.Type != autoscalingv2.ValueMetricType && t.Type != autoscalingv2.AverageValueMetricType {
		errs = append(errs, field.Invalid(path.Child("type"), t.Type, "must be either Utilization, Value, or AverageValue"))
	}
	if t.Value != nil && t.Value.Sign() != 1 {
		errs = append(errs, field.Invalid(path.Child("value"), t.Value, "must be positive"))
	}
	if t.AverageValue != nil && t.AverageValue.Sign() != 1 {
		errs = append(errs, field.Invalid(path.Child("averageValue"), t.AverageValue, "must be positive"))
	}
	if t.AverageUtilization != nil && *t.AverageUtilization < 1 {
		errs = append(errs, field.Invalid(path.Child("averageUtilization"), *t.AverageUtilization, "must be greater than 0"))
	}
	return errs
}

// The maximum times of scaling rules, in seconds.
const (
	maxPeriod        int32 = 1800
	maxStabilization int32 = 3600
)

// validateScaling checks the rules for one direction: how fast the number of pods may change.
func validateScaling(path *field.Path, r *autoscalingv2.HPAScalingRules) field.ErrorList {
	if r == nil {
		return nil
	}
	var errs field.ErrorList
	if window, at := r.StabilizationWindowSeconds, path.Child("stabilizationWindowSeconds"); window != nil {
		if *window < 0 {
			errs = append(errs, field.Invalid(at, *window, "must be greater than or equal to zero"))
		}
		errs = append(errs, validateMaximum(at, window, maxStabilization, "")...)
	}
	if r.SelectPolicy != nil {
		errs = append(errs, validate.Supported(path.Child("selectPolicy"), *r.SelectPolicy,
			autoscalingv2.DisabledPolicySelect, autoscalingv2.MaxChangePolicySelect, autoscalingv2.MinChangePolicySelect)...)
	}
	policies := path.Child("policies")
	if len(r.Policies) == 0 {
		errs = append(errs, field.Required(policies, "must specify at least one Policy"))
	}
	for i, p := range r.Policies {
		errs = append(errs, validateScalingPolicy(policies.Index(i), p)...)
	}
	if r.Tolerance != nil && r.Tolerance.Sign() < 0 {
		errs = append(errs, field.Invalid(path.Child("tolerance"), r.Tolerance.String(), "must be greater than or equal to 0"))
	}
	return errs
}

func validateScalingPolicy(path *field.Path, p autoscalingv2.HPAScalingPolicy) field.ErrorList {
	period := path.Child("periodSeconds")
	errs := validate.Supported(path.Child("type"), p.Type, autoscalingv2.PercentScalingPolicy, autoscalingv2.PodsScalingPolicy)
	errs = append(errs, validate.Positive(path.Child("value"), p.Value)...)
	errs = append(errs, validate.Positive(period, p.PeriodSeconds)...)
	return append(errs, validateMaximum(period, &p.PeriodSeconds, maxPeriod, "")...)
}
