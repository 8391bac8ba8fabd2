package pod

import (
	"context"
	"errors"
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	policyv1beta1 "k8s.io/api/policy/v1beta1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/validation/field"

	kinds "kubepath/chapters/02-kinds"
	rest "kubepath/chapters/04-rest"
	registry "kubepath/chapters/06-registry"
	"kubepath/chapters/17-controlplane/resource"
)

// EvictionREST is the subresource eviction: a delete that is refused while the pod's PodDisruptionBudget allows no
// disruption. Upstream: EvictionREST.
type EvictionREST struct {
	pods    *registry.Store // with the strategy of the status: the condition DisruptionTarget is written there
	budgets budgets
}

var (
	_ rest.NamedCreater             = (*EvictionREST)(nil)
	_ rest.GroupVersionKindProvider = (*EvictionREST)(nil)
	_ rest.GroupVersionAcceptor     = (*EvictionREST)(nil)
)

// NewEvictionREST returns the eviction subresource of a Store of pods.
func NewEvictionREST(pods *registry.Store, deps *resource.Dependencies) *EvictionREST {
	own := *pods
	own.Strategy, own.ObjectMeta = podStatusStrategy{}, registry.ObjectMetaValidation{}
	return &EvictionREST{pods: &own, budgets: newBudgets(deps)}
}

// evictionKind is of the group policy, though the subresource belongs to pods of the core group.
var evictionKind = policyv1.SchemeGroupVersion.WithKind("Eviction")

// GroupVersionKind returns policy/v1 Eviction.
func (e *EvictionREST) GroupVersionKind(schema.GroupVersion) schema.GroupVersionKind {
	return evictionKind
}

// AcceptsGroupVersion accepts policy/v1 and policy/v1beta1; old clients send the second.
func (e *EvictionREST) AcceptsGroupVersion(gv schema.GroupVersion) bool {
	return gv == policyv1.SchemeGroupVersion || gv == policyv1beta1.SchemeGroupVersion
}

// New returns an empty Eviction.
func (e *EvictionREST) New() runtime.Object { return &policyv1.Eviction{} }

// Destroy does nothing.
func (e *EvictionREST) Destroy() {}

// Create evicts the pod called name. TooManyRequests with the cause DisruptionBudget: the client may try again later.
func (e *EvictionREST) Create(ctx context.Context, name string, obj runtime.Object, options *rest.CreateOptions) (runtime.Object, error) {
	request, ok := obj.(*policyv1.Eviction)
	if !ok {
		return nil, apierrors.NewBadRequest(fmt.Sprintf("not a Eviction object: %T", obj))
	}
	deletion, err := deletionOf(request, name, options)
	if err != nil {
		return nil, err
	}
	if options.Validate != nil {
		if err := options.Validate(ctx, request.DeepCopy(), nil); err != nil {
			return nil, err
		}
	}
	pod, gone, err := e.evictUnguarded(ctx, name, deletion)
	if err != nil || gone {
		return success(err)
	}
	return e.evictGuarded(ctx, pod, deletion)
}

func success(err error) (runtime.Object, error) {
	if err != nil {
		return nil, err
	}
	return &metav1.Status{Status: metav1.StatusSuccess}, nil
}

// deletionOf returns the options of the delete. dryRun may stand in the query or in the body.
func deletionOf(request *policyv1.Eviction, name string, options *rest.CreateOptions) (*metav1.DeleteOptions, error) {
	if name != request.Name {
		return nil, apierrors.NewBadRequest("name in URL does not match name in Eviction object")
	}
	d := request.DeleteOptions
	if d == nil {
		return &metav1.DeleteOptions{DryRun: options.DryRun}, nil
	}
	if unsafe := d.IgnoreStoreReadErrorWithClusterBreakingPotential; unsafe != nil && *unsafe {
		path := field.NewPath("deleteOptions", "ignoreStoreReadErrorWithClusterBreakingPotential")
		return nil, apierrors.NewInvalid(evictionKind.GroupKind(), name, field.ErrorList{
			field.Invalid(path, true, "can not be set for pod eviction, try after removing the option")})
	}
	switch {
	case len(d.DryRun) == 0:
		d.DryRun = options.DryRun
	case len(options.DryRun) > 0 && !slices.Equal(options.DryRun, d.DryRun):
		return nil, fmt.Errorf("Non-matching dry-run options in request and content: %v and %v", options.DryRun, d.DryRun)
	}
	return d, nil
}

// attempts is how often an update is tried that loses a race each time.
const attempts = 20

// evictUnguarded deletes a pod that no budget counts: it is pending, has ended, or is being deleted. Any other pod it
// returns, not deleted.
func (e *EvictionREST) evictUnguarded(ctx context.Context, name string, d *metav1.DeleteOptions) (*corev1.Pod, bool, error) {
	for attempt := 1; ; attempt++ {
		pod, err := e.pod(ctx, name)
		if err != nil || !unguarded(pod) {
			return pod, false, err
		}
		pinned := pinsVersion(d)
		err = e.remove(ctx, name, pinTo(pod, d, pod.Status.Phase == corev1.PodPending && pod.DeletionTimestamp == nil))
		if pinned || attempt == attempts || !apierrors.IsConflict(err) {
			return pod, err == nil, err
		}
	}
}

func unguarded(pod *corev1.Pod) bool {
	return ended(pod) || pod.Status.Phase == corev1.PodPending || pod.DeletionTimestamp != nil
}

// evictGuarded deletes a running pod if its budget allows it.
func (e *EvictionREST) evictGuarded(ctx context.Context, pod *corev1.Pod, d *metav1.DeleteOptions) (runtime.Object, error) {
	budget, err := e.budgets.of(ctx, pod)
	if errors.Is(err, errSeveral) {
		return &metav1.Status{Status: metav1.StatusFailure, Code: 500, Message: err.Error()}, nil
	}
	if err != nil {
		return nil, err
	}
	free := budget != nil && needsNoDisruption(pod, budget)
	if budget != nil && !free {
		if err := e.budgets.takeDisruption(ctx, budget, pod.Name, d.DryRun); err != nil {
			return nil, err
		}
	}
	err = e.remove(ctx, pod.Name, pinTo(pod, d, free))
	if apierrors.IsConflict(err) && free && !pinsVersion(d) {
		return nil, stillProcessed(budget.Name) // the pod may have become ready since, and then counts
	}
	return success(err)
}

func (e *EvictionREST) pod(ctx context.Context, name string) (*corev1.Pod, error) {
	obj, err := e.pods.Get(ctx, name, &metav1.GetOptions{})
	if err != nil {
		return nil, err
	}
	obj = kinds.Unwrap(obj)
	return obj.(*corev1.Pod), nil
}

func pinsVersion(d *metav1.DeleteOptions) bool {
	return d.Preconditions != nil && d.Preconditions.ResourceVersion != nil
}

// pinTo adds, if wanted, the pod's resourceVersion to the preconditions: the decision may be wrong for a later version of
// the pod. A resourceVersion of the client's stays.
func pinTo(pod *corev1.Pod, d *metav1.DeleteOptions, wanted bool) *metav1.DeleteOptions {
	if !wanted || pinsVersion(d) {
		return d
	}
	pinned := d.DeepCopy()
	if pinned.Preconditions == nil {
		pinned.Preconditions = &metav1.Preconditions{}
	}
	pinned.Preconditions.ResourceVersion = &pod.ResourceVersion
	return pinned
}

// remove adds the condition DisruptionTarget to the pod and deletes it. Upstream: addConditionAndDeletePod.
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
			version := m.GetResourceVersion() // the update above has raised it
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
