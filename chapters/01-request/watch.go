package request

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	utilnet "k8s.io/apimachinery/pkg/util/net"
	"k8s.io/apimachinery/pkg/watch"
)

// Watch sends the request, which must have the parameter watch=true, and returns the events as they arrive.The channel
// closes when the server ends the stream, when ctx ends, and after Stop. If an event cannot be decoded, the last event
// is of type ERROR. The rate limit does not apply to watches. Upstream: rest.Request.Watch.
func (r *Request) Watch(ctx context.Context) (watch.Interface, error) {
	if err := r.check(); err != nil {
		return nil, err
	}
	ctx, stop := context.WithCancel(ctx)
	events, err := r.openWatch(ctx)
	if err != nil {
		defer stop()
		if ctx.Err() == nil && isLostWatch(r.verb, err) {
			return watch.NewEmptyWatch(), nil // as if the stream had ended at once: the caller watches again
		}
		return nil, err
	}
	w := &watcher{stop: stop, result: make(chan watch.Event), verb: r.verb}
	go w.receive(ctx, events)
	return w, nil
}

// openWatch sends the request and returns a decoder for the response's body.
func (r *Request) openWatch(ctx context.Context) (watch.Decoder, error) {
	resp, err := r.send(ctx, isLostWatch)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode == http.StatusOK {
		r.warn(resp)
		events, err := r.c.codec.WatchDecoder(resp.Body, resp.Header.Get("Content-Type"))
		if err != nil {
			_ = resp.Body.Close()
		}
		return events, err
	}
	defer readAndCloseResponseBody(resp)
	if err := r.result(resp).err; err != nil {
		return nil, err
	}
	return nil, fmt.Errorf("for request %s, got status: %v", r.URL(), resp.StatusCode)
}

// watcher sends the events of a decoder to a channel. Upstream: watch.StreamWatcher, whose goroutine does not end with
// the context if nobody receives.
type watcher struct {
	stop   context.CancelFunc
	result chan watch.Event
	verb   string
}

var _ watch.Interface = (*watcher)(nil)

// Stop ends the stream. It may be called more than once.
func (w *watcher) Stop() { w.stop() }

// ResultChan returns the channel of events, which is not buffered.
func (w *watcher) ResultChan() <-chan watch.Event { return w.result }

// receive runs until the stream or ctx ends. It then closes the channel and the body.
func (w *watcher) receive(ctx context.Context, events watch.Decoder) {
	defer close(w.result)
	defer w.stop()
	context.AfterFunc(ctx, events.Close) // also wakes a Decode that waits for bytes
	for {
		kind, obj, err := events.Decode()
		event := watch.Event{Type: kind, Object: obj}
		if err != nil {
			if ended(err) || ctx.Err() != nil {
				return
			}
			event = w.undecodable(err)
		}
		select {
		case w.result <- event:
		case <-ctx.Done():
			return
		}
		if err != nil {
			return
		}
	}
}

// undecodable returns the ERROR event for a stream that cannot be decoded.
func (w *watcher) undecodable(err error) watch.Event {
	err = fmt.Errorf("unable to decode an event from the watch stream: %w", err)
	reporter := apierrors.NewClientErrorReporter(http.StatusInternalServerError, w.verb, "ClientWatchDecoding")
	return watch.Event{Type: watch.Error, Object: reporter.AsObject(err)}
}

// ended reports whether err is the normal end of a stream.
func ended(err error) bool {
	return errors.Is(err, io.EOF) || utilnet.IsProbableEOF(err) || utilnet.IsTimeout(err)
}
