package core

import (
	"context"
	"slices"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/validation/field"

	rest "kubepath/chapters/04-rest"
)

// resizeStrategy is for who gives a running pod more or less CPU and memory. Upstream: podResizeStrategy.
type resizeStrategy struct{ podStrategy }

// PrepareForUpdate keeps everything but the resources. Containers that do not match those that run are left as they
// are, for the validation to refuse.
func (resizeStrategy) PrepareForUpdate(_ context.Context, obj, old runtime.Object) {
	pod, before := obj.(*corev1.Pod), old.(*corev1.Pod)
	if len(pod.Spec.Containers) == len(before.Spec.Containers) && len(pod.Spec.InitContainers) == len(before.Spec.InitContainers) {
		asked := pod.Spec
		pod.Spec = before.Spec
		pod.Spec.Resources = asked.Resources
		pod.Spec.Containers = resized(before.Spec.Containers, asked.Containers)
		pod.Spec.InitContainers = resized(before.Spec.InitContainers, asked.InitContainers)
		pod.Status = before.Status
		metav1.ResetObjectMetaForStatus(&pod.ObjectMeta, &before.ObjectMeta)
	}
	countGeneration(pod, before)
}

// GetResetFields is nothing, as upstream: who writes through here owns what it sends, even what is put back.
func (resizeStrategy) GetResetFields() rest.ResetFields { return nil }

// resized are the containers that run with the resources that were asked for.
func resized(running, asked []corev1.Container) []corev1.Container {
	if len(asked) == 0 {
		return asked
	}
	merged := slices.Clone(running)
	for i := range asked {
		if merged[i].Name != asked[i].Name {
			return asked
		}
		merged[i].Resources, merged[i].ResizePolicy = asked[i].Resources, asked[i].ResizePolicy
	}
	return merged
}

func (resizeStrategy) ValidateUpdate(_ context.Context, obj, old runtime.Object) field.ErrorList {
	return ValidatePodResize(obj.(*corev1.Pod), old.(*corev1.Pod))
}
