package core

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// findCondition returns the pod's condition of a type; nil where it has none.
func findCondition(status *corev1.PodStatus, of corev1.PodConditionType) *corev1.PodCondition {
	for i := range status.Conditions {
		if status.Conditions[i].Type == of {
			return &status.Conditions[i]
		}
	}
	return nil
}

// isTrue: the pod has the condition.
func isTrue(status *corev1.PodStatus, of corev1.PodConditionType) bool {
	c := findCondition(status, of)
	return c != nil && c.Status == corev1.ConditionTrue
}

// setCondition adds a condition or replaces the one of its type. The transition time is now, unless the status stays.
// Upstream: podutil.UpdatePodCondition.
func setCondition(status *corev1.PodStatus, c corev1.PodCondition) {
	c.LastTransitionTime = metav1.Now()
	old := findCondition(status, c.Type)
	if old == nil {
		status.Conditions = append(status.Conditions, c)
		return
	}
	if old.Status == c.Status {
		c.LastTransitionTime = old.LastTransitionTime
	}
	if !equality.Semantic.DeepEqual(*old, c) {
		*old = c
	}
}

// holdAtGates tells the scheduler's clients why a pod with gates is not scheduled.
func holdAtGates(pod *corev1.Pod) {
	if len(pod.Spec.SchedulingGates) == 0 || findCondition(&pod.Status, corev1.PodScheduled) != nil {
		return
	}
	setCondition(&pod.Status, corev1.PodCondition{
		Type: corev1.PodScheduled, Status: corev1.ConditionFalse, Reason: corev1.PodReasonSchedulingGated,
		Message: "Scheduling is blocked due to non-empty scheduling gates",
	})
}
