package exercise

import (
	"context"

	"k8s.io/apimachinery/pkg/runtime"

	storage "kubepath/chapters/05-storage"
	"kubepath/internal/tools/exercise"
)

// Create stores obj under key, if nothing lies there (storage.ErrExists), and delivers it to out. Of two that create the
// same key at the same time, one must be refused.
func (s *Storage) Create(ctx context.Context, key string, obj, out runtime.Object, ttl uint64) error {
	key, err := s.key("create", key)
	if err != nil {
		return err
	}
	w, err := s.newObject(ctx, key, obj, ttl)
	if err != nil {
		return err
	}
	_ = w
	// TODO(you): one transaction on s.kv: w.put, if key does not exist. A key that does not exist has ModRevision 0.
	// Refused: storage.WrapError("create", key, storage.ErrExists). Done: s.deliver(out, w, the revision of the write).
	return exercise.ErrTODO
}

// GuaranteedUpdate replaces the object under key with what u.Mutate makes of it, and delivers it to out. What somebody
// else writes between its read and its write must not be lost: then it starts again from what is there now.
func (s *Storage) GuaranteedUpdate(ctx context.Context, key string, out runtime.Object, u storage.Update) error {
	key, err := s.key("update", key)
	if err != nil {
		return err
	}
	old, err := s.get(ctx, key, u.IgnoreNotFound)
	if err != nil {
		return err
	}
	w, err := s.mutate(ctx, key, old, u)
	if err != nil {
		return err
	}
	if w.same { // nothing to write
		return s.deliver(out, w, old.revision)
	}
	// TODO(you): one transaction: w.put, if key still has the ModRevision that was seen (old.revision). Where it has
	// not, read what is there now, and go back to mutate with that, as often as it takes.
	return exercise.ErrTODO
}
