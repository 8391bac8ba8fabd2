package exercise

import (
	autoscalingv1 "k8s.io/api/autoscaling/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"

	kinds "kubepath/chapters/02-kinds"
	versions "kubepath/chapters/13-versions"
)

type (
	first = autoscalingv1.HorizontalPodAutoscaler
	hub   = autoscalingv2.HorizontalPodAutoscaler
)

// carrier is the annotation that carries metrics in v1.
const carrier = "autoscaling.alpha.kubernetes.io/metrics"

// defaultPercent is the default target of CPU utilization.
const defaultPercent int32 = 80

var (
	firstKind = autoscalingv1.SchemeGroupVersion.WithKind("HorizontalPodAutoscaler")
	hubKind   = autoscalingv2.SchemeGroupVersion.WithKind("HorizontalPodAutoscaler")
)

// sameInHub returns a v2 object with the fields that both versions have, without metrics. It shares its maps with old.
func sameInHub(old *first) *hub {
	h := &hub{ObjectMeta: old.ObjectMeta}
	h.SetGroupVersionKind(hubKind)
	h.Spec.ScaleTargetRef = autoscalingv2.CrossVersionObjectReference(old.Spec.ScaleTargetRef)
	h.Spec.MinReplicas, h.Spec.MaxReplicas = old.Spec.MinReplicas, old.Spec.MaxReplicas
	return h
}

// sameInFirst is the reverse of sameInHub.
func sameInFirst(h *hub) *first {
	old := &first{ObjectMeta: h.ObjectMeta}
	old.SetGroupVersionKind(firstKind)
	old.Spec.ScaleTargetRef = autoscalingv1.CrossVersionObjectReference(h.Spec.ScaleTargetRef)
	old.Spec.MinReplicas, old.Spec.MaxReplicas = h.Spec.MinReplicas, h.Spec.MaxReplicas
	return old
}

// cpu returns the metric that v1 has a field for.
func cpu(percent int32) autoscalingv2.MetricSpec {
	return autoscalingv2.MetricSpec{
		Type: autoscalingv2.ResourceMetricSourceType,
		Resource: &autoscalingv2.ResourceMetricSource{
			Name:   corev1.ResourceCPU,
			Target: autoscalingv2.MetricTarget{Type: autoscalingv2.UtilizationMetricType, AverageUtilization: &percent},
		},
	}
}

// percentOf returns the percentage of a metric of CPU utilization; nil for any other metric.
func percentOf(m autoscalingv2.MetricSpec) *int32 {
	if m.Resource == nil || m.Resource.Name != corev1.ResourceCPU {
		return nil
	}
	return m.Resource.Target.AverageUtilization
}

// pack returns the text of the annotation for metrics, which must not include CPU utilization.
func pack(metrics []autoscalingv2.MetricSpec) string {
	packed, err := table.Convert(&hub{Spec: autoscalingv2.HorizontalPodAutoscalerSpec{Metrics: metrics}}, firstKind)
	if err != nil {
		return ""
	}
	return packed.(*first).Annotations[carrier]
}

// unpack reads what pack wrote; for an invalid text it returns no metrics.
func unpack(text string) []autoscalingv2.MetricSpec {
	packed := &first{}
	packed.Annotations = map[string]string{carrier: text}
	packed.Spec.TargetCPUUtilizationPercentage = new(int32) // becomes the last metric, which is removed again
	unpacked, err := table.Convert(packed, hubKind)
	if err != nil {
		return nil
	}
	metrics := unpacked.(*hub).Spec.Metrics
	return metrics[:len(metrics)-1]
}

// table is the project's own converter: it knows v1's format of each kind of metric.
var table = versions.NewConverter(kinds.NewScheme())
