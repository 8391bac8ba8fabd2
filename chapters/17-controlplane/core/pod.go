package core

import (
	"cmp"
	"context"
	"fmt"
	"strconv"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	rest "kubepath/chapters/04-rest"
	registry "kubepath/chapters/06-registry"
)

// podStrategy is for who wants a pod: it writes the spec, once, and never the status.
// Upstream: pkg/registry/core/pod.podStrategy.
type podStrategy struct{ registry.Namespaced }

var (
	_ registry.Strategy                   = podStrategy{}
	_ registry.RESTGracefulDeleteStrategy = podStrategy{}
)

// PrepareForCreate begins the pod's life: nobody runs it yet.
func (podStrategy) PrepareForCreate(ctx context.Context, obj runtime.Object) {
	pod := obj.(*corev1.Pod)
	pod.Generation = 1
	pod.Status = corev1.PodStatus{Phase: corev1.PodPending, QOSClass: cmp.Or(pod.Status.QOSClass, qualityOfService(&pod.Spec))}
	dropAlpha(&pod.Spec)
	holdAtGates(pod)
	narrowByLabelKeys(pod)
	adoptAppArmor(ctx, pod)
}

// PrepareForUpdate keeps the status, which is the kubelet's.
func (podStrategy) PrepareForUpdate(_ context.Context, obj, old runtime.Object) {
	pod, before := obj.(*corev1.Pod), old.(*corev1.Pod)
	pod.Status = before.Status
	dropAlpha(&pod.Spec)
	countGeneration(pod, before)
}

// GetResetFields are those that PrepareForUpdate puts back.
func (podStrategy) GetResetFields() rest.ResetFields { return rest.ResetFields{{"status"}} }

// countGeneration: a new spec is a new generation, whichever way it came.
func countGeneration(pod, before *corev1.Pod) {
	if !equality.Semantic.DeepEqual(&pod.Spec, &before.Spec) {
		pod.Generation++
	}
}

func (podStrategy) Validate(_ context.Context, obj runtime.Object) field.ErrorList {
	return ValidatePodCreate(obj.(*corev1.Pod))
}

func (podStrategy) ValidateUpdate(_ context.Context, obj, old runtime.Object) field.ErrorList {
	return ValidatePodUpdate(obj.(*corev1.Pod), old.(*corev1.Pod))
}

func (podStrategy) WarningsOnCreate(_ context.Context, obj runtime.Object) []string {
	pod := obj.(*corev1.Pod)
	var lines []string
	if wrong := validation.IsDNS1123Label(pod.Name); len(wrong) > 0 {
		lines = append(lines, fmt.Sprintf("metadata.name: this is used in the Pod's hostname, which can result in "+
			"surprising behavior; a DNS label is recommended: %v", wrong))
	}
	return append(lines, warnPod(pod)...)
}

// podFields is what field selectors see of a pod. Upstream: ToSelectableFields.
func podFields(obj runtime.Object) fields.Set {
	pod := obj.(*corev1.Pod)
	return fields.Set{
		"spec.nodeName":            pod.Spec.NodeName,
		"spec.restartPolicy":       string(pod.Spec.RestartPolicy),
		"spec.schedulerName":       pod.Spec.SchedulerName,
		"spec.serviceAccountName":  pod.Spec.ServiceAccountName,
		"spec.hostNetwork":         strconv.FormatBool(pod.Spec.HostNetwork),
		"status.phase":             string(pod.Status.Phase),
		"status.podIP":             pod.Status.PodIP,
		"status.podIPs":            "", // a selector may name it, but nothing is compared with it
		"status.nominatedNodeName": pod.Status.NominatedNodeName,
	}
}
