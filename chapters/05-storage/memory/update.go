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

// GuaranteedUpdate reads, lets the caller decide, and swaps; after a lost race all three again. The hint is of no
// use here: it saves a read, and a read costs nothing.
func (s *Store) GuaranteedUpdate(ctx context.Context, key string, out runtime.Object, u storage.Update) error {
	written, err := s.retryLostRaces(ctx, "update", key, func() (*change, error) { return s.attemptUpdate(key, u) })
	if err != nil {
		return err
	}
	return storage.WrapError("update", key, deliver(out, written))
}

// Delete reads, lets the caller refuse, and swaps the object for nothing; after a lost race all three again.
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

// retryLostRaces attempts a write until no other writer is faster, the attempt fails for another reason, or ctx ends.
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

// callerError carries the error of a caller's function, which is returned as it is, past those who would add to it.
type callerError struct{ error }

// attemptUpdate updates once: errLostRace where another writer was faster.
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

// mutateInput is the copy that Mutate may change and what the database knows of it; a new object where there is none.
func (s *Store) mutateInput(old *change) (runtime.Object, storage.ResponseMeta) {
	if old == nil {
		return s.newFunc(), storage.ResponseMeta{}
	}
	return old.copy(), storage.ResponseMeta{TTL: old.lease.left(), ResourceVersion: old.revision}
}

// nextLease is the one that the object has, where the mutation says nothing.
func (s *Store) nextLease(key string, old *change, ttl *uint64) *lease {
	switch {
	case ttl != nil:
		return s.db.grant(key, *ttl)
	case old != nil:
		return old.lease
	}
	return nil
}

// unchanged tells whether an update would change nothing but the version, which sets the version of next.
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

// marshaler is what the types of k8s.io/api have: bytes by generated code, where a comparison would need reflection.
type marshaler interface{ Marshal() ([]byte, error) }

// attemptDelete deletes once.
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

// lastState is what a change replaced, with the version of the change: how a deleted object is shown.
func (c *change) lastState() (runtime.Object, error) {
	last := c.old.DeepCopyObject()
	return last, versioner.UpdateObject(last, c.revision)
}
