package server

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"

	installer "kubepath/chapters/03-installer"
)

// withTimeout sets the deadline of each request that is not long-running: Config.RequestTimeout, or less if the
// client's timeout parameter is less. Handlers and storage end at the context's deadline. If one does not, the client
// still gets a 504: see timeoutWriter. The handler runs on the request's goroutine.
//
// Upstream: filters.WithRequestDeadline and filters.WithTimeoutForNonLongRunningRequests, which starts another
// goroutine for each request.
func (s *GenericAPIServer) withTimeout(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		info, _ := installer.RequestInfoFrom(r.Context())
		if IsLongRunning(info) {
			next.ServeHTTP(w, r)
			return
		}
		limit, err := timeLimit(r, s.config.RequestTimeout)
		if err != nil {
			s.writeError(w, r, apierrors.NewBadRequest(err.Error()))
			return
		}
		ctx, cancel := context.WithTimeout(r.Context(), limit)
		defer cancel()
		answer := &timeoutWriter{w: w, header: make(http.Header), hasBody: r.ContentLength != 0}
		timer := time.AfterFunc(limit, answer.expire) // cheaper than context.AfterFunc
		returned := false
		defer func() {
			timer.Stop()
			if returned {
				answer.end(ctx.Err())
			} else {
				answer.abandon()
			}
		}()
		next.ServeHTTP(answer, r.WithContext(ctx))
		returned = true
	})
}

// timeLimit returns the timeout parameter, but at most limit; limit if it is 0 or missing.
func timeLimit(r *http.Request, limit time.Duration) (time.Duration, error) {
	if !strings.Contains(r.URL.RawQuery, "timeout=") {
		return limit, nil
	}
	value := r.URL.Query().Get("timeout")
	if value == "" {
		return limit, nil
	}
	wanted, err := time.ParseDuration(value)
	if err != nil {
		return 0, fmt.Errorf("invalid timeout specified in the request URL - %w", err)
	}
	if wanted > 0 && wanted < limit {
		return wanted, nil
	}
	return limit, nil
}

// timeoutWriter is the ResponseWriter of a handler with a deadline. Two goroutines may respond: the handler, and the
// timer that calls expire at the deadline. The mutex decides which one is first. The handler has a separate header map,
// so the two never access one map.
type timeoutWriter struct {
	w       http.ResponseWriter
	header  http.Header // the handler's, until it is sent
	hasBody bool        // the request has one

	mu      sync.Mutex
	sent    bool // the handler has begun its response
	expired bool // later writes of the handler are dropped
	ended   bool // the handler has returned: w must not be used any more
}

// Header returns the handler's header.
func (t *timeoutWriter) Header() http.Header { return t.header }

func (t *timeoutWriter) WriteHeader(status int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.expired {
		return
	}
	t.sendHeader()
	t.w.WriteHeader(status)
}

// sendHeader copies the handler's header to the response, once.
func (t *timeoutWriter) sendHeader() {
	if !t.sent {
		t.sent = true
		maps.Copy(t.w.Header(), t.header)
	}
}

// Write fails with http.ErrHandlerTimeout after the deadline.
func (t *timeoutWriter) Write(data []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.expired {
		return 0, http.ErrHandlerTimeout
	}
	t.sendHeader()
	return t.w.Write(data)
}

// Flush sends buffered data.
func (t *timeoutWriter) Flush() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.expired {
		t.sendHeader()
		http.NewResponseController(t.w).Flush()
	}
}

// SetReadDeadline and SetWriteDeadline are for http.ResponseController. They do not lock mu, because the deadline may
// be set to end a write that blocks.
func (t *timeoutWriter) SetReadDeadline(end time.Time) error {
	return http.NewResponseController(t.w).SetReadDeadline(end)
}

func (t *timeoutWriter) SetWriteDeadline(end time.Time) error {
	return http.NewResponseController(t.w).SetWriteDeadline(end)
}

// Hijack hands the connection to the handler. The timeout no longer applies.
func (t *timeoutWriter) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.expired {
		return nil, nil, http.ErrHandlerTimeout
	}
	conn, rw, err := http.NewResponseController(t.w).Hijack()
	t.ended = t.ended || err == nil
	return conn, rw, err
}

// expire answers 504 at the deadline, if the handler has not begun its response. It ends a read of the body or a write
// that blocks.
func (t *timeoutWriter) expire() {
	connection := http.NewResponseController(t.w)
	if !t.mu.TryLock() {
		connection.SetWriteDeadline(time.Now()) // the handler is writing, and blocks if the client does not read
		t.mu.Lock()
	}
	defer t.mu.Unlock()
	if t.ended {
		return
	}
	t.expired = true
	if !t.sent {
		t.answerTimeout()
		connection.Flush()
	}
	if t.hasBody {
		connection.SetReadDeadline(time.Now())
	}
}

func (t *timeoutWriter) answerTimeout() {
	code, body := encodeStatus(apierrors.NewTimeoutError("request did not complete within the allotted timeout", 0))
	header := t.w.Header()
	header.Set("Content-Type", "application/json")
	header.Set("Content-Length", strconv.Itoa(len(body)))
	header.Set("Connection", "close")
	t.w.WriteHeader(code)
	t.w.Write(body)
}

// end is called when the handler has returned; err is the context's error. If the handler returned at the deadline
// without a response, end answers 504. If the deadline interrupted a response, it aborts the connection, so that the
// client notices that the response is incomplete.
func (t *timeoutWriter) end(err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case t.ended: // hijacked
	case t.expired && t.sent:
		panic(http.ErrAbortHandler)
	case t.expired || t.sent:
	case errors.Is(err, context.DeadlineExceeded):
		t.answerTimeout()
	default:
		t.sendHeader()
	}
	t.ended = true
}

// abandon is called after the handler has panicked: the filter panic-recovery responds.
func (t *timeoutWriter) abandon() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.ended = true
}

// longRunningSubresources are the subresources whose requests are long-running with every verb. The timeout and the
// limits of requests in flight do not apply to them.
// Upstream: filters.BasicLongRunningRequestCheck, with kube-apiserver's values.
var longRunningSubresources = map[string]bool{"attach": true, "exec": true, "proxy": true, "log": true, "portforward": true}

// IsLongRunning reports whether a request is long-running: without timeout and limit of requests in flight.
func IsLongRunning(info *installer.RequestInfo) bool {
	if info.IsResourceRequest {
		return info.LongRunning || longRunningSubresources[info.Subresource]
	}
	return strings.HasPrefix(info.Path, "/debug/pprof/")
}
