package exercise

import (
	"bytes"
	"context"

	"go.etcd.io/etcd/api/v3/mvccpb"
	clientv3 "go.etcd.io/etcd/client/v3"
	"k8s.io/apimachinery/pkg/runtime"

	kinds "kubepath/chapters/02-kinds"
	storage "kubepath/chapters/05-storage"
	etcd3 "kubepath/chapters/07-etcd3"
)

// Storage is chapter 7's storage with two methods of your own, which stand in write.go.
type Storage struct {
	storage.Interface // chapter 7's, for all that you do not write

	kv     clientv3.KV
	config etcd3.Config
	leases *etcd3.LeaseManager
}

var _ storage.Interface = (*Storage)(nil)

// New puts your two methods before real, which is etcd3.Open(config).
func New(real storage.Interface, config etcd3.Config) *Storage {
	s := &Storage{Interface: real, kv: config.Client.KV, config: config, leases: config.LeaseManager}
	if s.leases == nil {
		s.leases = etcd3.NewLeaseManager(config.Client.Lease)
	}
	if s.config.Prefix == "" {
		s.config.Prefix = etcd3.DefaultPrefix
	}
	return s
}

// key is where the object of a storage key lies in etcd: /pods/default/nginx is at /registry/pods/default/nginx.
func (s *Storage) key(op, key string) (string, error) {
	key, err := storage.PrepareKey(s.config.Resource+"/", key, false)
	return s.config.Prefix + key, storage.WrapError(op, key, err)
}

// write is an object on its way into etcd.
type write struct {
	put  clientv3.Op    // puts its bytes under the key, and does nothing else
	obj  runtime.Object // a copy, which has no resource version yet
	same bool           // the bytes are those that lie there already
}

// seen is an object as it was read.
type seen struct {
	obj      runtime.Object // a copy that may be changed
	revision int64          // of its last change, the ModRevision of its key; 0: nothing lies there
	lease    clientv3.LeaseID
	data     []byte
}

// newObject turns a new object into a write.
func (s *Storage) newObject(ctx context.Context, key string, obj runtime.Object, ttl uint64) (*write, error) {
	if version, _ := s.Versioner().ObjectResourceVersion(obj); version != 0 {
		return nil, storage.WrapError("create", key, storage.ErrResourceVersionSet)
	}
	lease, err := s.leaseFor(ctx, ttl)
	if err != nil {
		return nil, storage.WrapError("create", key, err)
	}
	w, err := s.encode(key, obj, lease)
	return w, storage.WrapError("create", key, err)
}

// mutate lets the update make a new object of what was seen, and turns that into a write. An error ends the update:
// a precondition that what was seen does not meet, or Mutate's own, which goes back as it is.
func (s *Storage) mutate(ctx context.Context, key string, old *seen, u storage.Update) (*write, error) {
	if err := storage.CheckPreconditions(key, u.Preconditions, old.obj); err != nil {
		return nil, storage.WrapError("update", key, err)
	}
	left, err := s.secondsLeft(ctx, old.lease)
	if err != nil {
		return nil, storage.WrapError("update", key, err)
	}
	mutated, err := u.Mutate(old.obj, storage.ResponseMeta{TTL: left, ResourceVersion: uint64(old.revision)})
	if err != nil {
		return nil, err
	}
	lease := old.lease
	if mutated.TTL != nil {
		if lease, err = s.leaseFor(ctx, *mutated.TTL); err != nil {
			return nil, storage.WrapError("update", key, err)
		}
	}
	w, err := s.encode(key, mutated.Object, lease)
	if err != nil {
		return nil, storage.WrapError("update", key, err)
	}
	w.same = old.revision != 0 && bytes.Equal(w.put.ValueBytes(), old.data)
	return w, nil
}

func (s *Storage) encode(key string, obj runtime.Object, lease clientv3.LeaseID) (*write, error) {
	obj = obj.DeepCopyObject()
	if err := s.Versioner().PrepareObjectForStorage(obj); err != nil {
		return nil, err
	}
	var data bytes.Buffer
	if err := s.config.Codec.Encode(obj, &data); err != nil {
		return nil, err
	}
	return &write{put: clientv3.OpPut(key, data.String(), clientv3.WithLease(lease)), obj: obj}, nil
}

// get reads what lies under key. Nothing is storage.ErrNotFound, or with orEmpty a new empty object at revision 0.
func (s *Storage) get(ctx context.Context, key string, orEmpty bool) (*seen, error) {
	answer, err := s.kv.Get(ctx, key)
	if err != nil {
		return nil, storage.WrapError("update", key, err)
	}
	return s.found(key, answer.Kvs, orEmpty)
}

// found is get for what a read of key has found already.
func (s *Storage) found(key string, kvs []*mvccpb.KeyValue, orEmpty bool) (*seen, error) {
	if len(kvs) == 0 {
		if orEmpty {
			return &seen{obj: s.config.NewFunc()}, nil
		}
		return nil, storage.WrapError("update", key, storage.ErrNotFound)
	}
	kv := kvs[0]
	obj, _, err := s.config.Codec.Decode(kv.Value, nil, nil)
	if err == nil {
		err = s.Versioner().UpdateObject(obj, uint64(kv.ModRevision))
	}
	if err != nil {
		return nil, storage.WrapError("update", key, storage.ErrCorrupt)
	}
	return &seen{obj: obj, revision: kv.ModRevision, lease: clientv3.LeaseID(kv.Lease), data: kv.Value}, nil
}

// deliver gives the caller the object that was written, with the revision of the write as its resource version.
func (s *Storage) deliver(out runtime.Object, w *write, revision int64) error {
	if err := s.Versioner().UpdateObject(w.obj, uint64(revision)); err != nil {
		return err
	}
	return kinds.SetResult(out, w.obj)
}

// leaseFor is what ends an object after ttl seconds; none where it lives forever.
func (s *Storage) leaseFor(ctx context.Context, ttl uint64) (clientv3.LeaseID, error) {
	if ttl == 0 {
		return clientv3.NoLease, nil
	}
	return s.leases.GetLease(ctx, int64(ttl))
}

func (s *Storage) secondsLeft(ctx context.Context, lease clientv3.LeaseID) (int64, error) {
	if lease == clientv3.NoLease {
		return 0, nil
	}
	answer, err := s.config.Client.Lease.TimeToLive(ctx, lease)
	if err != nil {
		return 0, err
	}
	return max(answer.TTL, 0), nil
}
