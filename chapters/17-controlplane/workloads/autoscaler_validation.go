package workloads

import (
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"kubepath/chapters/17-controlplane/validate"
)

// metricTypes in the order in which messages list them.
var metricTypes = []autoscalingv2.MetricSourceType{autoscalingv2.ContainerResourceMetricSourceType,
	autoscalingv2.ExternalMetricSourceType, autoscalingv2.ObjectMetricSourceType, autoscalingv2.PodsMetricSourceType,
	autoscalingv2.ResourceMetricSourceType}

// validateMetrics: to come back from zero pods, something has to be measured that is not a pod.
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

// source is one of the places in a metric where what is measured can stand.
type source struct {
	of      autoscalingv2.MetricSourceType
	field   string
	present bool
	check   func(path *field.Path) field.ErrorList
}

// sources in the order in which they are looked at.
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

// validateMetric: the one source that the type names is there, and no other. Only the first of several is looked into.
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
	errs = append(errs, validate.Supported(path.Child("type"), m.Type, metricTypes...)...) // a second time, as upstream
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

// validateUsage: an amount or a share of what was requested.
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

// validateResourceName: one that containers can request.
func validateResourceName(path *field.Path, name corev1.ResourceName) field.ErrorList {
	if name == "" {
		return field.ErrorList{field.Required(path, "must specify a resource name")}
	}
	return validate.ContainerResourceName(path, name)
}

func validateMetricName(path *field.Path, m autoscalingv2.MetricIdentifier) field.ErrorList {
	return validate.PathSegment(path.Child("metric", "name"), m.Name, "must specify a metric name")
}

// validateTarget: of a known type, and above zero.
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

// Bounds of how an autoscaler looks back, in seconds.
const (
	maxPeriod        int32 = 1800
	maxStabilization int32 = 3600
)

// What may be named, in the order in which messages list it.
var (
	selectPolicies = []autoscalingv2.ScalingPolicySelect{autoscalingv2.DisabledPolicySelect,
		autoscalingv2.MaxChangePolicySelect, autoscalingv2.MinChangePolicySelect}
	scalingPolicies = []autoscalingv2.HPAScalingPolicyType{autoscalingv2.PercentScalingPolicy, autoscalingv2.PodsScalingPolicy}
)

// validateScaling: how fast the number of pods may change in one direction.
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
		errs = append(errs, validate.Supported(path.Child("selectPolicy"), *r.SelectPolicy, selectPolicies...)...)
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
	errs := validate.Supported(path.Child("type"), p.Type, scalingPolicies...)
	errs = append(errs, validate.Positive(path.Child("value"), p.Value)...)
	period := path.Child("periodSeconds")
	errs = append(errs, validate.Positive(period, p.PeriodSeconds)...)
	return append(errs, validateMaximum(period, &p.PeriodSeconds, maxPeriod, "")...)
}
