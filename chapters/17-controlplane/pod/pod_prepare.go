package pod

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"

	rest "kubepath/chapters/04-rest"
	"kubepath/chapters/17-controlplane/podspec"
)

// findCondition returns the pod's condition of a type; nil: there is none.
func findCondition(status *corev1.PodStatus, of corev1.PodConditionType) *corev1.PodCondition {
	for i := range status.Conditions {
		if status.Conditions[i].Type == of {
			return &status.Conditions[i]
		}
	}
	return nil
}

// isTrue reports whether the pod's condition of a type has the status True.
func isTrue(status *corev1.PodStatus, of corev1.PodConditionType) bool {
	c := findCondition(status, of)
	return c != nil && c.Status == corev1.ConditionTrue
}

// setCondition adds a condition or replaces the one of its type. lastTransitionTime becomes now if the status changes.
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

// setSchedulingGated sets the condition PodScheduled to False with reason SchedulingGated on a pod with scheduling gates.
func setSchedulingGated(pod *corev1.Pod) {
	if len(pod.Spec.SchedulingGates) == 0 || findCondition(&pod.Status, corev1.PodScheduled) != nil {
		return
	}
	setCondition(&pod.Status, corev1.PodCondition{
		Type: corev1.PodScheduled, Status: corev1.ConditionFalse, Reason: corev1.PodReasonSchedulingGated,
		Message: "Scheduling is blocked due to non-empty scheduling gates",
	})
}

// adoptAppArmor copies AppArmor profiles of a new pod from the deprecated annotations to the fields.
// Upstream: applyAppArmorVersionSkew.
func adoptAppArmor(ctx context.Context, pod *corev1.Pod) {
	if len(pod.Annotations) == 0 || pod.Spec.OS != nil && pod.Spec.OS.Name == corev1.Windows {
		return
	}
	var ofPod *corev1.AppArmorProfile
	if pod.Spec.SecurityContext != nil {
		ofPod = pod.Spec.SecurityContext.AppArmorProfile
	}
	podspec.EachContainer(nil, &pod.Spec, func(c *corev1.Container, _ *field.Path) {
		key := corev1.DeprecatedAppArmorBetaContainerAnnotationKeyPrefix + c.Name
		text, ok := pod.Annotations[key]
		if !ok || c.SecurityContext != nil && c.SecurityContext.AppArmorProfile != nil {
			return
		}
		profile := podspec.AppArmorProfileOf(text)
		if len(podspec.ValidateAppArmorProfile(field.NewPath(""), profile)) > 0 {
			profile = nil
		}
		if profile != nil && equality.Semantic.DeepEqual(profile, ofPod) {
			return
		}
		if profile != nil {
			if c.SecurityContext == nil {
				c.SecurityContext = &corev1.SecurityContext{}
			}
			c.SecurityContext.AppArmorProfile = profile
		}
		rest.AddWarning(ctx, fmt.Sprintf(`%s: deprecated since v1.30; use the "appArmorProfile" field instead`, annotationsPath.Key(key)))
	})
}

// addMatchLabelKeys turns matchLabelKeys and mismatchLabelKeys of a new pod into selector requirements, with the values of
// the pod's own labels. Upstream: mutatePodAffinity,
// mutateTopologySpreadConstraints.
func addMatchLabelKeys(pod *corev1.Pod) {
	for _, term := range podspec.AffinityTerms(pod.Spec.Affinity) {
		requireKeys(term.LabelSelector, term.MatchLabelKeys, metav1.LabelSelectorOpIn, pod.Labels)
		requireKeys(term.LabelSelector, term.MismatchLabelKeys, metav1.LabelSelectorOpNotIn, pod.Labels)
	}
	for i := range pod.Spec.TopologySpreadConstraints {
		c := &pod.Spec.TopologySpreadConstraints[i]
		requireKeys(c.LabelSelector, c.MatchLabelKeys, metav1.LabelSelectorOpIn, pod.Labels)
	}
}

// requireKeys adds a requirement for each key that labels have. A nil selector selects nothing, and stays nil.
func requireKeys(s *metav1.LabelSelector, keys []string, op metav1.LabelSelectorOperator, labels map[string]string) {
	if s == nil {
		return
	}
	for _, key := range keys {
		if value, ok := labels[key]; ok {
			s.MatchExpressions = append(s.MatchExpressions, metav1.LabelSelectorRequirement{Key: key, Operator: op, Values: []string{value}})
		}
	}
}
