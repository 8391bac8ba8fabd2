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

	failed    *failure
	guard     sync.WaitGroup
	stopGuard context.CancelFunc // nil: not started

	closing sync.Once
	closed  error
}

// Start starts etcd and returns when it answers. ctx bounds the start only, and so does Options.StartTimeout. A data
// directory that cannot be written to, that another process uses, or on which etcd would not start, is an error at once
// (*DamageError), and is left as it was.
func Start(ctx context.Context, o Options) (*Server, error) {
	dir, err := claim(o.DataDir)
	if err != nil {
		return nil, err
	}
	timeout := o.StartTimeout
	if timeout == 0 {
		timeout = dir.startTimeout()
	}
	ctx, cancel := context.WithTimeoutCause(ctx, timeout, fmt.Errorf("it has not answered for %v", timeout))
	defer cancel()
	s := &Server{dir: dir, failed: newFailure(dir.path)}
	if s.member, err = s.startMember(ctx); err != nil {
		return nil, errors.Join(err, dir.release())
	}
	s.client = newClient(s.member, &s.calls)
	if err := s.ready(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	guarding, stop := context.WithCancel(context.Background())
	s.stopGuard = stop
	s.guard.Go(func() { guard(guarding, dir.database(), s.failed) })
	if o.ListenClient != "" {
		if err := s.serve(o.ListenClient, o.TLS); err != nil {
			return nil, errors.Join(err, s.Close())
		}
	}
	return s, nil
}

// startMember starts etcd in a goroutine of its own, which etcd may end.
func (s *Server) startMember(ctx context.Context) (*etcdserver.EtcdServer, error) {
	started := make(chan *etcdserver.EtcdServer, 1)
	go func() {
		defer func() {
			if r := recover(); r != nil {
				s.failed.report(&FailureError{Dir: s.dir.path, Doing: fmt.Sprint(r)})
			}
		}()
		member, err := etcdserver.NewServer(memberConfig(s.dir.path, !s.dir.temporary, s.failed.logger()))
		if err != nil {
			s.failed.report(&FailureError{s.dir.path, "it cannot start", err})
			return
		}
		member.Start()
		started <- member
	}()
	select {
	case member := <-started:
		return member, nil
	case <-s.failed.Done():
		return nil, context.Cause(s.failed)
	case <-ctx.Done():
		return nil, &FailureError{s.dir.path, "it does not start", context.Cause(ctx)}
	}
}

// ready waits until the member has elected itself and its first write went through.
func (s *Server) ready(ctx context.Context) error {
	select {
	case <-s.member.ReadyNotify():
		return nil
	case <-s.failed.Done():
		return context.Cause(s.failed)
	case <-s.member.StopNotify():
		return errors.New("etcd stopped while it started")
	case <-ctx.Done():
		return &FailureError{s.dir.path, "it does not start", context.Cause(ctx)}
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

// Failed ends when etcd cannot go on: with a full disk, say. Its cause (context.Cause) is a *FailureError. Nothing is answered any more then, and each write that was answered is in etcd's log: Close the server, and start
// another one when the reason is gone.
func (s *Server) Failed() context.Context { return s.failed }

// Close ends what Start began and removes a temporary data directory. Open watches end. It may be called again. An etcd that
// has failed cannot be stopped in order; its goroutines stay.
func (s *Server) Close() error {
	s.closing.Do(func() { s.closed = s.close() })
	return s.closed
}

func (s *Server) close() error {
	if s.stopGuard != nil {
		s.stopGuard()
		s.guard.Wait()
	}
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
	case <-s.failed.Done():
		return s.dir.release()
	case <-time.After(stopTimeout):
		return fmt.Errorf("etcd did not stop within %v", stopTimeout)
	}
}

// Options of an embedded etcd. The zero value is a temporary one that only this process can reach.
type Options struct {
	// DataDir keeps the data across restarts; each answered write is on disk. "": a temporary directory, removed
	// by Close, in which nothing waits for the disk.
	DataDir string

	// StartTimeout bounds Start; 0: a minute, and more for a large database.
	StartTimeout time.Duration

	// ListenClient is a TCP address (127.0.0.1:0) on which other clients are served too; "": none.
	// Server.Endpoint tells the address that it became.
	ListenClient string
	// TLS of ListenClient; nil: plain TCP.
	TLS *tls.Config
}
