package core

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	rest "kubepath/chapters/04-rest"
)

// remove writes into the pod why it goes, and deletes it. Upstream: addConditionAndDeletePod.
func (e *EvictionREST) remove(ctx context.Context, name string, d *metav1.DeleteOptions) error {
	if len(d.DryRun) == 0 {
		marked, _, err := e.pods.Update(ctx, name, &rest.Update{
			Mutate: func(_ context.Context, old runtime.Object) (runtime.Object, error) {
				pod := old.(*corev1.Pod)
				return pod, markEvicted(pod, d.Preconditions)
			},
		})
		if err != nil {
			return err
		}
		if pinsVersion(d) {
			m, err := meta.Accessor(marked)
			if err != nil {
				return err
			}
			version := m.GetResourceVersion() // the change above is ours
			d = d.DeepCopy()
			d.Preconditions.ResourceVersion = &version
		}
	}
	_, _, err := e.pods.Delete(ctx, name, &rest.DeleteOptions{DeleteOptions: *d})
	return err
}

func markEvicted(pod *corev1.Pod, p *metav1.Preconditions) error {
	if err := meets(pod, p); err != nil {
		return err
	}
	setCondition(&pod.Status, corev1.PodCondition{
		Type: corev1.DisruptionTarget, Status: corev1.ConditionTrue,
		Reason: "EvictionByEvictionAPI", Message: "Eviction API: evicting",
	})
	return nil
}

func meets(pod *corev1.Pod, p *metav1.Preconditions) error {
	var unmet error
	switch {
	case p == nil:
		return nil
	case p.UID != nil && *p.UID != "" && *p.UID != pod.UID:
		unmet = fmt.Errorf("the UID in the precondition (%s) does not match the UID in record (%s). "+
			"The object might have been deleted and then recreated", *p.UID, pod.UID)
	case p.ResourceVersion != nil && *p.ResourceVersion != "" && *p.ResourceVersion != pod.ResourceVersion:
		unmet = fmt.Errorf("the ResourceVersion in the precondition (%s) does not match the ResourceVersion in record (%s). "+
			"The object might have been modified", *p.ResourceVersion, pod.ResourceVersion)
	default:
		return nil
	}
	return apierrors.NewConflict(schema.GroupResource{Resource: "Pod"}, pod.Name, unmet)
}
