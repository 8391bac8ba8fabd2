package embedetcd

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
	"go.etcd.io/etcd/server/v3/etcdserver"
	"go.etcd.io/etcd/server/v3/etcdserver/api/v3rpc"
	"go.uber.org/zap"
	"google.golang.org/grpc"
)

// stopTimeout bounds Close. A member that does not stop in time is left behind, and Close says so.
const stopTimeout = 10 * time.Second

// Server is a running etcd with one member. Upstream: embed.Etcd.
type Server struct {
	dir    *dataDir
	member *etcdserver.EtcdServer
	client *clientv3.Client
	calls  calls        // of the client
	grpc   *grpc.Server // nil: nobody else is served
	addr   net.Addr

	closing sync.Once
	closed  error
}

// Start starts etcd and returns when it answers. ctx bounds the start only. A data directory that cannot be written
// to, that holds unreadable data or that another process uses is an error at once.
func Start(ctx context.Context, o Options) (*Server, error) {
	dir, err := claim(o.DataDir)
	if err != nil {
		return nil, err
	}
	s := &Server{dir: dir}
	if s.member, err = startMember(dir, silent()); err != nil {
		return nil, errors.Join(err, dir.release())
	}
	s.client = newClient(s.member, &s.calls)
	if err := s.ready(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	if o.ListenClient != "" {
		if err := s.serve(o.ListenClient, o.TLS); err != nil {
			return nil, errors.Join(err, s.Close())
		}
	}
	return s, nil
}

func startMember(dir *dataDir, log *zap.Logger) (member *etcdserver.EtcdServer, err error) {
	defer caught(dir.path, &err)
	member, err = etcdserver.NewServer(memberConfig(dir.path, !dir.temporary, log))
	if err != nil {
		return nil, fmt.Errorf("etcd cannot start in %s: %w", dir.path, err)
	}
	member.Start()
	return member, nil
}

// ready waits until the member has elected itself and its first write went through.
func (s *Server) ready(ctx context.Context) error {
	select {
	case <-s.member.ReadyNotify():
		return nil
	case <-s.member.StopNotify():
		return errors.New("etcd stopped while it started")
	case <-ctx.Done():
		return fmt.Errorf("etcd did not start in time: %w", ctx.Err())
	}
}

// serve answers other clients on a TCP address.
func (s *Server) serve(address string, config *tls.Config) error {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return fmt.Errorf("etcd cannot listen: %w", err)
	}
	if config != nil {
		config = config.Clone()
		config.NextProtos = []string{"h2"}
	}
	s.addr = listener.Addr()
	s.grpc = v3rpc.Server(s.member, config, nil)
	go s.grpc.Serve(listener) // Stop ends it and closes the listener
	return nil
}

// Client speaks to etcd by function calls. It is closed with the server.
func (s *Server) Client() *clientv3.Client { return s.client }

// Endpoint is the host and port of Options.ListenClient; "" where nobody else is served.
func (s *Server) Endpoint() string {
	if s.addr == nil {
		return ""
	}
	return s.addr.String()
}

// DataDir is where the data lies.
func (s *Server) DataDir() string { return s.dir.path }

// Close ends what Start began and removes a temporary data directory. Open watches end. It may be called again.
func (s *Server) Close() error {
	s.closing.Do(func() { s.closed = s.close() })
	return s.closed
}

func (s *Server) close() error {
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.client.Close() // an in-process client has no connection whose loss it could report
		if s.grpc != nil {
			s.grpc.Stop()
		}
		s.calls.end()
		s.member.HardStop()
	}()
	select {
	case <-done:
		return s.dir.release()
	case <-time.After(stopTimeout):
		return fmt.Errorf("etcd did not stop within %v", stopTimeout)
	}
}
