package watch

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metainternalversion "k8s.io/apimachinery/pkg/apis/meta/internalversion"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer/protobuf"
	"k8s.io/apimachinery/pkg/runtime/serializer/streaming"
	"k8s.io/apimachinery/pkg/watch"

	kinds "kubepath/chapters/02-kinds"
	rest "kubepath/chapters/04-rest"
)

func TestAFrameOfJSONIsALine(t *testing.T) {
	t.Parallel()
	a := serve(t, Config{})
	for _, accept := range []string{"", "application/json", "application/json;stream=watch", "application/json;pretty=1"} {
		s := a.watch(pods+"?watch=true&pretty=true", "Accept", accept, "User-Agent", "curl/8")
		version := a.send("POST", pods, pod("a"))
		line, err := s.ReadString('\n')
		if err != nil {
			t.Fatal(err)
		}
		if head := `{"type":"ADDED","object":{"kind":"Pod","apiVersion":"v1","metadata":{"name":"a","namespace":"default",`; !strings.HasPrefix(line, head) {
			t.Errorf("Accept %q: a frame begins with %.120s, want %s", accept, line, head)
		}
		if got := s.answer.Header.Get("Content-Type"); got != "application/json" {
			t.Errorf("Accept %q: content type %q", accept, got)
		}
		if chunked := s.answer.TransferEncoding; len(chunked) != 1 || chunked[0] != "chunked" {
			t.Errorf("the answer is not in chunks: %v", chunked)
		}
		a.send("DELETE", pods+"/a?gracePeriodSeconds=0", "")
		if gone := s.next(); gone.Type != "DELETED" || gone.Object.Metadata.ResourceVersion <= version {
			t.Errorf("got %s at %s, want the deletion at its own version, after %s", gone, gone.Object.Metadata.ResourceVersion, version)
		}
	}
}

func TestAFrameOfProtobufIsALengthAndAMessage(t *testing.T) {
	t.Parallel()
	a := serve(t, Config{})
	s := a.watch(pods+"?watch=true", "Accept", "application/vnd.kubernetes.protobuf, application/json;q=0.5")
	if got := s.answer.Header.Get("Content-Type"); got != "application/vnd.kubernetes.protobuf;stream=watch" {
		t.Fatalf("content type %q", got)
	}
	a.send("POST", pods, pod("a"))
	a.send("PUT", pods+"/a", pod("a", `"big":"`+strings.Repeat("b", 60)+`"`))
	scheme := kinds.NewScheme()
	raw := protobuf.NewRawSerializer(scheme, scheme)
	events := streaming.NewDecoder(protobuf.LengthDelimitedFramer.NewFrameReader(io.NopCloser(s)), raw)
	for _, want := range []string{"ADDED", "MODIFIED"} {
		var e metav1.WatchEvent
		if _, _, err := events.Decode(nil, &e); err != nil {
			t.Fatal(err)
		}
		obj, _, err := protobuf.NewSerializer(scheme, scheme).Decode(e.Object.Raw, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		if p, ok := obj.(*corev1.Pod); !ok || e.Type != want || p.Name != "a" {
			t.Errorf("got %s %T, want %s of the pod", e.Type, obj, want)
		}
	}
}

func TestAStreamCanBeOfTablesOrOfMetadata(t *testing.T) {
	t.Parallel()
	a := serve(t, Config{})
	const group = ";v=v1;g=meta.k8s.io"
	tables := a.watch(pods+"?watch=true", "Accept", "application/json;as=Table"+group+",application/json")
	partial := a.watch(pods+"?watch=true", "Accept", "application/json;as=PartialObjectMetadata"+group)
	a.send("POST", pods, pod("a"))
	a.send("POST", pods, pod("b"))
	for i, want := range []struct {
		name    string
		columns int
	}{{"a", 2}, {"b", 0}} {
		f := tables.next()
		if f.Object.Kind != "Table" || len(f.Object.Rows) != 1 || f.Object.Rows[0].Cells[0] != want.name || len(f.Object.Columns) != want.columns {
			t.Errorf("frame %d is %+v, want a row for %s and %d columns", i, f.Object, want.name, want.columns)
		}
		if f := partial.next(); f.Object.Kind != "PartialObjectMetadata" || f.Object.APIVersion != "meta.k8s.io/v1" || f.Object.Metadata.Name != want.name {
			t.Errorf("frame %d is %+v, want the metadata of %s", i, f.Object, want.name)
		}
	}
}

func TestAFormatWithoutFramesIsNotAcceptable(t *testing.T) {
	t.Parallel()
	a := serve(t, Config{})
	for _, accept := range []string{"application/yaml", "application/xml"} {
		if answer := a.open(pods+"?watch=true", "Accept", accept); answer.StatusCode != http.StatusNotAcceptable {
			t.Errorf("%s: %s, want 406", accept, answer.Status)
		}
	}
}

// kept is an object that keeps its bytes, as the watch cache's do, and counts how often it was encoded.
type kept struct {
	runtime.Object
	encoded *atomic.Int64
	bytes   map[runtime.Identifier][]byte
}

func (k *kept) GetObject() runtime.Object { return k.Object }

func (k *kept) CacheEncode(id runtime.Identifier, encode func(runtime.Object, io.Writer) error, w io.Writer) error {
	if k.bytes[id] == nil {
		k.encoded.Add(1)
		var b bytes.Buffer
		if err := encode(k.Object, &b); err != nil {
			return err
		}
		k.bytes[id] = b.Bytes()
	}
	_, err := w.Write(k.bytes[id])
	return err
}

// calls has an endpoint's call without a server.
func calls(t testing.TB, accept string) *rest.Call {
	t.Helper()
	codecs := kinds.NewCodecs(kinds.NewScheme())
	form, err := codecs.NegotiateOutputMediaTypeStream(accept, rest.AllowsMediaTypeTransform)
	if err != nil {
		t.Fatal(err)
	}
	return &rest.Call{OutputMediaType: form, Context: context.Background(), RequestScope: &rest.RequestScope{
		Codecs: codecs, Kind: corev1.SchemeGroupVersion.WithKind("Pod"),
	}}
}

func TestAnObjectThatKeepsItsBytesIsEncodedOnceForAllWatches(t *testing.T) {
	t.Parallel()
	for _, accept := range []string{"application/json", "application/vnd.kubernetes.protobuf"} {
		var encoded atomic.Int64
		k := &kept{&corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "a"}}, &encoded, map[runtime.Identifier][]byte{}}
		call, first := calls(t, accept), ""
		for range 1000 {
			f := newWatchEncoder(call)
			err := f.encode(watch.Event{Type: watch.Added, Object: k}, func(frame []byte) error {
				if first == "" {
					first = string(frame)
				}
				if string(frame) != first {
					t.Errorf("a watch got %q, the first one %q", frame, first)
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		if encoded.Load() != 1 {
			t.Errorf("%s: encoded %d times", accept, encoded.Load())
		}
	}
}

// told is a storage whose watches say what a test wants.
type told struct {
	rest.Storage
	namespaced
	events []watch.Event
	err    error
}

func (s told) Watch(context.Context, *metainternalversion.ListOptions) (watch.Interface, error) {
	w := watch.NewFakeWithChanSize(len(s.events), false)
	for _, e := range s.events {
		w.Action(e.Type, e.Object)
	}
	w.Stop()
	return w, s.err
}

func TestAnObjectThatCannotBeWrittenEndsTheStream(t *testing.T) {
	t.Parallel()
	a := serve(t, Config{})
	newPod := func() runtime.Object { return &corev1.Pod{} }
	a.url = a.served(Config{}, map[string]rest.Storage{"pods": told{Storage: a.store("Pod", nil, newPod), events: []watch.Event{
		{Type: watch.Added, Object: &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "a"}}},
		{Type: watch.Added, Object: &notInTheScheme{}},
		{Type: watch.Added, Object: &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "c"}}},
	}}})
	s := a.watch("/api/v1/watch/pods")
	s.sees("ADDED a")
	s.ends()
}

type notInTheScheme struct{ metav1.TypeMeta }

func (n *notInTheScheme) DeepCopyObject() runtime.Object { return n }
