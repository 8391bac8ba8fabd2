package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	rest "kubepath/chapters/04-rest"
)

// Limits of one connection, kube-apiserver's. A stream's buffer holds 99 % of all request bodies whole.
const (
	maxHeader       = 1 << 20
	headerTimeout   = 32 * time.Second
	idleTimeout     = 90 * time.Second
	streamsPerConn  = 100
	bufferPerStream = 256 << 10
)

// Run serves on the listeners (wrap one with TLS first; see SecureServingOptions) until ctx ends, then: /readyz fails, nothing new
// is accepted, watches end, open requests finish or are cut off after ShutdownTimeout, hooks run, storages are
// destroyed. It returns nil after a clean end. A server runs once.
//
// Upstream: GenericAPIServer.RunWithContext.
func (s *GenericAPIServer) Run(ctx context.Context, listeners ...net.Listener) error {
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	// Requests do not end with ctx: they have ShutdownTimeout left.
	requests, cut := context.WithCancel(context.WithoutCancel(ctx))
	defer cut()

	web := s.httpServer(requests)
	var serving sync.WaitGroup
	for _, listener := range listeners {
		serving.Go(func() {
			if err := web.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
				fail(fmt.Errorf("serve on %s: %w", listener.Addr(), err))
			}
		})
	}
	hooksEnded := s.hooks.start(ctx, func(err error) { fail(err) })

	<-ctx.Done()
	failed := context.Cause(ctx)
	if errors.Is(failed, context.Canceled) || errors.Is(failed, context.DeadlineExceeded) {
		failed = nil // the caller's way to say that it is enough
	}
	err := s.shutDown(web, cut)
	serving.Wait()
	err = errors.Join(failed, err, s.waitFor(hooksEnded), s.hooks.stop())
	s.destroyStorages()
	return err
}

// waitFor waits for the post-start hooks, whose context has ended.
func (s *GenericAPIServer) waitFor(hooks <-chan struct{}) error {
	select {
	case <-hooks:
		return nil
	case <-time.After(s.config.ShutdownTimeout):
		return errors.New("a PostStartHook has not ended with the server")
	}
}

func (s *GenericAPIServer) httpServer(base context.Context) *http.Server {
	return &http.Server{
		Handler:           s,
		BaseContext:       func(net.Listener) context.Context { return base },
		MaxHeaderBytes:    maxHeader,
		ReadHeaderTimeout: headerTimeout,
		IdleTimeout:       idleTimeout,
		HTTP2: &http.HTTP2Config{
			MaxConcurrentStreams:          streamsPerConn,
			MaxReceiveBufferPerStream:     bufferPerStream,
			MaxReceiveBufferPerConnection: bufferPerStream * streamsPerConn,
		},
		ErrorLog: slog.NewLogLogger(s.config.ErrorLog.Handler(), slog.LevelInfo),
	}
}

// shutDown ends what is under way: long-running requests at once, the others in their own time or, when ShutdownTimeout
// is over, by cutting them off.
func (s *GenericAPIServer) shutDown(web *http.Server, cut context.CancelFunc) error {
	s.open.close()
	patience, cancel := context.WithTimeout(context.Background(), s.config.ShutdownTimeout)
	defer cancel()
	err := web.Shutdown(patience) // listeners first, then each connection when it is idle
	select {
	case <-s.open.idle: // hijacked connections too: net/http does not know of them any more
		if err == nil {
			return nil
		}
	case <-patience.Done():
	}
	open := s.open.close()
	cut()
	web.Close()
	if open == 0 {
		return nil // only connections were left, no requests
	}
	s.waitForLast()
	return fmt.Errorf("%d requests were still open after %v and were cut off", open, s.config.ShutdownTimeout)
}

// waitForLast gives handlers that were cut off a moment to notice, before the storage below them goes.
func (s *GenericAPIServer) waitForLast() {
	select {
	case <-s.open.idle:
	case <-time.After(time.Second):
	}
}

// destroyLater has a storage destroyed at the end of Run.
func (s *GenericAPIServer) destroyLater(storage rest.Storage) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.storages = append(s.storages, storage)
}

func (s *GenericAPIServer) destroyStorages() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, storage := range s.storages {
		storage.Destroy()
	}
	s.storages = nil
}
