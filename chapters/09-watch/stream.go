package watch

import (
	"context"
	"net/http"

	"k8s.io/apimachinery/pkg/watch"

	rest "kubepath/chapters/04-rest"
)

// Stream answers a watch: the status, then the frame of each event, each as soon as it is there, until events or ctx ends,
// or the client is gone. The header has its content type. It returns an error only where it has sent nothing.
type Stream func(ctx context.Context, w http.ResponseWriter, events watch.Interface, frame func(watch.Event) ([]byte, error)) error

// overHTTP writes a frame for each event until the watch or ctx ends. Upstream: WatchServer.HandleHTTP.
func (o Config) overHTTP(ctx context.Context, c *rest.Call, events watch.Interface) {
	s := stream{writer: c.Writer, out: http.NewResponseController(c.Writer), events: events}
	c.Writer.Header().Set("Content-Type", c.OutputMediaType.StreamContentType())
	c.Writer.WriteHeader(http.StatusOK)
	if s.out.Flush() != nil { // the client waits for the headers before the first event
		return
	}
	s.patience = o.patience(ctx, s.out.SetWriteDeadline)
	defer s.patience.end()
	newFrames(c).each(ctx, events, s.write)
}

// stream is an answer that does not end.
type stream struct {
	writer   http.ResponseWriter
	out      *http.ResponseController
	events   watch.Interface
	patience *patience
}

// write sends a frame. Frames that are there together leave together.
func (s *stream) write(frame []byte) error {
	defer s.patience.during()()
	if _, err := s.writer.Write(frame); err != nil || len(s.events.ResultChan()) > 0 {
		return err
	}
	return s.out.Flush()
}

// each has the frame of each event written, until the watch or ctx ends, or write fails: the client is gone. It also ends
// with an object that cannot be encoded, since nothing that follows could make up for it.
func (f *frames) each(ctx context.Context, events watch.Interface, write func([]byte) error) {
	for {
		select {
		case <-ctx.Done():
			return
		case event, open := <-events.ResultChan():
			if !open || f.send(event, write) != nil {
				return
			}
		}
	}
}
