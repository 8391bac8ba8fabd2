package etcd3

import (
	"context"

	"k8s.io/apimachinery/pkg/runtime"

	storage "kubepath/chapters/05-storage"
)

// Get delivers the object under key: one linearizable read, which has seen every write answered before it. So a
// version that it has not seen is one of the future. Upstream: store.Get.
func (s *store) Get(ctx context.Context, key string, opts storage.GetOptions, out runtime.Object) error {
	key, err := s.key(key, false)
	if err == nil {
		err = s.get(ctx, key, opts, out)
	}
	return fail("get", key, err)
}

func (s *store) get(ctx context.Context, key string, opts storage.GetOptions, out runtime.Object) error {
	answer, err := s.kv.Get(ctx, key)
	if err != nil {
		return explain(err)
	}
	if err := storage.ValidateMinimumResourceVersion(opts.ResourceVersion, uint64(answer.Header.Revision)); err != nil {
		return err
	}
	switch {
	case len(answer.Kvs) > 0:
		return s.read(answer.Kvs[0], out)
	case opts.IgnoreNotFound:
		return storage.SetZeroValue(out)
	}
	return storage.ErrNotFound
}
