package server

import (
	"context"
	"errors"
	"net/http"
	"sync"

	apierrors "k8s.io/apimachinery/pkg/api/errors"

	installer "kubepath/chapters/03-installer"
)

var errShuttingDown = errors.New("process is shutting down")

// requestWaitGroup counts the open requests, so that shutdown can end long-running ones and wait for the others.
// Upstream: waitgroup.SafeWaitGroup and lifecycleSignals.
type requestWaitGroup struct {
	// watching is cancelled to end long-running requests.
	watching context.Context
	endWatch context.CancelCauseFunc

	mu     sync.Mutex
	count  int
	closed bool
	idle   chan struct{} // closed once closed holds and count is 0
}

func newRequestWaitGroup() *requestWaitGroup {
	ctx, cancel := context.WithCancelCause(context.Background())
	return &requestWaitGroup{watching: ctx, endWatch: cancel, idle: make(chan struct{})}
}

// enter counts a new request; false if the server is shutting down.
func (o *requestWaitGroup) enter() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed {
		return false
	}
	o.count++
	return true
}

func (o *requestWaitGroup) leave() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.count--
	if o.closed && o.count == 0 {
		close(o.idle)
	}
}

// close refuses new requests and ends long-running ones. It returns the number of open requests.
func (o *requestWaitGroup) close() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	if !o.closed {
		o.closed = true
		o.endWatch(errShuttingDown)
		if o.count == 0 {
			close(o.idle)
		}
	}
	return o.count
}

func (o *requestWaitGroup) shutdownCheck(context.Context) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed {
		return errShuttingDown
	}
	return nil
}

// withWaitGroup counts open requests, and refuses new ones (503) during shutdown, so that clients retry with another
// server. The context of long-running requests ends at shutdown.
//
// Upstream: filters.WithWaitGroup and filters.WithWatchTerminationDuringShutdown.
func (s *GenericAPIServer) withWaitGroup(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !s.open.enter() {
			s.duringShutdown(w, r, next)
			return
		}
		defer s.open.leave()
		info, _ := installer.RequestInfoFrom(r.Context())
		if !IsLongRunning(info) {
			next.ServeHTTP(w, r)
			return
		}
		ctx, cancel := context.WithCancelCause(r.Context())
		defer cancel(nil)
		defer context.AfterFunc(s.open.watching, func() { cancel(errShuttingDown) })()
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

// duringShutdown serves health checks, so that a load balancer gets the reason, and refuses all other requests.
func (s *GenericAPIServer) duringShutdown(w http.ResponseWriter, r *http.Request, next http.Handler) {
	if isHealthPath(r.URL.Path) {
		next.ServeHTTP(w, r)
		return
	}
	w.Header().Set("Retry-After", "1")
	w.Header().Set("Connection", "close")
	writeStatus(w, apierrors.NewServiceUnavailable("apiserver is shutting down"))
}
