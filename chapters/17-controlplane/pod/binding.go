package pod

import (
	"context"
	"fmt"
	"maps"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/validation/field"

	rest "kubepath/chapters/04-rest"
	registry "kubepath/chapters/06-registry"
	"kubepath/chapters/17-controlplane/resource"
	"kubepath/chapters/17-controlplane/validate"
)

// BindingREST is the subresource binding: a scheduler assigns a pod to a node, once. Upstream: BindingREST.
type BindingREST struct{ pods *registry.Store }

var (
	_ rest.NamedCreater                   = (*BindingREST)(nil)
	_ rest.SubresourceObjectMetaPreserver = (*BindingREST)(nil)
)

// NewBindingREST returns the binding subresource of a Store of pods.
func NewBindingREST(pods *registry.Store) *BindingREST {
	own := *pods
	own.Strategy, own.ObjectMeta = bindingStrategy{}, registry.NoMeta
	return &BindingREST{&own}
}

// bindingStrategy changes and validates nothing: assignPod has made the change.
type bindingStrategy struct{ registry.Namespaced }

// New returns an empty Binding.
func (b *BindingREST) New() runtime.Object { return &corev1.Binding{} }

// Destroy does nothing.
func (b *BindingREST) Destroy() {}

// PreserveRequestObjectMetaSystemFieldsOnSubresourceCreate is true: the uid in a Binding is a precondition on the pod's uid.
func (b *BindingREST) PreserveRequestObjectMetaSystemFieldsOnSubresourceCreate() bool { return true }

// Create assigns the pod called name. It is a Conflict if the pod has a node, is being deleted, or has scheduling gates.
func (b *BindingREST) Create(ctx context.Context, name string, obj runtime.Object, options *rest.CreateOptions) (runtime.Object, error) {
	binding, ok := obj.(*corev1.Binding)
	if !ok {
		return nil, apierrors.NewBadRequest(fmt.Sprintf("not a Binding object: %#v", obj))
	}
	if name != binding.Name {
		return nil, apierrors.NewBadRequest("name in URL does not match name in Binding object")
	}
	if errs := validateBinding(binding); len(errs) > 0 {
		return nil, errs.ToAggregate()
	}
	if options.Validate != nil {
		if err := options.Validate(ctx, binding.DeepCopy(), nil); err != nil {
			return nil, err
		}
	}
	if err := b.assign(ctx, binding, options.DryRun); err != nil {
		return nil, err
	}
	return &metav1.Status{Status: metav1.StatusSuccess}, nil
}

func (b *BindingREST) assign(ctx context.Context, binding *corev1.Binding, dryRun []string) error {
	_, _, err := b.pods.Update(ctx, binding.Name, &rest.Update{
		Options:       metav1.UpdateOptions{DryRun: dryRun},
		Preconditions: preconditionsOf(binding),
		Mutate: func(_ context.Context, old runtime.Object) (runtime.Object, error) {
			pod := old.(*corev1.Pod)
			return pod, assignPod(pod, binding)
		},
	})
	if _, known := err.(apierrors.APIStatus); err != nil && !known {
		return apierrors.NewConflict(schema.GroupResource{Resource: "pods/binding"}, binding.Name, err)
	}
	return err
}

func preconditionsOf(binding *corev1.Binding) *metav1.Preconditions {
	if binding.UID == "" && binding.ResourceVersion == "" {
		return nil
	}
	p := &metav1.Preconditions{}
	if binding.UID != "" {
		p.UID = &binding.UID
	}
	if binding.ResourceVersion != "" {
		p.ResourceVersion = &binding.ResourceVersion
	}
	return p
}

// assignPod copies node, annotations and labels from the binding to the pod. Upstream: setPodNodeAndMetadata.
func assignPod(pod *corev1.Pod, binding *corev1.Binding) error {
	switch {
	case pod.DeletionTimestamp != nil:
		return fmt.Errorf("pod %s is being deleted, cannot be assigned to a host", pod.Name)
	case pod.Spec.NodeName != "":
		return fmt.Errorf("pod %v is already assigned to node %q", pod.Name, pod.Spec.NodeName)
	case len(pod.Spec.SchedulingGates) > 0:
		return fmt.Errorf("pod %v has non-empty .spec.schedulingGates", pod.Name)
	}
	pod.Spec.NodeName = binding.Target.Name
	pod.Status.NominatedNodeName = ""
	pod.Annotations = united(pod.Annotations, binding.Annotations)
	pod.Labels = united(pod.Labels, binding.Labels)
	setCondition(&pod.Status, corev1.PodCondition{Type: corev1.PodScheduled, Status: corev1.ConditionTrue})
	return nil
}

// united returns base with the entries of more, which replace those of base.
func united(base, more map[string]string) map[string]string {
	if base == nil && len(more) > 0 {
		base = map[string]string{}
	}
	maps.Copy(base, more)
	return base
}

// validateBinding: the target is a Node, or its kind is left out. Upstream: ValidatePodBinding.
func validateBinding(binding *corev1.Binding) field.ErrorList {
	var errs field.ErrorList
	if kind := binding.Target.Kind; kind != "" && kind != "Node" {
		errs = append(errs, field.NotSupported(field.NewPath("target", "kind"), kind, []string{"Node", "<empty>"}))
	}
	return append(errs, validate.Required(field.NewPath("target", "name"), binding.Target.Name)...)
}

// LegacyBindingREST is the older path of BindingREST: POST .../bindings, with the pod's name in the body.
// Upstream: LegacyBindingREST.
type LegacyBindingREST struct{ deps *resource.Dependencies }

var (
	_ rest.Creater              = (*LegacyBindingREST)(nil)
	_ rest.Scoper               = (*LegacyBindingREST)(nil)
	_ rest.SingularNameProvider = (*LegacyBindingREST)(nil)
)

func legacyBindings(deps *resource.Dependencies) rest.Storage { return &LegacyBindingREST{deps} }

// NamespaceScoped returns true.
func (b *LegacyBindingREST) NamespaceScoped() bool { return true }

// GetSingularName returns "binding".
func (b *LegacyBindingREST) GetSingularName() string { return "binding" }

// New returns an empty Binding.
func (b *LegacyBindingREST) New() runtime.Object { return &corev1.Binding{} }

// Destroy does nothing.
func (b *LegacyBindingREST) Destroy() {}

// Create assigns the pod whose name the binding has.
func (b *LegacyBindingREST) Create(ctx context.Context, obj runtime.Object, options *rest.CreateOptions) (runtime.Object, error) {
	binding, ok := obj.(*corev1.Binding)
	if !ok {
		return nil, apierrors.NewBadRequest(fmt.Sprintf("not a Binding object: %T", obj))
	}
	return NewBindingREST(b.deps.Store(podsResource)).Create(ctx, binding.Name, obj, options)
}
