package exercise

import (
	"context"

	clientv3 "go.etcd.io/etcd/client/v3"
	"k8s.io/apimachinery/pkg/runtime"

	storage "kubepath/chapters/05-storage"
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
	answer, err := s.kv.Txn(ctx).
		If(clientv3.Compare(clientv3.ModRevision(key), "=", 0)).
		Then(w.put).
		Commit()
	if err != nil {
		return storage.WrapError("create", key, err)
	}
	if !answer.Succeeded {
		return storage.WrapError("create", key, storage.ErrExists)
	}
	return s.deliver(out, w, answer.Header.Revision)
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
	answer, err := s.kv.Do(ctx, w.put)
	if err != nil {
		return storage.WrapError("update", key, err)
	}
	return s.deliver(out, w, answer.Put().Header.Revision)
}
