package versions

import (
	"encoding/json"
	"maps"

	autoscalingv1 "k8s.io/api/autoscaling/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// autoscalerConversions: autoscaling/v1 has one metric, CPU utilization. Annotations carry the other fields of v2; a
// client of v1 sends them back unchanged. They are never stored. Upstream: pkg/apis/autoscaling/v1/conversion.go.
var autoscalerConversions = []conversion{
	newConversion(autoscalingv1.SchemeGroupVersion.WithKind(kindAutoscaler), autoscalingv2.SchemeGroupVersion.WithKind(kindAutoscaler),
		autoscalerToV2, autoscalerToV1),
}

const (
	kindAutoscaler = "HorizontalPodAutoscaler"

	metricSpecsAnnotation    = "autoscaling.alpha.kubernetes.io/metrics"
	behaviorSpecsAnnotation  = "autoscaling.alpha.kubernetes.io/behavior"
	metricStatusesAnnotation = "autoscaling.alpha.kubernetes.io/current-metrics"
	conditionsAnnotation     = "autoscaling.alpha.kubernetes.io/conditions"
)

// roundTripAnnotations are the annotations that carry fields of v2; the last two are obsolete, and are only removed.
var roundTripAnnotations = []string{metricSpecsAnnotation, behaviorSpecsAnnotation, metricStatusesAnnotation, conditionsAnnotation,
	"autoscaling.alpha.kubernetes.io/scale-down-tolerance", "autoscaling.alpha.kubernetes.io/scale-up-tolerance"}

func autoscalerToV2(old *autoscalingv1.HorizontalPodAutoscaler) (*autoscalingv2.HorizontalPodAutoscaler, error) {
	carried := old.Annotations
	h := &autoscalingv2.HorizontalPodAutoscaler{
		ObjectMeta: dropRoundTripAnnotations(old.ObjectMeta),
		Spec: autoscalingv2.HorizontalPodAutoscalerSpec{
			ScaleTargetRef: autoscalingv2.CrossVersionObjectReference(old.Spec.ScaleTargetRef),
			MinReplicas:    old.Spec.MinReplicas,
			MaxReplicas:    old.Spec.MaxReplicas,
			Metrics:        metricsToV2(carried, old.Spec.TargetCPUUtilizationPercentage),
			Behavior:       behaviorToV2(carried),
		},
		Status: autoscalingv2.HorizontalPodAutoscalerStatus{
			ObservedGeneration: old.Status.ObservedGeneration,
			LastScaleTime:      old.Status.LastScaleTime,
			CurrentReplicas:    old.Status.CurrentReplicas,
			DesiredReplicas:    old.Status.DesiredReplicas,
			CurrentMetrics:     currentMetricsToV2(carried, old.Status.CurrentCPUUtilizationPercentage),
		},
	}
	for _, c := range readAnnotation[autoscalingv1.HorizontalPodAutoscalerCondition](carried, conditionsAnnotation) {
		h.Status.Conditions = append(h.Status.Conditions, conditionToV2(c))
	}
	return h, nil
}

func autoscalerToV1(h *autoscalingv2.HorizontalPodAutoscaler) (*autoscalingv1.HorizontalPodAutoscaler, error) {
	old := &autoscalingv1.HorizontalPodAutoscaler{
		ObjectMeta: dropRoundTripAnnotations(h.ObjectMeta),
		Spec: autoscalingv1.HorizontalPodAutoscalerSpec{
			ScaleTargetRef:                 autoscalingv1.CrossVersionObjectReference(h.Spec.ScaleTargetRef),
			MinReplicas:                    h.Spec.MinReplicas,
			MaxReplicas:                    h.Spec.MaxReplicas,
			TargetCPUUtilizationPercentage: cpuTarget(h.Spec.Metrics),
		},
		Status: autoscalingv1.HorizontalPodAutoscalerStatus{
			ObservedGeneration:              h.Status.ObservedGeneration,
			LastScaleTime:                   h.Status.LastScaleTime,
			CurrentReplicas:                 h.Status.CurrentReplicas,
			DesiredReplicas:                 h.Status.DesiredReplicas,
			CurrentCPUUtilizationPercentage: cpuNow(h.Status.CurrentMetrics),
		},
	}
	carried := map[string]string{}
	err := writeAnnotations(carried, map[string]any{
		metricSpecsAnnotation:    metricsToV1(h.Spec.Metrics),
		behaviorSpecsAnnotation:  behaviorToV1(h.Spec.Behavior),
		metricStatusesAnnotation: currentMetricsToV1(h.Status.CurrentMetrics),
		conditionsAnnotation:     conditionsToV1(h.Status.Conditions),
	})
	if err == nil && len(carried) > 0 {
		maps.Copy(carried, old.Annotations)
		old.Annotations = carried
	}
	return old, err
}

// dropRoundTripAnnotations returns m without the annotations that carry fields of v2. It does not change the map of m.
func dropRoundTripAnnotations(m metav1.ObjectMeta) metav1.ObjectMeta {
	for _, name := range roundTripAnnotations {
		if _, has := m.Annotations[name]; has {
			m.Annotations = maps.Clone(m.Annotations)
			for _, name := range roundTripAnnotations {
				delete(m.Annotations, name)
			}
			break
		}
	}
	return m
}

// writeAnnotations writes contents into annotations, as JSON; it skips nil.
func writeAnnotations(annotations map[string]string, contents map[string]any) error {
	for name, content := range contents {
		if content == nil {
			continue
		}
		text, err := json.Marshal(content)
		if err != nil {
			return err
		}
		annotations[name] = string(text)
	}
	return nil
}

// readAnnotation reads a list from an annotation. It returns nil if the text is invalid: users may edit it.
func readAnnotation[T any](annotations map[string]string, name string) []T {
	var list []T
	if err := json.Unmarshal([]byte(annotations[name]), &list); err != nil {
		return nil
	}
	return list
}

func conditionToV2(c autoscalingv1.HorizontalPodAutoscalerCondition) autoscalingv2.HorizontalPodAutoscalerCondition {
	return autoscalingv2.HorizontalPodAutoscalerCondition{
		Type: autoscalingv2.HorizontalPodAutoscalerConditionType(c.Type), Status: corev1.ConditionStatus(c.Status),
		LastTransitionTime: c.LastTransitionTime, Reason: c.Reason, Message: c.Message, ObservedGeneration: c.ObservedGeneration,
	}
}

// conditionsToV1 returns the conditions for the annotation; nil if there are none.
func conditionsToV1(conditions []autoscalingv2.HorizontalPodAutoscalerCondition) any {
	var old []autoscalingv1.HorizontalPodAutoscalerCondition
	for _, c := range conditions {
		old = append(old, autoscalingv1.HorizontalPodAutoscalerCondition{
			Type: autoscalingv1.HorizontalPodAutoscalerConditionType(c.Type), Status: c.Status,
			LastTransitionTime: c.LastTransitionTime, Reason: c.Reason, Message: c.Message, ObservedGeneration: c.ObservedGeneration,
		})
	}
	return orNil(old)
}

// orNil returns the list, or an untyped nil, which writeAnnotations skips, if it is empty.
func orNil[T any](list []T) any {
	if len(list) == 0 {
		return nil
	}
	return list
}

// The format of the annotation for behavior. It uses the names of the Go fields, with capital letters, because it is
// older than the version that has the field.
type (
	roundTripBehavior struct{ ScaleUp, ScaleDown *roundTripRules }
	roundTripRules    struct {
		StabilizationWindowSeconds *int32
		SelectPolicy               *autoscalingv2.ScalingPolicySelect
		Policies                   []roundTripPolicy
		Tolerance                  *resource.Quantity
	}
	roundTripPolicy struct {
		Type          autoscalingv2.HPAScalingPolicyType
		Value         int32
		PeriodSeconds int32
	}
)

func behaviorToV2(annotations map[string]string) *autoscalingv2.HorizontalPodAutoscalerBehavior {
	var carried roundTripBehavior
	err := json.Unmarshal([]byte(annotations[behaviorSpecsAnnotation]), &carried)
	if err != nil || carried == (roundTripBehavior{}) {
		return nil
	}
	return &autoscalingv2.HorizontalPodAutoscalerBehavior{ScaleUp: carried.ScaleUp.rules(), ScaleDown: carried.ScaleDown.rules()}
}

// behaviorToV1 returns the behavior for the annotation; nil if there is none.
func behaviorToV1(b *autoscalingv2.HorizontalPodAutoscalerBehavior) any {
	if b == nil {
		return nil
	}
	return roundTripBehavior{ScaleUp: toRoundTripRules(b.ScaleUp), ScaleDown: toRoundTripRules(b.ScaleDown)}
}

func (c *roundTripRules) rules() *autoscalingv2.HPAScalingRules {
	if c == nil {
		return nil
	}
	r := &autoscalingv2.HPAScalingRules{
		StabilizationWindowSeconds: c.StabilizationWindowSeconds, SelectPolicy: c.SelectPolicy, Tolerance: c.Tolerance,
	}
	for _, p := range c.Policies {
		r.Policies = append(r.Policies, autoscalingv2.HPAScalingPolicy(p))
	}
	return r
}

func toRoundTripRules(r *autoscalingv2.HPAScalingRules) *roundTripRules {
	if r == nil {
		return nil
	}
	c := &roundTripRules{
		StabilizationWindowSeconds: r.StabilizationWindowSeconds, SelectPolicy: r.SelectPolicy, Tolerance: r.Tolerance,
	}
	for _, p := range r.Policies {
		c.Policies = append(c.Policies, roundTripPolicy(p))
	}
	return c
}
