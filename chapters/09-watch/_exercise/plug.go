package exercise

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"

	kinds "kubepath/chapters/02-kinds"
	rest "kubepath/chapters/04-rest"
	chapter "kubepath/chapters/09-watch"
	"kubepath/internal/tools/exercise"
)

// stream is called through a variable, where it is not inlined: so a trace finds your function by its name.
var stream = Stream

// Plug has every watch of the server answered by your function, in JSON.
func Plug() exercise.Plug {
	verbs := chapter.Config{}.Verbs()
	for i := range verbs {
		verbs[i].Handle = serveWatch
	}
	return exercise.Plug{Verbs: verbs}
}

// serveWatch makes a handler that has the storage watch, and your function send what it sees.
func serveWatch(e *rest.RequestScope) http.Handler {
	storage, _ := rest.As[rest.Watcher](e.Storage)
	return e.Handler(func(c *rest.Call) (int, runtime.Object, error) {
		output, err := c.Codecs.NegotiateOutputMediaTypeStream(runtime.ContentTypeJSON, rest.AllowsMediaTypeTransform)
		if err != nil {
			return 0, nil, err
		}
		c.OutputMediaType = output
		options, err := c.ListOptions()
		if err != nil {
			return 0, nil, err
		}
		ctx := c.Context
		if seconds := options.TimeoutSeconds; seconds != nil {
			var cancel context.CancelFunc
			ctx, cancel = context.WithTimeout(ctx, time.Duration(*seconds)*time.Second)
			defer cancel()
		}
		events, err := storage.Watch(ctx, options)
		if err != nil {
			return 0, nil, err
		}
		defer events.Stop()
		c.Writer.Header().Set("Content-Type", output.StreamContentType())
		return 0, nil, stream(ctx, c.Writer, events, func(event watch.Event) ([]byte, error) { return encode(c, output, event) })
	})
}

// encode makes a line of JSON of an event.
func encode(c *rest.Call, output kinds.MediaTypeOptions, event watch.Event) ([]byte, error) {
	obj, err := c.TransformObject(event.Object)
	if err != nil {
		return nil, err
	}
	var object bytes.Buffer
	if err := c.Codecs.Encode(&object, obj, c.Kind.GroupVersion(), output); err != nil {
		return nil, err
	}
	line, err := json.Marshal(metav1.WatchEvent{Type: string(event.Type), Object: runtime.RawExtension{Raw: object.Bytes()}})
	return append(line, '\n'), err
}
