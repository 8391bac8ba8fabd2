package watch

import (
	"context"
	"net/http"

	"k8s.io/apimachinery/pkg/watch"

	rest "kubepath/chapters/04-rest"
)

// overHTTP writes a frame for each event until the watch or ctx ends. Frames that are there together leave together.
// Upstream: WatchServer.HandleHTTP.
func (o Watches) overHTTP(ctx context.Context, c *rest.Call, events watch.Interface) {
	out := http.NewResponseController(c.Writer)
	c.Writer.Header().Set("Content-Type", c.Form.StreamContentType())
	c.Writer.WriteHeader(http.StatusOK)
	if out.Flush() != nil { // the client waits for the headers before the first event
		return
	}
	patience := o.patience(ctx, out.SetWriteDeadline)
	defer patience.end()
	frames := newFrames(c)
	for event := range each(ctx, events) {
		err := frames.send(event, func(frame []byte) error {
			defer patience.during()()
			if _, err := c.Writer.Write(frame); err != nil || len(events.ResultChan()) > 0 {
				return err
			}
			return out.Flush()
		})
		if err != nil {
			return // the client is gone; or an object cannot be written, and nothing that follows could make up for it
		}
	}
}

// each yields the events of a watch until it or ctx ends.
func each(ctx context.Context, events watch.Interface) func(yield func(watch.Event) bool) {
	return func(yield func(watch.Event) bool) {
		for {
			select {
			case <-ctx.Done():
				return
			case event, ok := <-events.ResultChan():
				if !ok || !yield(event) {
					return
				}
			}
		}
	}
}
