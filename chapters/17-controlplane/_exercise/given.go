package exercise

import (
	"context"
	"errors"
	"slices"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	rest "kubepath/chapters/04-rest"
	registry "kubepath/chapters/06-registry"
)

// Binding is what pods/NAME/binding serves. Its one capability is that it creates below a name: POST, and nothing else.
type Binding struct {
	// pods is the Store of all pods, with a strategy that lets every change through: what a user may not change in a pod
	// (spec.nodeName), a binding does.
	pods *registry.Store
}

var (
	_ rest.NamedCreater                   = (*Binding)(nil)
	_ rest.SubresourceObjectMetaPreserver = (*Binding)(nil)
)

// bindingStrategy refuses nothing and resets nothing.
type bindingStrategy struct{ registry.Namespaced }

// NewBinding binds the pods of a Store. That one stays as it is.
func NewBinding(pods *registry.Store) *Binding {
	own := *pods
	own.Strategy = bindingStrategy{}
	return &Binding{pods: &own}
}

// Create is called with the decoded body.
func (b *Binding) Create(ctx context.Context, name string, obj runtime.Object, options *rest.CreateOptions) (runtime.Object, error) {
	if err := b.Bind(ctx, name, obj.(*corev1.Binding), options.DryRun); err != nil {
		return nil, err
	}
	return &metav1.Status{Status: metav1.StatusSuccess}, nil
}

// New returns an empty Binding, into which a body is decoded.
func (b *Binding) New() runtime.Object { return &corev1.Binding{} }

// Destroy has nothing to end.
func (b *Binding) Destroy() {}

// PreserveRequestObjectMetaSystemFieldsOnSubresourceCreate keeps the uid of the body, which is the pod's.
func (b *Binding) PreserveRequestObjectMetaSystemFieldsOnSubresourceCreate() bool { return true }

// refused is the 409 of a pod that cannot be bound.
func refused(name, why string) error {
	return apierrors.NewConflict(schema.GroupResource{Resource: "pods/binding"}, name, errors.New(why))
}

// setScheduled says in the pod's status that it has a node.
func setScheduled(pod *corev1.Pod) {
	pod.Status.Conditions = slices.DeleteFunc(slices.Clone(pod.Status.Conditions), func(c corev1.PodCondition) bool {
		return c.Type == corev1.PodScheduled
	})
	pod.Status.Conditions = append(pod.Status.Conditions, corev1.PodCondition{
		Type: corev1.PodScheduled, Status: corev1.ConditionTrue, LastTransitionTime: metav1.Now(),
	})
}
