package server

import (
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Limits of the time that a request waits for its client, and of the memory of all requests that wait.
const (
	clientGrace = 5 * time.Second // per request, plus a second for each clientRate
	clientRate  = 16 << 10        // bytes that the client sends or reads

	waitingLimit  = 256 << 20 // bytes of memory
	waitingCost   = 64 << 10  // bytes per waiting request: buffers of its connection, a stack
	answerCost    = 256 << 10 // bytes per request that writes its response: the part that is written, a compressor
	answerBuffers = 2 << 10   // bytes of a response that net/http buffers until the handler returns: writing them cannot block
)

// exchange is the body and the ResponseWriter of a request in flight. It releases the slot while it waits for the
// client, and takes a slot again afterwards.
//
//	work        wait for the body      work          wait for the reader      work     ...
//	slot held   released, memory       slot held     released, memory         slot held
//	            is counted                           is counted
//
// So any number of clients that send or read slowly take no slots from other clients. They take memory (a part of a
// body or of a response) and a connection each. Two rules limit that:
//
//   - A client has 5 s in total to send its body and to read its response, plus a second for each 16 KiB. The deadline of
//     the connection is set accordingly, but not beyond the request's deadline. A body that is sent too slowly is
//     answered with 408; if a response is read too slowly, the connection is aborted.
//   - If all waiting requests together have more than 256 MiB, the one with the earliest deadline is aborted. It is the
//     slowest one. There are no limits per user or address, so clients behind one address do not affect each other.
//
// A handler uses a body only after it is complete, so Read takes the slot again only at the end of the body. Upstream
// has no such rules: a request keeps its seat of API Priority and Fairness until the handler returns.
type exchange struct {
	http.ResponseWriter
	ctx     context.Context
	slot    slot
	clients *slowClients

	body          io.ReadCloser // nil: the request has none
	read, written int64
	waited        time.Duration // time spent waiting for the client so far

	// The current wait; guarded by clients.mu.
	due  time.Time
	held int64
	cut  func(time.Time) error // sets the deadline of the connection
}

// Read reads from the body. It releases the slot until the end of the body.
func (e *exchange) Read(p []byte) (int, error) {
	e.slot.giveBack()
	start := e.wait(e.read, waitingCost+2*e.read, http.NewResponseController(e.ResponseWriter).SetReadDeadline)
	n, err := e.body.Read(p)
	e.read += int64(n)
	e.proceed(start)
	switch {
	case err == io.EOF:
		e.cut(time.Time{}) // from now on, net/http reads in the background to notice a client that disconnects
		if fault := e.slot.take(e.ctx); fault != nil {
			err = fault
		}
	case errors.Is(err, os.ErrDeadlineExceeded) && e.ctx.Err() != context.DeadlineExceeded:
		err = errSlowBody
	}
	e.clients.release(e)
	return n, err
}

// Close closes the body.
func (e *exchange) Close() error { return e.body.Close() }

var errSlowBody = &apierrors.StatusError{ErrStatus: metav1.Status{
	Status:  metav1.StatusFailure,
	Code:    http.StatusRequestTimeout,
	Reason:  metav1.StatusReasonTimeout,
	Message: "the request body was sent too slowly",
}}

// Write writes to the response. It releases the slot meanwhile.
func (e *exchange) Write(p []byte) (n int, err error) {
	if e.written+int64(len(p)) <= answerBuffers {
		n, err = e.ResponseWriter.Write(p)
		e.written += int64(n)
		return n, err
	}
	err = e.writeToClient(int64(len(p)), func() error {
		n, err = e.ResponseWriter.Write(p)
		e.written += int64(n)
		return err
	})
	return n, err
}

// FlushError flushes the response, for http.ResponseController.
func (e *exchange) FlushError() error {
	return e.writeToClient(0, http.NewResponseController(e.ResponseWriter).Flush)
}

func (e *exchange) writeToClient(more int64, send func() error) error {
	e.slot.giveBack()
	start := e.wait(e.written+more, answerCost, http.NewResponseController(e.ResponseWriter).SetWriteDeadline)
	err := send()
	e.proceed(start)
	if err == nil {
		e.cut(time.Time{})
		err = e.slot.take(e.ctx)
	}
	e.clients.release(e)
	return err
}

// Unwrap is for http.ResponseController.
func (e *exchange) Unwrap() http.ResponseWriter { return e.ResponseWriter }

// wait begins a wait for the client; bytes is the number of bytes that the client has sent, or has to read.
func (e *exchange) wait(bytes, held int64, setDeadline func(time.Time) error) (start time.Time) {
	start = time.Now()
	due := start.Add(e.clients.grace + time.Duration(bytes)*time.Second/clientRate - e.waited)
	if end, ok := e.ctx.Deadline(); ok && due.After(end) {
		due = end.Add(time.Second) // the filter timeout ends the request before that, with a better response
	}
	setDeadline(due)
	e.due, e.held, e.cut = due, held, setDeadline
	e.clients.account(e)
	return start
}

// proceed ends the wait that began at start: the request is no longer aborted for a slow client.
func (e *exchange) proceed(start time.Time) {
	e.clients.forget(e)
	e.waited += time.Since(start)
}

// slowClients counts the memory of requests without a slot.
type slowClients struct {
	grace time.Duration
	limit int64 // maximum of held

	mu      sync.Mutex
	held    int64 // bytes of requests that wait for their clients, or after that for a slot
	waiting map[*exchange]bool
}

func newSlowClients() *slowClients {
	return &slowClients{grace: clientGrace, limit: waitingLimit, waiting: map[*exchange]bool{}}
}

// account adds e to the requests that wait for their clients, and aborts the slowest of them if they have too much
// memory.
func (c *slowClients) account(e *exchange) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.waiting[e] = true
	c.held += e.held
	for c.held > c.limit && len(c.waiting) > 0 {
		slowest := c.slowest()
		delete(c.waiting, slowest)
		slowest.cut(time.Now())
		c.held -= slowest.held
		slowest.held = 0
	}
}

func (c *slowClients) slowest() (slowest *exchange) {
	for e := range c.waiting {
		if slowest == nil || e.due.Before(slowest.due) {
			slowest = e
		}
	}
	return slowest
}

// forget removes e from the requests that may be aborted. Its memory counts until release.
func (c *slowClients) forget(e *exchange) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.waiting, e)
}

// release subtracts the memory of e, which has a slot again.
func (c *slowClients) release(e *exchange) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.held -= e.held
	e.held = 0
}

// unreadBodyTime limits how long net/http reads the rest of a body after the response.
const unreadBodyTime = time.Second

// withUnreadBodyLimit sets a deadline for bodies that the handler does not read, because the request was refused or has
// no route. Before net/http sends the response of an HTTP/1 request, it reads up to 256 KiB of the rest of the body, so
// that the connection can be reused. A client that sends one byte per second would hold the connection for three days.
// With HTTP/2 the response is sent at once and the stream is reset.
func withUnreadBodyLimit(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ProtoMajor != 1 || r.Body == nil || r.Body == http.NoBody {
			next.ServeHTTP(w, r)
			return
		}
		u := &unreadBody{ResponseWriter: w, body: r.Body}
		r = r.WithContext(r.Context()) // a copy
		r.Body = u
		next.ServeHTTP(u, r)
		u.answered()
	})
}

// unreadBody records whether the body has been read to its end before the response begins. known is atomic because the
// filter timeout may respond while the handler reads.
type unreadBody struct {
	http.ResponseWriter
	body  io.ReadCloser
	known atomic.Bool // the body has ended, or has its deadline
}

func (u *unreadBody) answered() {
	if u.known.CompareAndSwap(false, true) {
		http.NewResponseController(u.ResponseWriter).SetReadDeadline(time.Now().Add(unreadBodyTime))
	}
}

func (u *unreadBody) Read(p []byte) (int, error) {
	n, err := u.body.Read(p)
	if err == io.EOF {
		u.known.Store(true)
	}
	return n, err
}

func (u *unreadBody) Close() error { return u.body.Close() }

func (u *unreadBody) WriteHeader(status int) {
	if status >= http.StatusOK {
		u.answered()
	}
	u.ResponseWriter.WriteHeader(status)
}

func (u *unreadBody) Write(data []byte) (int, error) {
	u.answered()
	return u.ResponseWriter.Write(data)
}

// Unwrap is for http.ResponseController.
func (u *unreadBody) Unwrap() http.ResponseWriter { return u.ResponseWriter }
