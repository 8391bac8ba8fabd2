package etcd3

import (
	"context"

	clientv3 "go.etcd.io/etcd/client/v3"
	"k8s.io/apimachinery/pkg/runtime"

	storage "kubepath/chapters/05-storage"
)

// Create stores obj if key does not exist, in one transaction and one round trip. Of two concurrent creates, one
// succeeds. Upstream: store.Create.
func (s *store) Create(ctx context.Context, key string, obj, out runtime.Object, ttl uint64) error {
	key, err := s.key(key, false)
	if err == nil {
		err = s.create(ctx, key, creation{obj, out, ttl})
	}
	return fail("create", key, err)
}

type creation struct {
	obj, out runtime.Object
	ttl      uint64
}

func (s *store) create(ctx context.Context, key string, c creation) error {
	if version, _ := s.versioner.ObjectResourceVersion(c.obj); version != 0 {
		return storage.ErrResourceVersionSet
	}
	e, err := s.encode(c.obj, c.out)
	if err != nil {
		return err
	}
	lease, err := s.leaseFor(ctx, c.ttl)
	if err != nil {
		return err
	}
	put, err := s.put(key, e.data, lease...)
	if err != nil {
		return err
	}
	answer, err := s.kv.Txn(ctx).
		If(modRevisionIs(key, 0)).
		Then(put).
		Commit()
	if err != nil {
		return interpretError(err)
	}
	if !answer.Succeeded {
		return storage.ErrExists
	}
	return s.deliver(c.out, e, answer.Header.Revision)
}

// modRevisionIs returns the comparison of every write of this package: the key was last changed at revision. Revision
// 0: the key does not exist.
func modRevisionIs(key string, revision int64) clientv3.Cmp {
	return clientv3.Compare(clientv3.ModRevision(key), "=", revision)
}
