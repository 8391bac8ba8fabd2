package registry

import (
	"context"
	"errors"

	"k8s.io/apimachinery/pkg/runtime"

	kinds "kubepath/chapters/02-kinds"
	storage "kubepath/chapters/05-storage"
)

// storageFor is where a request's writes go: the storage or, for a dry run, a wrapper that only reads.
func (s *Store) storageFor(dryRunStages []string) storage.Interface {
	if len(dryRunStages) == 0 {
		return s.Storage
	}
	return dryRunStorage{Interface: s.Storage, newFunc: s.NewFunc}
}

// dryRunStorage answers writes as the storage would, from what is stored, and writes nothing. Between its read and its answer
// somebody else may write: it tells what would have happened. Upstream: DryRunnableStorage.
type dryRunStorage struct {
	storage.Interface
	newFunc func() runtime.Object
}

var _ storage.Interface = dryRunStorage{}

// Create is refused where the key exists. What it delivers has no resource version but one that the client sent: nothing
// was stored.
func (d dryRunStorage) Create(ctx context.Context, key string, obj, out runtime.Object, ttl uint64) error {
	var existing kinds.ResultPointer
	switch err := d.Get(ctx, key, storage.GetOptions{}, &existing); {
	case err == nil:
		return storage.WrapError("create", key, storage.ErrExists)
	case !errors.Is(err, storage.ErrNotFound):
		return err
	}
	return kinds.SetResult(out, obj)
}

// Delete delivers the object that it would have deleted.
func (d dryRunStorage) Delete(ctx context.Context, key string, out runtime.Object, opts storage.DeleteOptions) error {
	var existing kinds.ResultPointer
	if err := d.Get(ctx, key, storage.GetOptions{}, &existing); err != nil {
		return err
	}
	if err := storage.CheckPreconditions(key, opts.Preconditions, existing.Object); err != nil {
		return storage.WrapError("delete", key, err)
	}
	if opts.Validate != nil {
		if err := opts.Validate(ctx, kinds.Unwrap(existing.Object)); err != nil {
			return err
		}
	}
	return kinds.SetResult(out, existing.Object)
}

// GuaranteedUpdate calls Mutate once, with what is stored. The result keeps the resource version that it has.
func (d dryRunStorage) GuaranteedUpdate(ctx context.Context, key string, out runtime.Object, u storage.Update) error {
	var existing kinds.ResultPointer
	err := d.Get(ctx, key, storage.GetOptions{IgnoreNotFound: u.IgnoreNotFound}, &existing)
	if err != nil {
		return err
	}
	old, version := d.newFunc(), uint64(0)
	if existing.Object != nil {
		old = kinds.Unwrap(existing.Object).DeepCopyObject()
		if version, err = d.Versioner().ObjectResourceVersion(old); err != nil {
			return err
		}
	}
	if err := storage.CheckPreconditions(key, u.Preconditions, old); err != nil {
		return storage.WrapError("update", key, err)
	}
	mutated, err := u.Mutate(old, storage.ResponseMeta{ResourceVersion: version})
	if err != nil {
		return err
	}
	return kinds.SetResult(out, mutated.Object)
}
