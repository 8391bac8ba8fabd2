package etcd3

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"
	clientv3 "go.etcd.io/etcd/client/v3"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"k8s.io/apimachinery/pkg/runtime"

	storage "kubepath/chapters/05-storage"
)

// Config says how the objects of one resource lie in etcd. Upstream: storagebackend.Config and etcd3.New's parameters.
type Config struct {
	// Client speaks to etcd. Its KV, Lease and Watcher may be wrapped: the seam for tracing and for fault tests.
	Client *clientv3.Client
	Prefix string // before every key; "": /registry

	Codec        runtime.Codec // see kinds.Codecs.StorageCodec
	NewFunc      func() runtime.Object
	Resource     string        // the root of the resource's keys: /pods; "": any key
	Transformer  Transformer   // nil: values are stored as they are
	LeaseManager *LeaseManager // shared by all stores of a client; nil: its own
	Compactor    *Compactor    // tells CompactRevision; nil: only what watches learn is known

	// ProgressNotifyInterval is how often a watch that asked for progress is told where it is; 0: etcd's own pace (10 min).
	ProgressNotifyInterval time.Duration
}

// DefaultPrefix is before every key of a Kubernetes cluster.
const DefaultPrefix = "/registry"

// Open returns the storage. It does not touch etcd.
func Open(c Config) storage.Interface {
	s := &store{
		kv:          c.Client.KV,
		watcher:     c.Client.Watcher,
		prefix:      "/" + strings.Trim(c.Prefix, "/"),
		codec:       c.Codec,
		newFunc:     c.NewFunc,
		transformer: c.Transformer,
		lease:       c.Client.Lease,
		leases:      c.LeaseManager,
		compactor:   c.Compactor,
		checkpoint:  c.ProgressNotifyInterval,
	}
	if c.Prefix == "" {
		s.prefix = DefaultPrefix
	}
	if s.leases == nil {
		s.leases = NewLeaseManager(s.lease)
	}
	s.root = "/"
	if root := strings.Trim(c.Resource, "/"); root != "" {
		s.root = "/" + root + "/"
	}
	s.resource = s.prefix + s.root
	return s
}

// store is storage.Interface over etcd. It holds no objects: all state is in etcd. Upstream: etcd3.store.
type store struct {
	kv      clientv3.KV
	watcher clientv3.Watcher
	lease   clientv3.Lease
	leases  *LeaseManager

	prefix      string // /registry
	root        string // /pods/
	resource    string // /registry/pods/
	codec       runtime.Codec
	newFunc     func() runtime.Object
	transformer Transformer // nil: none
	versioner   storage.APIObjectVersioner

	compactor  *Compactor // may be nil
	compacted  atomic.Int64
	checkpoint time.Duration
}

var _ storage.Interface = (*store)(nil)

// Versioner implements storage.Interface.
func (s *store) Versioner() storage.Versioner { return s.versioner }

// key is where the object of a storage key lies in etcd: /pods/default/nginx is at /registry/pods/default/nginx. With
// recursive, it is the prefix of all keys below. A key that could leave its place
// (..), or is not of this store's resource, is storage.ErrInvalidKey. Upstream: store.prepareKey.
func (s *store) key(key string, recursive bool) (string, error) {
	prepared, err := storage.PrepareKey(s.root, key, recursive)
	if err != nil {
		return key, err
	}
	return s.prefix + prepared, nil
}

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
		return interpretError(err)
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

// interpretError turns an error of etcd into one of chapter 5; what it does not know stays as it is. What a compacted
// revision means depends on who asked for it: see page.go and watch.go.
func interpretError(err error) error {
	code := status.Code(err)
	if fault, ok := err.(rpctypes.EtcdError); ok {
		code = fault.Code()
	}
	if code == codes.Unavailable {
		return fmt.Errorf("%w: %w", storage.ErrUnreachable, err)
	}
	return err
}

// isCompacted reports whether etcd refused a revision because it was compacted.
func isCompacted(err error) bool { return errors.Is(err, rpctypes.ErrCompacted) }

// callerError marks an error that a function of the caller returned: it goes back as it is.
type callerError struct{ error }

// fail adds operation and key to err, unless it is the caller's own.
func fail(op, key string, err error) error {
	if own, ok := err.(callerError); ok {
		return own.error
	}
	return storage.WrapError(op, key, err)
}
