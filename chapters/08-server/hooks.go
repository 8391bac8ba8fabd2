package server

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
)

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
