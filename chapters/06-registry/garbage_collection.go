package registry

import (
	"context"
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// garbageCollectorFinalizer is the finalizer that a propagation policy adds. The garbage collector removes it when it has
// orphaned or deleted the dependents. Background adds none: the collector acts when the owner is deleted.
var garbageCollectorFinalizer = map[metav1.DeletionPropagation]string{
	metav1.DeletePropagationOrphan:     metav1.FinalizerOrphanDependents,
	metav1.DeletePropagationForeground: metav1.FinalizerDeleteDependents,
}

// garbageCollectionPolicy returns the propagation policy: that of the request, or else that of a finalizer which an earlier
// delete has added, or else the resource's default. Upstream: shouldOrphanDependents and shouldDeleteDependents.
func (s *Store) garbageCollectionPolicy(ctx context.Context, m metav1.Object, o *metav1.DeleteOptions) metav1.DeletionPropagation {
	var byDefault metav1.DeletionPropagation
	if strategy, ok := As[GarbageCollectionDeleteStrategy](s.Strategy); ok {
		byDefault = strategy.DefaultGarbageCollectionPolicy(ctx)
	}
	switch {
	case byDefault == GarbageCollectionUnsupported:
		return GarbageCollectionUnsupported
	case o.OrphanDependents != nil && *o.OrphanDependents: //nolint:staticcheck // old clients send it
		return metav1.DeletePropagationOrphan
	case o.OrphanDependents != nil: //nolint:staticcheck // old clients send it
		return metav1.DeletePropagationBackground
	case o.PropagationPolicy != nil:
		return *o.PropagationPolicy
	}
	for _, finalizer := range m.GetFinalizers() {
		for policy, its := range garbageCollectorFinalizer {
			if finalizer == its {
				return policy
			}
		}
	}
	return byDefault
}

// deletionFinalizersForGarbageCollection returns the finalizers that the object gets when it is deleted: its own, and that
// of the propagation policy. Upstream: deletionFinalizersForGarbageCollection.
func (s *Store) deletionFinalizersForGarbageCollection(ctx context.Context, m metav1.Object, o *metav1.DeleteOptions) []string {
	var kept []string
	for _, finalizer := range m.GetFinalizers() {
		if finalizer != metav1.FinalizerOrphanDependents && finalizer != metav1.FinalizerDeleteDependents {
			kept = append(kept, finalizer)
		}
	}
	if added, ok := garbageCollectorFinalizer[s.garbageCollectionPolicy(ctx, m, o)]; ok {
		kept = append(kept, added)
	}
	if sameSet(kept, m.GetFinalizers()) {
		return m.GetFinalizers() // in their present order
	}
	return kept
}

func sameSet(a, b []string) bool {
	within := func(a, b []string) bool {
		return !slices.ContainsFunc(a, func(x string) bool { return !slices.Contains(b, x) })
	}
	return within(a, b) && within(b, a)
}
