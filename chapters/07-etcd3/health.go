package etcd3

import (
	"context"
	"strings"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"

	storage "kubepath/chapters/05-storage"
)

// healthTimeout is when an etcd that does not answer counts as down.
const healthTimeout = 2 * time.Second

// HealthCheck returns a check that is nil when etcd answers a read within two seconds; for /readyz and /healthz.
// prefix as in Config. Upstream: storagebackend/factory.newETCD3Check.
func HealthCheck(client *clientv3.Client, prefix string) func(ctx context.Context) error {
	if prefix == "" {
		prefix = DefaultPrefix
	}
	key := "/" + strings.Trim(prefix, "/") + "/health"
	return func(ctx context.Context) error {
		ctx, cancel := context.WithTimeout(ctx, healthTimeout)
		defer cancel()
		_, err := client.KV.Get(ctx, key)
		return fail("health", key, explain(err))
	}
}

// ReadinessCheck implements storage.Interface. A storage without state of its own can always serve; whether etcd can is
// for HealthCheck to say.
func (s *store) ReadinessCheck() error { return nil }

// Stats implements storage.Interface: etcd counts without sending a value. Upstream: store.Stats.
func (s *store) Stats(ctx context.Context) (storage.Stats, error) {
	answer, err := s.kv.Get(ctx, s.resource, clientv3.WithPrefix(), clientv3.WithCountOnly())
	if err != nil {
		return storage.Stats{}, fail("list", s.resource, explain(err))
	}
	return storage.Stats{ObjectCount: answer.Count}, nil
}

// GetCurrentResourceVersion implements storage.Interface. Each answer of etcd carries the revision of the whole database;
// asking for a key that does not exist is the cheapest question. Upstream: store.GetCurrentResourceVersion.
func (s *store) GetCurrentResourceVersion(ctx context.Context) (uint64, error) {
	answer, err := s.kv.Get(ctx, s.resource, clientv3.WithKeysOnly())
	if err != nil {
		return 0, fail("get", s.resource, explain(err))
	}
	return uint64(answer.Header.Revision), nil
}
