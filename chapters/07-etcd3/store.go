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

// Config is the configuration of the storage of one resource. Upstream: storagebackend.Config and etcd3.New's
// parameters.
type Config struct {
	// Client is the etcd client. Its KV, Lease and Watcher may be wrapped, for tracing and for tests.
	Client *clientv3.Client
	Prefix string // of every key; "": /registry

	Codec        runtime.Codec // see kinds.Codecs.StorageCodec
	NewFunc      func() runtime.Object
	Resource     string        // the root of the resource's keys: /pods; "": any key
	Transformer  Transformer   // nil: values are stored unchanged
	LeaseManager *LeaseManager // may be shared by all stores of a client; nil: a new one
	Compactor    *Compactor    // for CompactRevision; nil: only compactions that watches notice are known

	// ProgressNotifyInterval is the interval of progress bookmarks for watches with ProgressNotify; 0: etcd's interval
	// (10 min).
	ProgressNotifyInterval time.Duration
}

// DefaultPrefix is the prefix of every key of a Kubernetes cluster.
const DefaultPrefix = "/registry"

// Open returns the storage. It sends no request to etcd.
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

// store is storage.Interface with etcd. It has no objects in memory: all state is in etcd. Upstream: etcd3.store.
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

// key returns the etcd key of a storage key: /registry/pods/default/nginx for /pods/default/nginx. With recursive, it
// is the prefix of all keys below. A key with . or .., or outside of this store's resource, is storage.ErrInvalidKey.
// Upstream: store.prepareKey.
func (s *store) key(key string, recursive bool) (string, error) {
	prepared, err := storage.PrepareKey(s.root, key, recursive)
	if err != nil {
		return key, err
	}
	return s.prefix + prepared, nil
}

// Get stores the object under key in out. It is one linearizable read, which sees every write that completed before it,
// so a version that is greater than its revision does not exist yet. Upstream: store.Get.
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

// interpretError converts an error of etcd to one of chapter 5, and returns an unknown error unchanged. list.go and
// watcher.go handle compacted revisions.
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

// callerError marks an error of a caller's function, which is returned unchanged.
type callerError struct{ error }

// fail adds the operation and the key to err, unless it is a callerError.
func fail(op, key string, err error) error {
	if own, ok := err.(callerError); ok {
		return own.error
	}
	return storage.WrapError(op, key, err)
}
