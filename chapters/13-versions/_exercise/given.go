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

// carrier is the annotation in which metrics travel through v1.
const carrier = "autoscaling.alpha.kubernetes.io/metrics"

// defaultPercent is the use of CPU at which an autoscaler aims that is told nothing.
const defaultPercent int32 = 80

var (
	firstKind = autoscalingv1.SchemeGroupVersion.WithKind("HorizontalPodAutoscaler")
	hubKind   = autoscalingv2.SchemeGroupVersion.WithKind("HorizontalPodAutoscaler")
)

// sameInHub has what both versions have; no metrics. Its maps are those of old.
func sameInHub(old *first) *hub {
	h := &hub{ObjectMeta: old.ObjectMeta}
	h.SetGroupVersionKind(hubKind)
	h.Spec.ScaleTargetRef = autoscalingv2.CrossVersionObjectReference(old.Spec.ScaleTargetRef)
	h.Spec.MinReplicas, h.Spec.MaxReplicas = old.Spec.MinReplicas, old.Spec.MaxReplicas
	return h
}

// sameInFirst is sameInHub, the other way.
func sameInFirst(h *hub) *first {
	old := &first{ObjectMeta: h.ObjectMeta}
	old.SetGroupVersionKind(firstKind)
	old.Spec.ScaleTargetRef = autoscalingv1.CrossVersionObjectReference(h.Spec.ScaleTargetRef)
	old.Spec.MinReplicas, old.Spec.MaxReplicas = h.Spec.MinReplicas, h.Spec.MaxReplicas
	return old
}

// cpu is the metric that v1 has a field for.
func cpu(percent int32) autoscalingv2.MetricSpec {
	return autoscalingv2.MetricSpec{
		Type: autoscalingv2.ResourceMetricSourceType,
		Resource: &autoscalingv2.ResourceMetricSource{
			Name:   corev1.ResourceCPU,
			Target: autoscalingv2.MetricTarget{Type: autoscalingv2.UtilizationMetricType, AverageUtilization: &percent},
		},
	}
}

// percentOf is the percentage of a metric that cpu could have made; nil for any other.
func percentOf(m autoscalingv2.MetricSpec) *int32 {
	if m.Resource == nil || m.Resource.Name != corev1.ResourceCPU {
		return nil
	}
	return m.Resource.Target.AverageUtilization
}

// pack writes metrics, those of cpu not among them, as the annotation holds them.
func pack(metrics []autoscalingv2.MetricSpec) string {
	packed, err := table.Convert(&hub{Spec: autoscalingv2.HorizontalPodAutoscalerSpec{Metrics: metrics}}, firstKind)
	if err != nil {
		return ""
	}
	return packed.(*first).Annotations[carrier]
}

// unpack reads what pack wrote; what cannot be read is no metric.
func unpack(text string) []autoscalingv2.MetricSpec {
	packed := &first{}
	packed.Annotations = map[string]string{carrier: text}
	packed.Spec.TargetCPUUtilizationPercentage = new(int32) // comes last, and goes again
	unpacked, err := table.Convert(packed, hubKind)
	if err != nil {
		return nil
	}
	metrics := unpacked.(*hub).Spec.Metrics
	return metrics[:len(metrics)-1]
}

// table is the project's own: it knows how v1 once wrote each kind of metric.
var table = versions.NewConverter(kinds.NewScheme())
