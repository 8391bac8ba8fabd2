package request_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer/protobuf"
	"k8s.io/apimachinery/pkg/watch"

	request "kubepath/chapters/01-request"
)

const added = `{"type":"ADDED","object":` + blue + `}` + "\n"

// piped is a transport whose answer is a watch: what is written to the returned writer arrives as its body.
func piped(contentType string) (roundTrip, *io.PipeWriter) {
	r, w := io.Pipe()
	return func(*http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: 200, Header: http.Header{"Content-Type": {contentType}}, Body: r, ContentLength: -1}, nil
	}, w
}

func openWatch(t *testing.T, c *request.RESTClient, ctx context.Context) watch.Interface {
	t.Helper()
	w, err := c.Get().Resource("configmaps").VersionedParams(&metav1.ListOptions{Watch: true}, nil).Watch(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func TestEventsArriveInEachEncoding(t *testing.T) {
	t.Parallel()
	scheme := coreScheme(t)
	for _, row := range []struct {
		says, contentType string
		codec             request.Codec
		frame             []byte
		want              runtime.Object
	}{
		{"JSON", "application/json", request.JSON(scheme), []byte(added), &corev1.ConfigMap{}},
		{"JSON without a scheme", "application/json;stream=watch", nil, []byte(added), &unstructured.Unstructured{}},
		{"protobuf", "application/vnd.kubernetes.protobuf;stream=watch", request.Protobuf(scheme), protobufFrame(t, scheme), &corev1.ConfigMap{}},
	} {
		t.Run(row.says, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				transport, stream := piped(row.contentType)
				w := openWatch(t, clientOver(t, transport, request.Config{Codec: row.codec}), t.Context())
				for range 3 {
					go stream.Write(row.frame)
					event := <-w.ResultChan()
					if event.Type != watch.Added || typeName(event.Object) != typeName(row.want) {
						t.Fatalf("got %s %+v", event.Type, event.Object)
					}
				}
				stream.Close()
				if event, open := <-w.ResultChan(); open {
					t.Errorf("after the end: %v", event)
				}
			})
		})
	}
}

// protobufFrame is one event as a server writes it.
func protobufFrame(t *testing.T, scheme *runtime.Scheme) []byte {
	t.Helper()
	object, _, err := request.Protobuf(scheme).Encode(configMap("x"), v1)
	if err != nil {
		t.Fatal(err)
	}
	event := &metav1.WatchEvent{Type: "ADDED", Object: runtime.RawExtension{Raw: object}}
	data, err := runtime.Encode(protobuf.NewRawSerializer(scheme, scheme), event)
	if err != nil {
		t.Fatal(err)
	}
	var frame frameBuffer
	if _, err := protobuf.LengthDelimitedFramer.NewFrameWriter(&frame).Write(data); err != nil {
		t.Fatal(err)
	}
	return frame
}

type frameBuffer []byte

func (b *frameBuffer) Write(p []byte) (int, error) { *b = append(*b, p...); return len(p), nil }

// In a synctest bubble, a goroutine that stays behind fails the test.
func TestAWatchLeavesNoGoroutineBehind(t *testing.T) {
	t.Parallel()
	for says, end := range map[string]func(w watch.Interface, cancel func(), stream *io.PipeWriter){
		"after Stop":        func(w watch.Interface, _ func(), _ *io.PipeWriter) { w.Stop() },
		"after Stop, twice": func(w watch.Interface, _ func(), _ *io.PipeWriter) { w.Stop(); w.Stop() },
		"after the context": func(_ watch.Interface, cancel func(), _ *io.PipeWriter) { cancel() },
		"after the stream":  func(_ watch.Interface, _ func(), stream *io.PipeWriter) { stream.Close() },
		"after a reset":     func(_ watch.Interface, _ func(), stream *io.PipeWriter) { stream.CloseWithError(syscall.ECONNRESET) },
	} {
		for _, unread := range []bool{false, true} {
			t.Run(says+map[bool]string{true: " with an event that nobody reads"}[unread], func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					ctx, cancel := context.WithCancel(t.Context())
					defer cancel()
					transport, stream := piped("application/json")
					w := openWatch(t, clientOver(t, transport, request.Config{}), ctx)
					if unread && says != "after the stream" && says != "after a reset" {
						stream.Write([]byte(added))
						synctest.Wait()
					}
					end(w, cancel, stream)
					synctest.Wait()
					if event, open := <-w.ResultChan(); open {
						t.Errorf("after the end: %v", event)
					}
					if _, err := stream.Write([]byte(added)); err == nil {
						t.Error("the body was not closed")
					}
				})
			})
		}
	}
}

func TestWhatIsNoEventEndsTheWatchWithAnError(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ says, frame, want string }{
		{"no JSON", "rubbish", "invalid character 'r' looking for beginning of value"},
		{"an unknown type", `{"type":"MOVED","object":` + blue + `}`, "got invalid watch event type: MOVED"},
	} {
		t.Run(row.says, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				transport, stream := piped("application/json")
				w := openWatch(t, clientOver(t, transport, request.Config{}), t.Context())
				go stream.Write([]byte(row.frame))
				event := <-w.ResultChan()
				want := fmt.Sprintf("an error on the server (%q) has prevented the request from succeeding",
					"unable to decode an event from the watch stream: "+row.want)
				if err := apierrors.FromObject(event.Object); event.Type != watch.Error || err.Error() != want {
					t.Errorf("got %s %v", event.Type, err)
				}
				if _, open := <-w.ResultChan(); open {
					t.Error("the watch goes on")
				}
			})
		})
	}
}

func TestTheServersErrorIsAnEvent(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		transport, stream := piped("application/json")
		w := openWatch(t, clientOver(t, transport, request.Config{}), t.Context())
		defer stream.Close()
		go stream.Write([]byte(`{"type":"ERROR","object":{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"Expired","code":410,"message":"too old"}}`))
		if event := <-w.ResultChan(); event.Type != watch.Error || !apierrors.IsResourceExpired(apierrors.FromObject(event.Object)) {
			t.Errorf("got %v", event)
		}
	})
}

func TestAWatchThatCannotBeOpened(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		says      string
		transport roundTrip
		want      string // "": an empty watch
	}{
		{"is over at once where the connection ends", fails(io.EOF), ""},
		{"is over at once where the server is too slow", fails(timeout{}), ""},
		{"is an error where the server is not there", fails(syscall.ECONNREFUSED), "connection refused"},
		{"is an error where the server says another success", always(204, ""), "for request http://server/api/v1?watch=true, got status: 204"},
		{"is an error where the stream has an unknown type", always(200, "", "Content-Type: text/plain"), "serializer for text/plain doesn't exist"},
	} {
		t.Run(row.says, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w, err := clientOver(t, row.transport, request.Config{}).Get().Param("watch", "true").Watch(t.Context())
				switch {
				case row.want == "" && err == nil:
					if _, open := <-w.ResultChan(); open {
						t.Error("there was an event")
					}
				case err == nil || unwrapURL(err) != row.want:
					t.Errorf("got %v", err)
				}
			})
		})
	}
}

type timeout struct{}

func (timeout) Error() string   { return "timeout" }
func (timeout) Timeout() bool   { return true }
func (timeout) Temporary() bool { return true }

// unwrapURL is the message without the "Get URL: " that net/http puts before it.
func unwrapURL(err error) string {
	if inner := errors.Unwrap(err); inner != nil {
		return inner.Error()
	}
	return err.Error()
}

func TestAWatchOverHTTP2EndsOnTheServerToo(t *testing.T) {
	t.Parallel()
	ended := make(chan struct{})
	var proto atomic.Int32
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		proto.Store(int32(r.ProtoMajor))
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(map[string]any{"type": "ADDED", "object": json.RawMessage(blue)})
		w.(http.Flusher).Flush()
		<-r.Context().Done()
		close(ended)
	}))
	server.EnableHTTP2 = true
	server.StartTLS()
	t.Cleanup(server.Close)

	c, err := request.RESTClientFor(&request.Config{Host: server.URL, GroupVersion: v1, TLSClientConfig: request.TLSClientConfig{CAData: caOf(server)}})
	if err != nil {
		t.Fatal(err)
	}
	w := openWatch(t, c, t.Context())
	if event := <-w.ResultChan(); event.Type != watch.Added {
		t.Errorf("got %v", event)
	}
	w.Stop()
	<-ended
	if proto.Load() != 2 {
		t.Errorf("spoke HTTP/%d", proto.Load())
	}
}
