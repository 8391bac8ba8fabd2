package etcd3

import (
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

	Codec       runtime.Codec // see kinds.Codecs.StorageCodec
	NewFunc     func() runtime.Object
	Resource    string      // the resource's key root, for Stats and metrics: /pods
	Transformer Transformer // nil: values are stored as they are
	Leases      *Leases     // shared by all stores of a client; nil: its own

	// CheckpointEvery is how often a watch that asked for progress is told where it is; 0: etcd's own pace (10 min).
	CheckpointEvery time.Duration
}

// Open returns the storage. It does not touch etcd.
func Open(c Config) storage.Interface { return nil }
