package watch

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	metainternalversion "k8s.io/apimachinery/pkg/apis/meta/internalversion"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"

	rest "kubepath/chapters/04-rest"
)

// serveWatch makes the handler that answers a watch. It ends when its time is over, the client is gone, the server stops, or the
// storage has no more to say (after an ERROR event). Upstream: handlers.serveWatchHandler.
func (o Config) serveWatch(e *rest.RequestScope) http.Handler {
	storage, _ := rest.As[rest.Watcher](e.Storage)
	return e.Handler(func(c *rest.Call) (int, runtime.Object, error) {
		options, err := watchOptions(c)
		if err != nil {
			return 0, nil, err
		}
		// The storage sees when the watch will end, so that it can send a bookmark before.
		ctx, cancel := context.WithTimeout(c.Context, o.lifetime(options))
		defer cancel()
		events, err := storage.Watch(ctx, options)
		if errors.Is(err, context.DeadlineExceeded) && c.Context.Err() == nil {
			events, err = watch.NewEmptyWatch(), nil // its time was over before it began: a 200 without events
		}
		if err != nil {
			return 0, nil, err
		}
		defer events.Stop()
		if wantsWebSocket(c.Request) {
			o.handleWS(ctx, c, events)
		} else {
			o.handleHTTP(ctx, c, events)
		}
		return 0, nil, nil
	})
}

// watchOptions finds out how the client wants the frames, and what it wants to see.
func watchOptions(c *rest.Call) (*metainternalversion.ListOptions, error) {
	form, err := c.Codecs.NegotiateOutputMediaTypeStream(c.Request.Header.Get("Accept"), rest.AllowsMediaTypeTransform)
	if err != nil {
		return nil, err
	}
	form.Pretty = false // a frame is a line
	c.OutputMediaType = form
	return c.ListOptions()
}

// handleHTTP writes a frame for each event until the watch or ctx ends. Upstream: WatchServer.HandleHTTP.
func (o Config) handleHTTP(ctx context.Context, c *rest.Call, events watch.Interface) {
	s := httpStream{writer: c.Writer, out: http.NewResponseController(c.Writer), events: events}
	c.Writer.Header().Set("Content-Type", c.OutputMediaType.StreamContentType())
	c.Writer.WriteHeader(http.StatusOK)
	if s.out.Flush() != nil { // the client waits for the headers before the first event
		return
	}
	s.deadline = o.newWriteDeadline(ctx, s.out.SetWriteDeadline)
	defer s.deadline.stop()
	newWatchEncoder(c).encodeAll(ctx, events, s.write)
}

// httpStream is an answer that does not end.
type httpStream struct {
	writer   http.ResponseWriter
	out      *http.ResponseController
	events   watch.Interface
	deadline *writeDeadline
}

// write sends a frame. Frames that are there together leave together.
func (s *httpStream) write(frame []byte) error {
	defer s.deadline.begin()()
	if _, err := s.writer.Write(frame); err != nil || len(s.events.ResultChan()) > 0 {
		return err
	}
	return s.out.Flush()
}

// finalWriteTimeout is how long a write that is under way may go on when its watch ends.
const finalWriteTimeout = 5 * time.Second

// writeDeadline ends a watch for a client that takes in nothing: a write blocks when the client does not read, and would hold the
// connection and what waits for it for as long as the client likes. Upstream has no such bound.
type writeDeadline struct {
	limit  time.Duration
	unbind func() bool
	busy   atomic.Bool // a write is under way

	mu    sync.Mutex
	timer *time.Timer
	cut   func(time.Time) error // sets the connection's deadline for writes; nil: the watch is over
}

// newWriteDeadline bounds the writes of a watch: each by Config.WriteTimeout, and the one under way when ctx ends by finalWriteTimeout.
func (o Config) newWriteDeadline(ctx context.Context, deadline func(time.Time) error) *writeDeadline {
	d := &writeDeadline{limit: cmp.Or(o.WriteTimeout, 30*time.Second), cut: deadline}
	d.timer = time.AfterFunc(d.limit, d.expire)
	d.timer.Stop()
	d.unbind = context.AfterFunc(ctx, func() {
		if d.busy.Load() {
			d.timer.Reset(finalWriteTimeout)
		}
	})
	return d
}

// begin begins a write. What it returns ends it.
func (d *writeDeadline) begin() (done func()) {
	d.busy.Store(true)
	d.timer.Reset(d.limit)
	return d.done
}

func (d *writeDeadline) done() {
	d.timer.Stop()
	d.busy.Store(false)
}

// expire fails the write under way, and all that follow.
func (d *writeDeadline) expire() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.cut != nil {
		_ = d.cut(time.Unix(1, 0)) // a connection without deadlines is not a connection
	}
}

// stop is the end of the watch. The connection, which may go on to serve other requests, is not touched after it.
func (d *writeDeadline) stop() {
	d.unbind()
	d.timer.Stop()
	d.mu.Lock()
	defer d.mu.Unlock()
	d.cut = nil
}
