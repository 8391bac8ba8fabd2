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

// withTimeout gives each request that is not long-running a deadline: Config.RequestTimeout, or less if the client's
// timeout parameter says so. Handlers and storage see the deadline in the context and end by themselves. Where one does
// not, the client has its 504 all the same: see timeoutWriter. The handler stays on its goroutine; an ordinary request
// costs no other.
//
// Upstream: filters.WithRequestDeadline and filters.WithTimeoutForNonLongRunningRequests, which serves each request on
// a goroutine of its own.
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

// timeLimit reads the timeout parameter: a duration, of which at most limit counts; 0 and none mean limit.
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

// timeoutWriter is the writer of a handler that has a deadline. Two goroutines may answer: the handler, and the one that
// calls expire at the deadline. The lock decides who is first; the handler fills a header of its own, so the two
// never meet in a map.
type timeoutWriter struct {
	w       http.ResponseWriter
	header  http.Header // the handler's, until it is sent
	hasBody bool        // the request has one

	mu      sync.Mutex
	sent    bool // the handler has begun to answer
	expired bool // what the handler still writes is dropped
	ended   bool // the handler has returned: w may not be touched any more
}

// Header is the handler's own.
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

// sendHeader hands the handler's header over, once.
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

// Flush sends what is buffered.
func (t *timeoutWriter) Flush() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.expired {
		t.sendHeader()
		http.NewResponseController(t.w).Flush()
	}
}

// SetReadDeadline and SetWriteDeadline are for http.ResponseController. They do not wait for a write under way: that may
// be what the deadline is to end.
func (t *timeoutWriter) SetReadDeadline(end time.Time) error {
	return http.NewResponseController(t.w).SetReadDeadline(end)
}

func (t *timeoutWriter) SetWriteDeadline(end time.Time) error {
	return http.NewResponseController(t.w).SetWriteDeadline(end)
}

// Hijack takes the connection over, and with it the deadline.
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

// expire answers 504 at the deadline, if the handler has not begun to answer, and wakes a handler that is blocked in
// reading the body or in writing.
func (t *timeoutWriter) expire() {
	connection := http.NewResponseController(t.w)
	if !t.mu.TryLock() {
		connection.SetWriteDeadline(time.Now()) // the handler is writing, perhaps to a client that does not read
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

// end is called when the handler has returned; err is why its context has ended, if it has. A handler that gave up at
// its deadline without a word is answered for. Where the deadline cut an answer short, the connection is cut too, so that
// the client does not take a part for the whole.
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

// abandon is called when the handler panicked: the answer is the panic recovery's business.
func (t *timeoutWriter) abandon() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.ended = true
}

// longRunningSubresources last as long as their client wants, whatever the verb. With the verbs whose row says so, they
// are what neither the timeout nor the limit of requests in flight is meant for.
// Upstream: filters.BasicLongRunningRequestCheck, with kube-apiserver's values.
var longRunningSubresources = map[string]bool{"attach": true, "exec": true, "proxy": true, "log": true, "portforward": true}

// IsLongRunning reports whether a request lasts as long as its client wants.
func IsLongRunning(info *installer.RequestInfo) bool {
	if info.IsResourceRequest {
		return info.LongRunning || longRunningSubresources[info.Subresource]
	}
	return strings.HasPrefix(info.Path, "/debug/pprof/")
}
