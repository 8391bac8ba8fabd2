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

// serveWatch returns the handler of a watch. The watch ends after its lifetime, when the client disconnects, when the
// server stops, or when the storage ends it (after an ERROR event). Upstream: handlers.serveWatchHandler.
func (o Config) serveWatch(e *rest.RequestScope) http.Handler {
	storage, _ := rest.As[rest.Watcher](e.Storage)
	return e.Handler(func(c *rest.Call) (int, runtime.Object, error) {
		options, err := watchOptions(c)
		if err != nil {
			return 0, nil, err
		}
		// The deadline is in the storage's context, so that the storage can send a bookmark before it.
		ctx, cancel := context.WithTimeout(c.Context, o.lifetime(options))
		defer cancel()
		events, err := storage.Watch(ctx, options)
		if errors.Is(err, context.DeadlineExceeded) && c.Context.Err() == nil {
			events, err = watch.NewEmptyWatch(), nil // its lifetime was over before it began: a 200 without events
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

// watchOptions negotiates the media type of the stream, and returns the list options.
func watchOptions(c *rest.Call) (*metainternalversion.ListOptions, error) {
	form, err := c.Codecs.NegotiateOutputMediaTypeStream(c.Request.Header.Get("Accept"), rest.AllowsMediaTypeTransform)
	if err != nil {
		return nil, err
	}
	form.Pretty = false // a JSON frame is one line
	c.OutputMediaType = form
	return c.ListOptions()
}

// handleHTTP writes a frame for each event until the watch or ctx ends. Upstream: WatchServer.HandleHTTP.
func (o Config) handleHTTP(ctx context.Context, c *rest.Call, events watch.Interface) {
	s := httpStream{writer: c.Writer, out: http.NewResponseController(c.Writer), events: events}
	c.Writer.Header().Set("Content-Type", c.OutputMediaType.StreamContentType())
	c.Writer.WriteHeader(http.StatusOK)
	if s.out.Flush() != nil { // send the headers now: the first event may come much later
		return
	}
	s.deadline = o.newWriteDeadline(ctx, s.out.SetWriteDeadline)
	defer s.deadline.stop()
	newWatchEncoder(c).encodeAll(ctx, events, s.write)
}

// httpStream writes frames to a streamed response.
type httpStream struct {
	writer   http.ResponseWriter
	out      *http.ResponseController
	events   watch.Interface
	deadline *writeDeadline
}

// write writes a frame. It flushes only if no further event is ready, so that several frames are sent at once.
func (s *httpStream) write(frame []byte) error {
	defer s.deadline.begin()()
	if _, err := s.writer.Write(frame); err != nil || len(s.events.ResultChan()) > 0 {
		return err
	}
	return s.out.Flush()
}

// finalWriteTimeout is the maximum duration of the last write after its watch has ended.
const finalWriteTimeout = 5 * time.Second

// writeDeadline limits the duration of writes, and so ends the watch of a client that does not read: without it, a
// write to such a client blocks, and the connection and the buffered events stay in memory. Upstream has no such limit.
type writeDeadline struct {
	limit  time.Duration
	unbind func() bool
	busy   atomic.Bool // a write has begun and not ended

	mu    sync.Mutex
	timer *time.Timer
	cut   func(time.Time) error // sets the connection's deadline for writes; nil: the watch is over
}

// newWriteDeadline limits each write of a watch to Config.WriteTimeout, and a write during which ctx ends to
// finalWriteTimeout.
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

// begin is called before a write, and done after it.
func (d *writeDeadline) begin() (done func()) {
	d.busy.Store(true)
	d.timer.Reset(d.limit)
	return d.done
}

func (d *writeDeadline) done() {
	d.timer.Stop()
	d.busy.Store(false)
}

// expire makes the current write and all later ones fail.
func (d *writeDeadline) expire() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.cut != nil {
		_ = d.cut(time.Unix(1, 0)) // fails only for a connection without deadlines
	}
}

// stop is called at the end of the watch. It leaves the connection unchanged, because other requests may use it.
func (d *writeDeadline) stop() {
	d.unbind()
	d.timer.Stop()
	d.mu.Lock()
	defer d.mu.Unlock()
	d.cut = nil
}
