package core

import (
	"context"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	rest "kubepath/chapters/04-rest"
)

// podStatusStrategy is for the kubelet: it tells how the pod fares, and changes nothing else.
// Upstream: pkg/registry/core/pod.podStatusStrategy.
type podStatusStrategy struct{ podStrategy }

// PrepareForUpdate keeps the spec, and of the metadata what kubelets of old are known to spoil.
func (podStatusStrategy) PrepareForUpdate(_ context.Context, obj, old runtime.Object) {
	pod, before := obj.(*corev1.Pod), old.(*corev1.Pod)
	pod.Spec = before.Spec
	pod.DeletionTimestamp = nil
	pod.OwnerReferences = before.OwnerReferences
	if pod.Status.QOSClass == "" {
		pod.Status.QOSClass = before.Status.QOSClass
	}
	keepObservedGenerations(&pod.Status, &before.Status)
}

// GetResetFields are those that PrepareForUpdate puts back.
func (podStatusStrategy) GetResetFields() rest.ResetFields {
	return rest.ResetFields{{"spec"}, {"metadata", "deletionTimestamp"}, {"metadata", "ownerReferences"}}
}

// keepObservedGenerations: a writer that does not know the field does not mean to clear it.
func keepObservedGenerations(now, before *corev1.PodStatus) {
	if now.ObservedGeneration == 0 {
		now.ObservedGeneration = before.ObservedGeneration
	}
	seen := map[corev1.PodConditionType][]int64{} // a type may stand there more than once
	for _, c := range before.Conditions {
		seen[c.Type] = append(seen[c.Type], c.ObservedGeneration)
	}
	for i := range now.Conditions {
		c := &now.Conditions[i]
		earlier := seen[c.Type]
		if len(earlier) == 0 {
			continue
		}
		if c.ObservedGeneration == 0 {
			c.ObservedGeneration = earlier[0]
		}
		seen[c.Type] = earlier[1:]
	}
}

func (podStatusStrategy) ValidateUpdate(_ context.Context, obj, old runtime.Object) field.ErrorList {
	return ValidatePodStatusUpdate(obj.(*corev1.Pod), old.(*corev1.Pod))
}

func (podStatusStrategy) WarningsOnUpdate(_ context.Context, obj, _ runtime.Object) []string {
	status := &obj.(*corev1.Pod).Status
	var lines []string
	for i, ip := range status.PodIPs {
		lines = append(lines, validation.GetWarningsForIP(field.NewPath("status", "podIPs").Index(i).Child("ip"), ip.IP)...)
	}
	for i, ip := range status.HostIPs {
		lines = append(lines, validation.GetWarningsForIP(field.NewPath("status", "hostIPs").Index(i).Child("ip"), ip.IP)...)
	}
	return lines
}
