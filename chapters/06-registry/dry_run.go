package registry

import (
	"context"
	"errors"

	"k8s.io/apimachinery/pkg/runtime"

	kinds "kubepath/chapters/02-kinds"
	storage "kubepath/chapters/05-storage"
)

// storageFor returns the storage that a request writes to; for a dry run, a wrapper that only reads.
func (s *Store) storageFor(dryRunStages []string) storage.Interface {
	if len(dryRunStages) == 0 {
		return s.Storage
	}
	return dryRunStorage{Interface: s.Storage, newFunc: s.NewFunc}
}

// dryRunStorage answers writes as the storage below would, and only reads from it. The result is that of a write at the
// time of this read. Upstream: DryRunnableStorage.
type dryRunStorage struct {
	storage.Interface
	newFunc func() runtime.Object
}

var _ storage.Interface = dryRunStorage{}

// Create is refused if the key exists. Its result has no new resource version, since nothing is stored.
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

// Delete returns the object that it would have deleted.
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

// GuaranteedUpdate calls Mutate once, with the stored object. The result keeps the resource version of that object.
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
