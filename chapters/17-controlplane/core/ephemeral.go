package core

import (
	"context"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/validation/field"

	rest "kubepath/chapters/04-rest"
)

// ephemeralStrategy is for who debugs a running pod: it adds containers that are only there for that.
// Upstream: podEphemeralContainersStrategy.
type ephemeralStrategy struct{ podStrategy }

// PrepareForUpdate keeps everything but the ephemeral containers.
func (ephemeralStrategy) PrepareForUpdate(_ context.Context, obj, old runtime.Object) {
	pod, before := obj.(*corev1.Pod), old.(*corev1.Pod)
	added := pod.Spec.EphemeralContainers
	pod.Spec = before.Spec
	pod.Spec.EphemeralContainers = added
	pod.Status = before.Status
	metav1.ResetObjectMetaForStatus(&pod.ObjectMeta, &before.ObjectMeta)
	countGeneration(pod, before)
}

// GetResetFields is nothing, as upstream: who writes through here owns what it sends, even what is put back.
func (ephemeralStrategy) GetResetFields() rest.ResetFields { return nil }

func (ephemeralStrategy) ValidateUpdate(_ context.Context, obj, old runtime.Object) field.ErrorList {
	return ValidateEphemeralContainersUpdate(obj.(*corev1.Pod), old.(*corev1.Pod))
}
