package exercise

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"
)

// limit is when a test gives up to wait for what should have come at once.
const limit = 3 * time.Second

// client is what lies behind your ResponseWriter: what was written waits until it is flushed.
type client struct {
	t       *testing.T
	mu      sync.Mutex
	pending string
	has     string // what was flushed: the client has it
	flushes int
	gone    bool // writes fail
	writes  int  // that were tried
	news    chan struct{}
	ended   chan error // what Stream returned
	stop    context.CancelFunc
}

// start runs your Stream.
func start(t *testing.T, events watch.Interface, change ...func(*client)) *client {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	c := &client{t: t, news: make(chan struct{}, 1000), ended: make(chan error, 1), stop: cancel}
	for _, f := range change {
		f(c)
	}
	t.Cleanup(cancel)
	go func() { c.ended <- Stream(ctx, wrapped{inner{c}}, events, frame) }()
	return c
}

var errFrame = errors.New("this object cannot be written")

// frame makes short frames: ADDED 1, and a line's end.
func frame(e watch.Event) ([]byte, error) {
	n := e.Object.(*number)
	if n.bad {
		return nil, errFrame
	}
	return fmt.Appendf(nil, "%s %d\n", e.Type, n.n), nil
}

// number is an object.
type number struct {
	runtime.Object
	n   int
	bad bool
}

func added(n int) watch.Event { return watch.Event{Type: watch.Added, Object: &number{n: n}} }

// wrapped is a ResponseWriter that has only what http.ResponseController needs to look behind it, as a filter's.
type wrapped struct{ http.ResponseWriter }

func (w wrapped) Unwrap() http.ResponseWriter { return w.ResponseWriter }

type inner struct{ c *client }

func (w inner) Header() http.Header { return http.Header{} }

func (w inner) WriteHeader(status int) {
	w.c.mu.Lock()
	defer w.c.mu.Unlock()
	w.c.pending += fmt.Sprintf("%d\n", status)
}

func (w inner) Write(p []byte) (int, error) {
	w.c.mu.Lock()
	defer w.c.mu.Unlock()
	defer w.c.tell()
	w.c.writes++
	if w.c.gone {
		return 0, errors.New("the client is gone")
	}
	w.c.pending += string(p)
	return len(p), nil
}

func (w inner) Flush() {
	w.c.mu.Lock()
	defer w.c.mu.Unlock()
	defer w.c.tell()
	w.c.has += w.c.pending
	w.c.pending = ""
	w.c.flushes++
}

func (c *client) tell() {
	select {
	case c.news <- struct{}{}:
	default:
	}
}

// gets waits until the client has want.
func (c *client) gets(want, why string) {
	c.t.Helper()
	c.until(func() bool { return c.has == want }, func() string {
		return fmt.Sprintf("the client has %q, and %q waits to be flushed; want it to have %q: %s", c.has, c.pending, want, why)
	})
}

// until waits for something; where it does not come, the test ends with what problem says.
func (c *client) until(done func() bool, problem func() string) {
	c.t.Helper()
	late := time.NewTimer(limit)
	defer late.Stop()
	for {
		c.mu.Lock()
		ok, text := done(), problem()
		c.mu.Unlock()
		if ok {
			return
		}
		select {
		case <-c.news:
		case err := <-c.ended:
			c.mu.Lock()
			ok, text = done(), problem()
			c.mu.Unlock()
			if c.ended <- err; ok {
				return
			}
			c.t.Fatalf("Stream returned %v; %s", err, text)
		case <-late.C:
			c.t.Fatal(text)
		}
	}
}

// ends waits until Stream returns nil.
func (c *client) ends(why string) {
	c.t.Helper()
	select {
	case err := <-c.ended:
		if err != nil {
			c.t.Errorf("Stream returned %v, want nil: %s", err, why)
		}
	case <-time.After(limit):
		c.t.Fatalf("Stream has not returned: %s", why)
	}
}
