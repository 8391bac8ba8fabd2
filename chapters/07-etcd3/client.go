package etcd3

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"strings"
	"time"

	pb "go.etcd.io/etcd/api/v3/etcdserverpb"
	"go.etcd.io/etcd/client/pkg/v3/transport"
	clientv3 "go.etcd.io/etcd/client/v3"
	"go.uber.org/zap"
	"google.golang.org/grpc"

	storage "kubepath/chapters/05-storage"
)

// TransportConfig has the addresses of etcd, and the client's certificate. Upstream: storagebackend.TransportConfig.
type TransportConfig struct {
	ServerList []string // URLs, as in --etcd-servers: http://127.0.0.1:2379

	// PEM files: TrustedCAFile verifies the servers; CertFile and KeyFile are the client's certificate. "": none.
	TrustedCAFile, CertFile, KeyFile string

	DialTimeout time.Duration // the limit for the first answer of a server; 0: 5 s
}

const (
	defaultDialTimeout = 5 * time.Second
	keepaliveTime      = 30 * time.Second // a dead connection is detected after this, plus the timeout
	keepaliveTimeout   = 10 * time.Second
)

// Dial connects to etcd servers in other processes, and returns after one has answered a read. If none can be reached,
// it returns an error within DialTimeout. Upstream: storagebackend/factory.newETCD3Client.
func Dial(ctx context.Context, o TransportConfig) (*clientv3.Client, error) {
	if o.DialTimeout == 0 {
		o.DialTimeout = defaultDialTimeout
	}
	config, err := o.config()
	if err != nil {
		return nil, fmt.Errorf("etcd at %s: %w", o, err)
	}
	client, err := clientv3.New(config)
	if err != nil {
		return nil, fmt.Errorf("etcd at %s: %w", o, err)
	}
	ctx, cancel := context.WithTimeout(ctx, o.DialTimeout)
	defer cancel()
	if err := reach(ctx, client); err != nil {
		return nil, errors.Join(fmt.Errorf("etcd at %s is not reachable within %v: %w", o, o.DialTimeout, err), client.Close())
	}
	return client, nil
}

// reach waits for an answer. It calls gRPC directly: the error of the etcd client would only be a timeout, without its
// reason (connection refused, untrusted certificate).
func reach(ctx context.Context, client *clientv3.Client) error {
	question := &pb.RangeRequest{Key: []byte(DefaultPrefix), KeysOnly: true}
	_, err := pb.NewKVClient(client.ActiveConnection()).Range(ctx, question, grpc.WaitForReady(true))
	return err
}

// String lists the URLs.
func (o TransportConfig) String() string { return strings.Join(o.ServerList, ",") }

func (o TransportConfig) config() (clientv3.Config, error) {
	c := clientv3.Config{
		Endpoints:            o.ServerList,
		DialTimeout:          o.DialTimeout,
		DialKeepAliveTime:    keepaliveTime,
		DialKeepAliveTimeout: keepaliveTimeout,
		Logger:               zap.NewNop(),
	}
	if len(o.ServerList) == 0 {
		return c, clientv3.ErrNoAvailableEndpoints
	}
	var err error
	c.TLS, err = o.tls()
	return c, err
}

// tls returns the TLS configuration; nil if no file is set: the scheme of the URLs then decides.
func (o TransportConfig) tls() (*tls.Config, error) {
	if o.TrustedCAFile == "" && o.CertFile == "" && o.KeyFile == "" {
		return nil, nil
	}
	return transport.TLSInfo{CertFile: o.CertFile, KeyFile: o.KeyFile, TrustedCAFile: o.TrustedCAFile}.ClientConfig()
}

// healthTimeout is the time after which an etcd that does not answer is unhealthy.
const healthTimeout = 2 * time.Second

// HealthCheck returns a check for /readyz and /healthz: it returns nil if etcd answers a read within two seconds.
// prefix is Config.Prefix. Upstream: storagebackend/factory.newETCD3Check.
func HealthCheck(client *clientv3.Client, prefix string) func(ctx context.Context) error {
	if prefix == "" {
		prefix = DefaultPrefix
	}
	key := "/" + strings.Trim(prefix, "/") + "/health"
	return func(ctx context.Context) error {
		ctx, cancel := context.WithTimeout(ctx, healthTimeout)
		defer cancel()
		_, err := client.KV.Get(ctx, key)
		return fail("health", key, interpretError(err))
	}
}

// ReadinessCheck implements storage.Interface. It always returns nil, because the storage has no state; HealthCheck
// checks etcd.
func (s *store) ReadinessCheck() error { return nil }

// Stats implements storage.Interface with a count-only request, without values. Upstream: store.Stats.
func (s *store) Stats(ctx context.Context) (storage.Stats, error) {
	answer, err := s.kv.Get(ctx, s.resource, clientv3.WithPrefix(), clientv3.WithCountOnly())
	if err != nil {
		return storage.Stats{}, fail("list", s.resource, interpretError(err))
	}
	return storage.Stats{ObjectCount: answer.Count}, nil
}

// GetCurrentResourceVersion implements storage.Interface. Every response of etcd has the revision of the whole
// database; a read of a key that does not exist is the cheapest request. Upstream: store.GetCurrentResourceVersion.
func (s *store) GetCurrentResourceVersion(ctx context.Context) (uint64, error) {
	answer, err := s.kv.Get(ctx, s.resource, clientv3.WithKeysOnly())
	if err != nil {
		return 0, fail("get", s.resource, interpretError(err))
	}
	return uint64(answer.Header.Revision), nil
}
