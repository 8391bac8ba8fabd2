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

// requestWaitGroup counts the requests under way, so that shutdown can end the long ones and wait for the others.
// Upstream: waitgroup.SafeWaitGroup and lifecycleSignals.
type requestWaitGroup struct {
	// watching ends when long-running requests are to end.
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

// enter counts a request in; false once the server is shutting down.
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

// close lets nobody in any more and ends long-running requests. It returns how many are still open.
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

// withWaitGroup counts requests while they are served, and refuses new ones during shutdown: a client that comes again
// finds another server. Long-running requests get a context that ends with the server.
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

// duringShutdown answers health checks, so that a load balancer sees why, and refuses the rest.
func (s *GenericAPIServer) duringShutdown(w http.ResponseWriter, r *http.Request, next http.Handler) {
	if isHealthPath(r.URL.Path) {
		next.ServeHTTP(w, r)
		return
	}
	w.Header().Set("Retry-After", "1")
	w.Header().Set("Connection", "close")
	writeStatus(w, apierrors.NewServiceUnavailable("apiserver is shutting down"))
}
