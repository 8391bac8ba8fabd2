package pod

import (
	"context"
	"errors"
	"fmt"
	"sync"

	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metainternalversion "k8s.io/apimachinery/pkg/apis/meta/internalversion"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	rest "kubepath/chapters/04-rest"
	registry "kubepath/chapters/06-registry"
	"kubepath/chapters/17-controlplane/resource"
)

var (
	budgetsResource = schema.GroupResource{Group: "policy", Resource: "poddisruptionbudgets"}
	errSeveral      = errors.New("This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.")
)

// budgets finds PodDisruptionBudgets and takes disruptions from them, if the server serves them.
type budgets struct {
	deps   *resource.Dependencies
	status func() resource.LoopbackClient // writes their status
}

func newBudgets(deps *resource.Dependencies) budgets {
	return budgets{deps, sync.OnceValue(func() resource.LoopbackClient {
		status := *deps.Store(budgetsResource)
		status.Strategy = untouched{}
		return deps.LoopbackClient(&status, "status")
	})}
}

// of returns the budget whose selector matches the pod; nil: there is none. errSeveral: more than one matches.
func (b budgets) of(ctx context.Context, pod *corev1.Pod) (*policyv1.PodDisruptionBudget, error) {
	store := b.deps.Store(budgetsResource)
	if store == nil {
		return nil, nil
	}
	list, err := store.List(ctx, &metainternalversion.ListOptions{})
	if err != nil {
		return nil, err
	}
	var found *policyv1.PodDisruptionBudget
	err = rest.EachObject(list, func(item runtime.Object) error {
		budget, ok := item.(*policyv1.PodDisruptionBudget)
		if !ok || !budgetSelects(budget, pod) {
			return nil
		}
		if found != nil {
			return errSeveral
		}
		found = budget
		return nil
	})
	return found, err
}

func budgetSelects(budget *policyv1.PodDisruptionBudget, pod *corev1.Pod) bool {
	selector, err := metav1.LabelSelectorAsSelector(budget.Spec.Selector)
	return err == nil && budget.Namespace == pod.Namespace && selector.Matches(labels.Set(pod.Labels))
}

// needsNoDisruption reports whether the eviction takes no disruption from the budget: the pod is not ready, and unhealthyPodEvictionPolicy
// is AlwaysAllow, or the budget has enough healthy pods.
func needsNoDisruption(pod *corev1.Pod, budget *policyv1.PodDisruptionBudget) bool {
	if isTrue(&pod.Status, corev1.PodReady) {
		return false
	}
	policy, s := budget.Spec.UnhealthyPodEvictionPolicy, budget.Status
	return policy != nil && *policy == policyv1.AlwaysAllow || s.CurrentHealthy >= s.DesiredHealthy && s.DesiredHealthy > 0
}

// takeDisruption takes one disruption from the budget, or returns why it cannot. After a lost race it tries again with the new budget.
func (b budgets) takeDisruption(ctx context.Context, budget *policyv1.PodDisruptionBudget, pod string, dryRun []string) error {
	_, _, err := b.status().Update(ctx, budget.Name, &rest.Update{
		Options: metav1.UpdateOptions{DryRun: dryRun},
		Mutate: func(_ context.Context, old runtime.Object) (runtime.Object, error) {
			now := old.(*policyv1.PodDisruptionBudget)
			return now, decrement(now, pod)
		},
	})
	return err
}

// maxDisrupted is how many evicted pods may be in a budget's status that the controller has not processed.
const maxDisrupted = 2000

// decrement takes one disruption and records the pod. Upstream: checkAndDecrement.
func decrement(budget *policyv1.PodDisruptionBudget, pod string) error {
	s := &budget.Status
	forbidden := func(why string) error {
		return apierrors.NewForbidden(schema.GroupResource{Group: "policy", Resource: "poddisruptionbudget"}, budget.Name, errors.New(why))
	}
	switch {
	case s.ObservedGeneration < budget.Generation:
		return stillProcessed(budget.Name)
	case s.DisruptionsAllowed < 0:
		return forbidden("pdb disruptions allowed is negative")
	case len(s.DisruptedPods) > maxDisrupted:
		return forbidden("DisruptedPods map too big - too many evictions not confirmed by PDB controller")
	case s.DisruptionsAllowed == 0:
		return refused(refusal(budget), 0)
	}
	s.DisruptionsAllowed--
	if s.DisruptionsAllowed == 0 {
		meta.SetStatusCondition(&s.Conditions, metav1.Condition{
			Type: policyv1.DisruptionAllowedCondition, Status: metav1.ConditionFalse,
			Reason: policyv1.InsufficientPodsReason, ObservedGeneration: s.ObservedGeneration,
		})
	}
	if s.DisruptedPods == nil {
		s.DisruptedPods = map[string]metav1.Time{}
	}
	s.DisruptedPods[pod] = metav1.Now()
	return nil
}

// refusal is the message for a budget that allows no disruption.
func refusal(budget *policyv1.PodDisruptionBudget) string {
	s, name := budget.Status, budget.Name
	c := meta.FindStatusCondition(s.Conditions, policyv1.DisruptionAllowedCondition)
	explained := c != nil && c.Status == metav1.ConditionFalse && c.Message != ""
	switch {
	case explained && c.Reason == policyv1.SyncFailedReason:
		return fmt.Sprintf("The disruption budget %s does not allow evicting pods currently because it failed sync: %s", name, c.Message)
	case s.CurrentHealthy <= s.DesiredHealthy:
		return fmt.Sprintf("The disruption budget %s needs %d healthy pods and has %d currently", name, s.DesiredHealthy, s.CurrentHealthy)
	case explained:
		return fmt.Sprintf("The disruption budget %s does not allow evicting pods currently (%s): %s", name, c.Reason, c.Message)
	}
	return fmt.Sprintf("The disruption budget %s does not allow evicting pods currently", name)
}

func stillProcessed(name string) error {
	return refused(fmt.Sprintf("The disruption budget %s is still being processed by the server.", name), 10)
}

// refused returns the 429 after which kubectl drain tries again.
func refused(why string, retryAfter int) error {
	err := apierrors.NewTooManyRequests("Cannot evict pod as it would violate the pod's disruption budget.", retryAfter)
	err.ErrStatus.Details.Causes = append(err.ErrStatus.Details.Causes,
		metav1.StatusCause{Type: policyv1.DisruptionBudgetCause, Message: why})
	return err
}

// untouched is a strategy that stores an object as it is.
type untouched struct{ registry.Namespaced }
