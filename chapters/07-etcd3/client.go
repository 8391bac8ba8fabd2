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

// TransportConfig says where etcd is and how to prove who we are. Upstream: storagebackend.TransportConfig.
type TransportConfig struct {
	ServerList []string // http://127.0.0.1:2379; what --etcd-servers lists

	// PEM files. CAFile verifies the servers; CertFile and KeyFile show who we are. "": none.
	TrustedCAFile, CertFile, KeyFile string

	DialTimeout time.Duration // until one of them has answered; 0: 5 s
}

const (
	defaultDialTimeout = 5 * time.Second
	keepaliveTime      = 30 * time.Second // a dead connection is noticed after this, plus the timeout
	keepaliveTimeout   = 10 * time.Second
)

// Dial connects to an etcd in other processes, and returns when it has answered a read. One that cannot be reached
// is an error within DialTimeout. Upstream: storagebackend/factory.newETCD3Client.
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

// reach waits for an answer. It asks below the client, whose own error would only say that time is up, not that the
// connection was refused or the certificate not trusted.
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

// tls is nil where no file is named: then the URLs decide.
func (o TransportConfig) tls() (*tls.Config, error) {
	if o.TrustedCAFile == "" && o.CertFile == "" && o.KeyFile == "" {
		return nil, nil
	}
	return transport.TLSInfo{CertFile: o.CertFile, KeyFile: o.KeyFile, TrustedCAFile: o.TrustedCAFile}.ClientConfig()
}

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
		return fail("health", key, interpretError(err))
	}
}

// ReadinessCheck implements storage.Interface. A storage without state of its own can always serve; whether etcd can is
// for HealthCheck to say.
func (s *store) ReadinessCheck() error { return nil }

// Stats implements storage.Interface: etcd counts without sending a value. Upstream: store.Stats.
func (s *store) Stats(ctx context.Context) (storage.Stats, error) {
	answer, err := s.kv.Get(ctx, s.resource, clientv3.WithPrefix(), clientv3.WithCountOnly())
	if err != nil {
		return storage.Stats{}, fail("list", s.resource, interpretError(err))
	}
	return storage.Stats{ObjectCount: answer.Count}, nil
}

// GetCurrentResourceVersion implements storage.Interface. Each answer of etcd carries the revision of the whole database;
// asking for a key that does not exist is the cheapest question. Upstream: store.GetCurrentResourceVersion.
func (s *store) GetCurrentResourceVersion(ctx context.Context) (uint64, error) {
	answer, err := s.kv.Get(ctx, s.resource, clientv3.WithKeysOnly())
	if err != nil {
		return 0, fail("get", s.resource, interpretError(err))
	}
	return uint64(answer.Header.Revision), nil
}
