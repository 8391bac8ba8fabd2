package exercise

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	rest "kubepath/chapters/04-rest"
)

// Bind gives the pod called name to the node that binding names. Its error is what the client gets: a Conflict where the
// pod cannot be bound; whatever b.pods says (NotFound) as it is. With dryRun it answers the same, and changes nothing.
func (b *Binding) Bind(ctx context.Context, name string, binding *corev1.Binding, dryRun []string) error {
	update := &rest.Update{
		Options: metav1.UpdateOptions{DryRun: dryRun},
		Mutate: func(_ context.Context, old runtime.Object) (runtime.Object, error) {
			pod := old.(*corev1.Pod)
			return pod, assign(pod, binding)
		},
	}
	if binding.UID != "" {
		update.Preconditions = &metav1.Preconditions{UID: &binding.UID}
	}
	_, _, err := b.pods.Update(ctx, name, update)
	return err
}

// assign changes a pod that may be bound, and refuses any other.
func assign(pod *corev1.Pod, binding *corev1.Binding) error {
	switch {
	case pod.DeletionTimestamp != nil:
		return refused(pod.Name, fmt.Sprintf("pod %s is being deleted, cannot be assigned to a host", pod.Name))
	case pod.Spec.NodeName != "":
		return refused(pod.Name, fmt.Sprintf("pod %s is already assigned to node %q", pod.Name, pod.Spec.NodeName))
	case len(pod.Spec.SchedulingGates) > 0:
		return refused(pod.Name, fmt.Sprintf("pod %s has non-empty .spec.schedulingGates", pod.Name))
	}
	pod.Spec.NodeName = binding.Target.Name
	return nil
}
