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

// How long a request waits for its client, and how much memory all that wait may hold.
const (
	clientGrace = 5 * time.Second // in all of a request; and a second more for each
	clientRate  = 16 << 10        // bytes that the client has sent or is to take

	waitingLimit  = 256 << 20 // bytes of memory
	waitingCost   = 64 << 10  // of a request that waits: buffers of its connection, a stack
	answerCost    = 256 << 10 // of one that waits for the reader of its answer: the part that is written, a compressor
	answerBuffers = 2 << 10   // net/http keeps so much of an answer until the handler returns: writing it cannot block
)

// exchange is a request in flight, as its handler reads and writes it: it gives its slot back while it waits for its
// client, and takes one again when there is work to do.
//
//	work        wait for the body      work          wait for the reader      work     ...
//	slot held   given back, memory     slot held     given back, memory       slot held
//	            is accounted                         is accounted
//
// So clients that send or read slowly, however many there are, take no slot from the others. What they do take is memory
// (a part of a body, or of an answer) and a connection. Two rules bound it:
//
//   - A client has 5 s in all to send its body and to read its answer, and a second more for each 16 KiB. The deadline of
//     the connection is moved accordingly, but never beyond the request's own. A body that comes too slowly is answered
//     with 408; an answer that is read too slowly is cut off.
//   - Where all that wait hold more than 256 MiB, the one whose time is up first is cut off at once. It is the slowest,
//     whoever sent it: no share by user or address is needed, and many clients behind one address do not harm each other.
//
// A body is not worked on before it is whole, so reading it takes the slot again only at its end. Upstream has no such
// rules: a seat of API Priority and Fairness is held until the handler returns.
type exchange struct {
	http.ResponseWriter
	ctx     context.Context
	slot    slot
	clients *slowClients

	body          io.ReadCloser // nil: the request has none
	read, written int64
	waited        time.Duration // for the client, so far

	// Of the wait under way; guarded by clients.mu.
	due  time.Time
	held int64
	cut  func(time.Time) error // sets the deadline of the connection
}

// Read reads from the body. The slot is given back until the body ends.
func (e *exchange) Read(p []byte) (int, error) {
	e.slot.giveBack()
	start := e.wait(e.read, waitingCost+2*e.read, http.NewResponseController(e.ResponseWriter).SetReadDeadline)
	n, err := e.body.Read(p)
	e.read += int64(n)
	e.proceed(start)
	switch {
	case err == io.EOF:
		e.cut(time.Time{}) // from here on, net/http reads on its own to see whether the client is still there
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

// Write writes to the answer. The slot is given back meanwhile.
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

// FlushError sends what is written, for http.ResponseController.
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

// wait begins a wait for the client, which has sent or is to take so many bytes.
func (e *exchange) wait(bytes, held int64, setDeadline func(time.Time) error) (start time.Time) {
	start = time.Now()
	due := start.Add(e.clients.grace + time.Duration(bytes)*time.Second/clientRate - e.waited)
	if end, ok := e.ctx.Deadline(); ok && due.After(end) {
		due = end.Add(time.Second) // the place timeout comes first: its answer is a better one
	}
	setDeadline(due)
	e.due, e.held, e.cut = due, held, setDeadline
	e.clients.account(e)
	return start
}

// proceed ends the wait that began at start: the client cannot be cut off any more.
func (e *exchange) proceed(start time.Time) {
	e.clients.forget(e)
	e.waited += time.Since(start)
}

// slowClients accounts for the memory of requests that hold no slot.
type slowClients struct {
	grace time.Duration
	limit int64 // of held

	mu      sync.Mutex
	held    int64 // by those that wait for their clients, and then for a slot
	waiting map[*exchange]bool
}

func newSlowClients() *slowClients {
	return &slowClients{grace: clientGrace, limit: waitingLimit, waiting: map[*exchange]bool{}}
}

// account adds e to those that wait for their clients, and cuts off the slowest of them where they hold too much.
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

// forget takes e from those that can be cut off. What it holds still counts until it has a slot again.
func (c *slowClients) forget(e *exchange) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.waiting, e)
}

// release says that e waits no more.
func (c *slowClients) release(e *exchange) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.held -= e.held
	e.held = 0
}

// unreadBodyTime is how long a client may go on to send a body that nobody reads, once it is answered.
const unreadBodyTime = time.Second

// withUnreadBodyLimit ends requests whose body does not end, although nobody wants it: of a request that is refused, or
// whose path is nobody's. Before net/http sends the answer of an HTTP/1 request, it reads up to 256 KiB of what is left of
// the body, so that the connection can be used again; a client that sends a byte a second would wait for its answer for
// three days, and hold the connection. HTTP/2 answers at once and resets the stream.
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

// unreadBody notices whether a body has been read to its end before the answer begins. The filter timeout may answer while
// the handler still reads.
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
