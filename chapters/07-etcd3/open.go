package etcd3

import (
	"strings"
	"sync/atomic"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
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
