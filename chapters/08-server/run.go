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

// Limits of one connection, kube-apiserver's. A stream's buffer holds 99 % of all request bodies whole.
const (
	maxHeader            = 1 << 20
	headerTimeout        = 32 * time.Second
	idleTimeout          = 90 * time.Second
	maxConcurrentStreams = 100
	bufferPerStream      = 256 << 10
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
			MaxConcurrentStreams:          maxConcurrentStreams,
			MaxReceiveBufferPerStream:     bufferPerStream,
			MaxReceiveBufferPerConnection: bufferPerStream * maxConcurrentStreams,
		},
		ErrorLog: slog.NewLogLogger(s.config.ErrorLog.Handler(), slog.LevelInfo),
	}
}

// shutDown ends what is under way: long-running requests at once, the others in their own time or, when ShutdownTimeout
// is over, by cutting them off.
func (s *GenericAPIServer) shutDown(web *http.Server, cut context.CancelFunc) error {
	s.open.close()
	ctx, cancel := context.WithTimeout(context.Background(), s.config.ShutdownTimeout)
	defer cancel()
	err := web.Shutdown(ctx) // listeners first, then each connection when it is idle
	select {
	case <-s.open.idle: // hijacked connections too: net/http does not know of them any more
		if err == nil {
			return nil
		}
	case <-ctx.Done():
	}
	open := s.open.close()
	cut()
	web.Close()
	if open == 0 {
		return nil // only connections were left, no requests
	}
	s.waitForCutOff()
	return fmt.Errorf("%d requests were still open after %v and were cut off", open, s.config.ShutdownTimeout)
}

// waitForCutOff gives handlers that were cut off a moment to notice, before the storage below them goes.
func (s *GenericAPIServer) waitForCutOff() {
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

var errNotFinished = errors.New("not finished")

// hooks are what others do at the two ends of Run.
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

// AddPostStartHook adds what runs, on a goroutine of its own, as soon as the server serves. The server is ready when
// all have returned nil: each is the health check poststarthook/NAME. An error ends Run. ctx ends with the server; a
// hook that starts something that stays must end it then.
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

// AddPreShutdownHook adds what runs once no new request is accepted and those open have ended.
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

// stop runs the pre-shutdown hooks, all of them whatever becomes of one.
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
