package registry

import (
	"context"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	kinds "kubepath/chapters/02-kinds"
	storage "kubepath/chapters/05-storage"
)

// StorageUpdate is a write of the server's own making, for the few verbs that have steps of their own (the deletion of a
// namespace stores that it is terminating). The strategy is not asked and nothing is validated.
type StorageUpdate struct {
	DryRun        []string
	Preconditions *metav1.Preconditions // nil: none
	// Mutate changes obj, the caller's own copy; it runs again after a lost race. Its error ends the change and is returned
	// as it is.
	Mutate func(obj runtime.Object) error
}

// GuaranteedUpdate stores what the change makes of the object called name. The answer may be shared: it is read-only.
//
// Errors: NotFound, Conflict (preconditions) and Mutate's.
func (s *Store) GuaranteedUpdate(ctx context.Context, name string, change StorageUpdate) (runtime.Object, error) {
	key, err := s.key(ctx, name)
	if err != nil {
		return nil, err
	}
	var out kinds.ResultPointer
	err = s.target(change.DryRun).GuaranteedUpdate(ctx, key, &out, storage.Update{
		Preconditions: change.Preconditions,
		Mutate: func(old runtime.Object, _ storage.ResponseMeta) (storage.MutateResult, error) {
			return storage.MutateResult{Object: old}, change.Mutate(old)
		},
	})
	if err != nil {
		return nil, s.status("update", name, err)
	}
	return s.decorated(out.Object), nil
}
