package exercise

import (
	"context"
	"net/http"

	"k8s.io/apimachinery/pkg/watch"
)

// Stream sends the status and then the frame of each event to w, until events or ctx ends, or the client is gone.
func Stream(ctx context.Context, w http.ResponseWriter, events watch.Interface, frame func(watch.Event) ([]byte, error)) error {
	out := http.NewResponseController(w)
	w.WriteHeader(http.StatusOK)
	if out.Flush() != nil {
		return nil
	}
	for {
		select {
		case event, open := <-events.ResultChan():
			if !open {
				return nil
			}
			bytes, err := frame(event)
			if err != nil {
				return nil
			}
			if _, err := w.Write(bytes); err != nil {
				return nil
			}
			if len(events.ResultChan()) == 0 && out.Flush() != nil {
				return nil
			}
		}
	}
}
