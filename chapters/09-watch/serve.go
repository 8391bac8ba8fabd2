package watch

import (
	"context"
	"errors"
	"net/http"

	metainternalversion "k8s.io/apimachinery/pkg/apis/meta/internalversion"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"

	rest "kubepath/chapters/04-rest"
)

// serve makes the handler that answers a watch. It ends when its time is over, the client is gone, the server stops, or the
// storage has no more to say (after an ERROR event). Upstream: handlers.serveWatchHandler.
func (o Config) serve(e *rest.RequestScope) http.Handler {
	storage, _ := rest.As[rest.Watcher](e.Storage)
	return e.Handler(func(c *rest.Call) (int, runtime.Object, error) {
		options, err := streamed(c)
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
		switch {
		case wantsWebSocket(c.Request):
			o.overWebSocket(ctx, c, events)
		case o.Stream != nil:
			c.Writer.Header().Set("Content-Type", c.OutputMediaType.StreamContentType())
			return 0, nil, o.Stream(ctx, c.Writer, events, newFrames(c).bytes)
		default:
			o.overHTTP(ctx, c, events)
		}
		return 0, nil, nil
	})
}

// streamed finds out how the client wants the frames, and what it wants to see.
func streamed(c *rest.Call) (*metainternalversion.ListOptions, error) {
	form, err := c.Codecs.NegotiateOutputMediaTypeStream(c.Request.Header.Get("Accept"), rest.AllowsMediaTypeTransform)
	if err != nil {
		return nil, err
	}
	form.Pretty = false // a frame is a line
	c.OutputMediaType = form
	return c.ListOptions()
}
