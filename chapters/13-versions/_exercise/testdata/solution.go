package exercise

import (
	"maps"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// toHub makes the hub's form of an autoscaler of v1: the metrics that its annotation carries, then the use of CPU. It
// leaves old, and the maps in it, as they are.
func toHub(old *first) (*hub, error) {
	h := sameInHub(old)
	h.Spec.Metrics = unpack(old.Annotations[carrier])
	if percent := old.Spec.TargetCPUUtilizationPercentage; percent != nil {
		h.Spec.Metrics = append(h.Spec.Metrics, cpu(*percent))
	}
	if len(h.Spec.Metrics) == 0 {
		h.Spec.Metrics = append(h.Spec.Metrics, cpu(defaultPercent))
	}
	dropCarrier(&h.ObjectMeta)
	return h, nil
}

// fromHub makes the form of v1: the use of CPU has a field, all other metrics travel in the annotation. It leaves h, and
// the maps in it, as they are.
func fromHub(h *hub) (*first, error) {
	old := sameInFirst(h)
	dropCarrier(&old.ObjectMeta)
	var rest []autoscalingv2.MetricSpec
	for _, m := range h.Spec.Metrics {
		if percent := percentOf(m); percent != nil {
			old.Spec.TargetCPUUtilizationPercentage = percent
		} else {
			rest = append(rest, m)
		}
	}
	if len(rest) > 0 {
		old.Annotations = maps.Clone(old.Annotations)
		metav1.SetMetaDataAnnotation(&old.ObjectMeta, carrier, pack(rest))
	}
	return old, nil
}

// dropCarrier takes the annotation off a copy of the map.
func dropCarrier(m *metav1.ObjectMeta) {
	if _, has := m.Annotations[carrier]; has {
		m.Annotations = maps.Clone(m.Annotations)
		delete(m.Annotations, carrier)
	}
}
