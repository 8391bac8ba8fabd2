package exercise

import (
	"context"
	"errors"

	"k8s.io/apimachinery/pkg/runtime"

	storage "kubepath/chapters/05-storage"
)

// GuaranteedUpdate replaces the object under key with what u.Mutate makes of it, and delivers it to out as stored. When
// another writer was faster, it reads again and calls Mutate again.
//
// Errors: storage.ErrNotFound (see u.IgnoreNotFound), storage.ErrPrecondition with operation and key (storage.WrapError adds
// them), those of s.db, and that of u.Mutate exactly as it is.
func (s *Store) GuaranteedUpdate(ctx context.Context, key string, out runtime.Object, u storage.Update) error {
	seen := fromHint(u.CachedExistingObject)
	checked := false
	for {
		if seen == nil {
			var err error
			if seen, err = s.db.read(ctx, key, u.IgnoreNotFound); err != nil {
				return err
			}
		}
		if !seen.hint && !checked {
			checked = true
			if err := storage.CheckPreconditions(key, u.Preconditions, seen.object); err != nil {
				return storage.WrapError("update", key, err)
			}
		}
		stored, err := s.attempt(ctx, key, seen, u)
		switch {
		case err == nil:
			return deliver(out, stored)
		case !errors.Is(err, errLost) && !seen.hint: // a refusal because of a hint is not the last word
			return err
		}
		seen = nil
	}
}

// attempt updates once, from a state that was seen, and returns the state that is stored then. errLost: it is worth to read
// and to try again.
func (s *Store) attempt(ctx context.Context, key string, seen *state, u storage.Update) (*state, error) {
	if seen.hint {
		if err := storage.CheckPreconditions(key, u.Preconditions, seen.object); err != nil {
			return nil, storage.WrapError("update", key, err)
		}
	}
	next, err := u.Mutate(seen.object.DeepCopyObject(), seen.meta)
	switch {
	case err != nil:
		return nil, err
	case !same(seen, next.Object):
		return s.db.swap(ctx, key, seen, next)
	case seen.hint: // nothing to write, if the hint is right: only a read can tell
		return nil, errLost
	}
	return seen, nil
}
