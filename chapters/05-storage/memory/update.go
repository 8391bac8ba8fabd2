package memory

import (
	"bytes"
	"context"
	"errors"

	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/runtime"

	kinds "kubepath/chapters/02-kinds"
	storage "kubepath/chapters/05-storage"
)

// GuaranteedUpdate reads, calls Mutate, and swaps; after a lost race it does all three again. It ignores
// u.CachedExistingObject, because a read from memory costs nothing.
func (s *Store) GuaranteedUpdate(ctx context.Context, key string, out runtime.Object, u storage.Update) error {
	written, err := s.retryLostRaces(ctx, "update", key, func() (*change, error) { return s.attemptUpdate(key, u) })
	if err != nil {
		return err
	}
	return storage.WrapError("update", key, deliver(out, written))
}

// Delete reads, calls opts.Validate, and deletes with a swap; after a lost race it does all three again.
func (s *Store) Delete(ctx context.Context, key string, out runtime.Object, opts storage.DeleteOptions) error {
	deleted, err := s.retryLostRaces(ctx, "delete", key, func() (*change, error) { return s.attemptDelete(ctx, key, opts) })
	if err != nil {
		return err
	}
	last, err := deleted.lastState()
	if err != nil {
		return storage.WrapError("delete", key, err)
	}
	return storage.WrapError("delete", key, kinds.SetResult(out, last))
}

// retryLostRaces repeats a write until it does not return errLostRace, or ctx ends.
func (s *Store) retryLostRaces(ctx context.Context, op, key string, attempt func() (*change, error)) (*change, error) {
	for {
		if err := s.prepare(ctx, key); err != nil {
			return nil, storage.WrapError(op, key, err)
		}
		written, err := attempt()
		var refused callerError
		switch {
		case errors.Is(err, errLostRace):
			continue
		case errors.As(err, &refused):
			return nil, refused.error
		}
		return written, storage.WrapError(op, key, err)
	}
}

// callerError is the error of a caller's function. It marks an error that is returned without an operation and a key.
type callerError struct{ error }

// attemptUpdate tries the update once; errLostRace: another writer has changed the object.
func (s *Store) attemptUpdate(key string, u storage.Update) (*change, error) {
	old, _ := s.db.current(key)
	if old == nil && !u.IgnoreNotFound {
		return nil, storage.ErrNotFound
	}
	object, meta := s.mutateInput(old)
	if err := storage.CheckPreconditions(key, u.Preconditions, object); err != nil {
		return nil, err
	}
	mutated, err := u.Mutate(object, meta)
	if err != nil {
		return nil, callerError{err}
	}
	next := mutated.Object.DeepCopyObject()
	if err := versioner.PrepareObjectForStorage(next); err != nil {
		return nil, err
	}
	if old != nil && unchanged(old.object, next) {
		return old, nil
	}
	lease := s.nextLease(key, old, mutated.TTL)
	written, err := s.db.swap(key, meta.ResourceVersion, next, lease)
	if err != nil && (old == nil || lease != old.lease) {
		lease.stop()
	}
	return written, err
}

// mutateInput returns the parameters of Mutate: a copy of the object (a new one if there is none) and its metadata.
func (s *Store) mutateInput(old *change) (runtime.Object, storage.ResponseMeta) {
	if old == nil {
		return s.newFunc(), storage.ResponseMeta{}
	}
	return old.copy(), storage.ResponseMeta{TTL: old.lease.left(), ResourceVersion: old.revision}
}

// nextLease returns the lease for the new object: a new one if Mutate returned a TTL, else the old one.
func (s *Store) nextLease(key string, old *change, ttl *uint64) *lease {
	switch {
	case ttl != nil:
		return s.db.grant(key, *ttl)
	case old != nil:
		return old.lease
	}
	return nil
}

// unchanged reports whether the update changes nothing. To compare, it sets the version of next to that of stored.
func unchanged(stored, next runtime.Object) bool {
	version, err := versioner.ObjectResourceVersion(stored)
	if err != nil || versioner.UpdateObject(next, version) != nil {
		return false
	}
	s, generated := stored.(marshaler)
	n, also := next.(marshaler)
	if !generated || !also {
		return equality.Semantic.DeepEqual(stored, next)
	}
	before, err1 := s.Marshal()
	after, err2 := n.Marshal()
	return err1 == nil && err2 == nil && bytes.Equal(before, after)
}

// marshaler is implemented by generated code of k8s.io/api. Comparing the bytes is faster than reflection.
type marshaler interface{ Marshal() ([]byte, error) }

// attemptDelete tries the deletion once.
func (s *Store) attemptDelete(ctx context.Context, key string, opts storage.DeleteOptions) (*change, error) {
	old, _ := s.db.current(key)
	if old == nil {
		return nil, storage.ErrNotFound
	}
	if err := storage.CheckPreconditions(key, opts.Preconditions, old.object); err != nil {
		return nil, err
	}
	if opts.Validate != nil {
		if err := opts.Validate(ctx, old.copy()); err != nil {
			return nil, callerError{err}
		}
	}
	return s.db.swap(key, old.revision, nil, nil)
}

// lastState returns the deleted object with the resource version of its deletion.
func (c *change) lastState() (runtime.Object, error) {
	last := c.old.DeepCopyObject()
	return last, versioner.UpdateObject(last, c.revision)
}
