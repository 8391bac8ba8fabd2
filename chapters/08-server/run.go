package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	rest "kubepath/chapters/04-rest"
)

// kube-apiserver's limits of one connection. 99 % of all request bodies fit into the buffer of a stream.
const (
	maxHeader            = 1 << 20
	headerTimeout        = 32 * time.Second
	idleTimeout          = 90 * time.Second
	maxConcurrentStreams = 100
	bufferPerStream      = 256 << 10
)

// Run serves on the listeners (for TLS, see SecureServingOptions) until ctx ends. Then /readyz fails, new requests are
// refused, watches end, open requests finish or are aborted after ShutdownTimeout, the pre-shutdown hooks run, and the
// storages are destroyed. It returns nil after a clean shutdown. A server runs only once.
//
// Upstream: GenericAPIServer.RunWithContext.
func (s *GenericAPIServer) Run(ctx context.Context, listeners ...net.Listener) error {
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	// Requests do not end with ctx: they have ShutdownTimeout to finish.
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
		failed = nil // the caller has stopped the server: no failure
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
			MaxConcurrentStreams:          maxConcurrentStreams,
			MaxReceiveBufferPerStream:     bufferPerStream,
			MaxReceiveBufferPerConnection: bufferPerStream * maxConcurrentStreams,
		},
		ErrorLog: slog.NewLogLogger(s.config.ErrorLog.Handler(), slog.LevelInfo),
	}
}

// shutDown ends long-running requests at once. It waits for the other requests, and aborts them after ShutdownTimeout.
func (s *GenericAPIServer) shutDown(web *http.Server, cut context.CancelFunc) error {
	s.open.close()
	ctx, cancel := context.WithTimeout(context.Background(), s.config.ShutdownTimeout)
	defer cancel()
	err := web.Shutdown(ctx) // closes the listeners, then each connection when it is idle
	select {
	case <-s.open.idle: // also hijacked connections, for which net/http does not wait
		if err == nil {
			return nil
		}
	case <-ctx.Done():
	}
	open := s.open.close()
	cut()
	web.Close()
	if open == 0 {
		return nil // only idle connections were left, no requests
	}
	s.waitForCutOff()
	return fmt.Errorf("%d requests were still open after %v and were cut off", open, s.config.ShutdownTimeout)
}

// waitForCutOff waits up to a second for aborted handlers to return, before the storages are destroyed.
func (s *GenericAPIServer) waitForCutOff() {
	select {
	case <-s.open.idle:
	case <-time.After(time.Second):
	}
}

// destroyLater adds a storage to those that are destroyed at the end of Run.
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

var errNotFinished = errors.New("not finished")

// hooks has the functions that Run calls after the start and at shutdown.
type hooks struct {
	mu          sync.Mutex
	started     bool
	postStart   []*postStartHook
	preShutdown []preShutdownHook
}

type postStartHook struct {
	name string
	run  func(ctx context.Context) error
	done atomic.Bool
}

type preShutdownHook struct {
	name string
	run  func() error
}

// AddPostStartHook adds a hook that runs on a separate goroutine after the server has started to serve. The server is
// ready after all hooks have returned nil: each has the health check poststarthook/NAME. An error stops the server. ctx
// ends at shutdown; goroutines that a hook starts must end with it.
//
// Upstream: GenericAPIServer.AddPostStartHook.
func (s *GenericAPIServer) AddPostStartHook(name string, hook func(ctx context.Context) error) error {
	s.hooks.mu.Lock()
	defer s.hooks.mu.Unlock()
	if s.hooks.started {
		return fmt.Errorf("unable to add %q because PostStartHooks have already been called", name)
	}
	h := &postStartHook{name: name, run: hook}
	if err := s.AddHealthCheck(HealthCheck{Name: "poststarthook/" + name, Check: h.check}); err != nil {
		return err
	}
	s.hooks.postStart = append(s.hooks.postStart, h)
	return nil
}

func (h *postStartHook) check(context.Context) error {
	if h.done.Load() {
		return nil
	}
	return errNotFinished
}

// AddPreShutdownHook adds a hook that runs at shutdown, after all open requests have ended.
// Upstream: GenericAPIServer.AddPreShutdownHook, whose hooks run before the open requests have ended.
func (s *GenericAPIServer) AddPreShutdownHook(name string, hook func() error) error {
	s.hooks.mu.Lock()
	defer s.hooks.mu.Unlock()
	for _, other := range s.hooks.preShutdown {
		if other.name == name {
			return fmt.Errorf("there is a pre-shutdown hook %q already", name)
		}
	}
	s.hooks.preShutdown = append(s.hooks.preShutdown, preShutdownHook{name, hook})
	return nil
}

// start starts the post-start hooks; fail is called with the error of one that fails. ended is closed when all have
// returned.
func (h *hooks) start(ctx context.Context, fail func(error)) (ended <-chan struct{}) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.started = true
	var running sync.WaitGroup
	for _, hook := range h.postStart {
		running.Go(func() {
			if err := hook.run(ctx); err != nil {
				if ctx.Err() == nil {
					fail(fmt.Errorf("PostStartHook %q failed: %w", hook.name, err))
				}
				return
			}
			hook.done.Store(true)
		})
	}
	all := make(chan struct{})
	go func() {
		running.Wait()
		close(all)
	}()
	return all
}

// stop runs all pre-shutdown hooks, even if one fails.
func (h *hooks) stop() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	var errs []error
	for _, hook := range h.preShutdown {
		if err := hook.run(); err != nil {
			errs = append(errs, fmt.Errorf("PreShutdownHook %q failed: %w", hook.name, err))
		}
	}
	return errors.Join(errs...)
}
