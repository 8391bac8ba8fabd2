package watch

import (
	"context"
	"net/http"

	"k8s.io/apimachinery/pkg/watch"

	rest "kubepath/chapters/04-rest"
)

// overHTTP writes a frame for each event until the watch or ctx ends. Frames that are there together leave together.
// Upstream: WatchServer.HandleHTTP.
func overHTTP(ctx context.Context, c *rest.Call, events watch.Interface) {
	out := http.NewResponseController(c.Writer)
	c.Writer.Header().Set("Content-Type", c.Form.StreamContentType())
	c.Writer.WriteHeader(http.StatusOK)
	if out.Flush() != nil { // the client waits for the headers before the first event
		return
	}
	frames := newFrames(c)
	for event := range each(ctx, events) {
		frame, err := frames.of(event)
		if err != nil {
			return // nothing that follows could make up for what is missing
		}
		if _, err := c.Writer.Write(frame); err != nil {
			return
		}
		if len(events.ResultChan()) == 0 && out.Flush() != nil {
			return
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
