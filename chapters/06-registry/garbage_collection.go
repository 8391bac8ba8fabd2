package registry

import (
	"context"
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// garbageCollectorFinalizer is the finalizer with which a propagation policy holds an object until the garbage collector has
// done its part. Background needs none: the collector sees that the owner is gone.
var garbageCollectorFinalizer = map[metav1.DeletionPropagation]string{
	metav1.DeletePropagationOrphan:     metav1.FinalizerOrphanDependents,
	metav1.DeletePropagationForeground: metav1.FinalizerDeleteDependents,
}

// garbageCollectionPolicy says what becomes of an object's dependents. The client's word counts first, then a finalizer that the
// object has from an earlier delete, then the resource's own default.
// Upstream: shouldOrphanDependents and shouldDeleteDependents.
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

// deletionFinalizersForGarbageCollection are those that the object is to have while it is being deleted: its own, and the policy's.
// Upstream: deletionFinalizersForGarbageCollection.
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
		return m.GetFinalizers() // in the order that they have
	}
	return kept
}

func sameSet(a, b []string) bool {
	within := func(a, b []string) bool {
		return !slices.ContainsFunc(a, func(x string) bool { return !slices.Contains(b, x) })
	}
	return within(a, b) && within(b, a)
}
