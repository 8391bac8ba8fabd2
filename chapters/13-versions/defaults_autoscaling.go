package versions

import (
	autoscalingv1 "k8s.io/api/autoscaling/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
)

// autoscalingDefaults is autoscaling/v1 and v2. What v1 has no field for, the conversion fills in.
// Upstream: pkg/apis/autoscaling/{v1,v2}/defaults.go.
var autoscalingDefaults = []defaulter{on(firstAutoscaler), on(autoscaler)}

func firstAutoscaler(h *autoscalingv1.HorizontalPodAutoscaler) { point(&h.Spec.MinReplicas, 1) }

func autoscaler(h *autoscalingv2.HorizontalPodAutoscaler) {
	point(&h.Spec.MinReplicas, 1)
	if len(h.Spec.Metrics) == 0 {
		h.Spec.Metrics = []autoscalingv2.MetricSpec{cpuMetric(defaultCPU)}
	}
	h.ObjectMeta = withoutCarriers(h.ObjectMeta) // in this version nothing travels in annotations
	if b := h.Spec.Behavior; b != nil {
		scaleUp(&b.ScaleUp)
		scaleDown(&b.ScaleDown)
	}
}

// Both directions look back over the same time; how long a recommendation to scale down is waited out is a flag of the
// controller, so it has no default here.
const scalingPeriod int32 = 15 // in seconds

// scaleUp: double the pods, or four more if that is more, and at once.
func scaleUp(rules **autoscalingv2.HPAScalingRules) {
	point(rules, autoscalingv2.HPAScalingRules{})
	point(&(*rules).StabilizationWindowSeconds, 0)
	scaling(*rules,
		autoscalingv2.HPAScalingPolicy{Type: autoscalingv2.PodsScalingPolicy, Value: 4, PeriodSeconds: scalingPeriod},
		autoscalingv2.HPAScalingPolicy{Type: autoscalingv2.PercentScalingPolicy, Value: 100, PeriodSeconds: scalingPeriod})
}

// scaleDown: to the minimum, if need be in one step.
func scaleDown(rules **autoscalingv2.HPAScalingRules) {
	point(rules, autoscalingv2.HPAScalingRules{})
	scaling(*rules, autoscalingv2.HPAScalingPolicy{Type: autoscalingv2.PercentScalingPolicy, Value: 100, PeriodSeconds: scalingPeriod})
}

func scaling(r *autoscalingv2.HPAScalingRules, policies ...autoscalingv2.HPAScalingPolicy) {
	point(&r.SelectPolicy, autoscalingv2.MaxChangePolicySelect)
	if r.Policies == nil {
		r.Policies = policies
	}
}
