package core

import (
	"context"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
)

// CheckGracefulDelete gives a pod the time that the client names, or that its spec does. A pod that no kubelet runs, or
// that has ended, needs none.
func (podStrategy) CheckGracefulDelete(_ context.Context, obj runtime.Object, options *metav1.DeleteOptions) bool {
	if options == nil {
		return false
	}
	period := graceOf(obj.(*corev1.Pod), options)
	options.GracePeriodSeconds = &period
	return true
}

func graceOf(pod *corev1.Pod, options *metav1.DeleteOptions) int64 {
	period := options.GracePeriodSeconds
	if period == nil {
		period = pod.Spec.TerminationGracePeriodSeconds
	}
	switch {
	case period == nil, pod.Spec.NodeName == "", ended(pod):
		return 0
	case *period < 0:
		return 1
	}
	return *period
}

// ended: its containers will not run again.
func ended(pod *corev1.Pod) bool {
	return pod.Status.Phase == corev1.PodFailed || pod.Status.Phase == corev1.PodSucceeded
}
