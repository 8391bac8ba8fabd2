package request

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/runtime/serializer/json"
	"k8s.io/apimachinery/pkg/runtime/serializer/protobuf"
	"k8s.io/apimachinery/pkg/runtime/serializer/streaming"
	"k8s.io/apimachinery/pkg/watch"
)

// Codec converts objects to bytes and back. Upstream: rest.ClientContentConfig and runtime.ClientNegotiator.
type Codec interface {
	// Accept returns the Accept header: the media types that Decode and WatchDecoder can read.
	Accept() string
	// Encode returns obj as bytes, and their media type. It writes version as if obj's kind is registered in it.
	Encode(obj runtime.Object, as schema.GroupVersion) (data []byte, contentType string, err error)
	// Decode reads data of the given Content-Type. It returns into if data is of into's kind, else (or if into is nil)
	// a new object.
	Decode(data []byte, contentType string, into runtime.Object) (runtime.Object, error)
	// WatchDecoder reads the body of a watch. Closing the decoder closes the body.
	WatchDecoder(body io.ReadCloser, contentType string) (watch.Decoder, error)
}

// SerializerInfo is a media type and its serializers.
type SerializerInfo struct {
	MediaType        string             // application/json
	Serializer       runtime.Serializer // reads and writes one object
	StreamSerializer runtime.Serializer // reads one frame of a stream, which is a metav1.WatchEvent
	Framer           runtime.Framer     // cuts a stream into frames
}

// ClientNegotiator is a Codec with a table of media types. It reads them all, and writes the first that can encode the
// object. A body without a Content-Type is read as the first.
type ClientNegotiator struct {
	SupportedMediaTypes []SerializerInfo
	Typer               runtime.ObjectTyper // gives the kind of a Go type, for objects whose TypeMeta is empty
}

var _ Codec = (*ClientNegotiator)(nil)

// Accept lists the media types in the table's order. A client with one media type also accepts any other, for responses
// that are not objects: logs, metrics, health.
func (t *ClientNegotiator) Accept() string {
	if len(t.SupportedMediaTypes) == 1 {
		return t.SupportedMediaTypes[0].MediaType + ", */*"
	}
	names := make([]string, len(t.SupportedMediaTypes))
	for i, m := range t.SupportedMediaTypes {
		names[i] = m.MediaType
	}
	return strings.Join(names, ",")
}

// Encode implements Codec. It changes obj's TypeMeta while it runs, so one object must not be encoded concurrently.
func (t *ClientNegotiator) Encode(obj runtime.Object, as schema.GroupVersion) ([]byte, string, error) {
	err := errors.New("no media type to write")
	for _, m := range t.SupportedMediaTypes {
		var buf bytes.Buffer
		encoder := runtime.WithVersionEncoder{Version: as, Encoder: m.Serializer, ObjectTyper: t.Typer}
		err = encoder.Encode(obj, &buf)
		if err == nil {
			return buf.Bytes(), m.MediaType, nil
		}
		if !protobuf.IsNotMarshalable(err) {
			break
		}
	}
	return nil, "", err
}

// Decode implements Codec.
func (t *ClientNegotiator) Decode(data []byte, contentType string, into runtime.Object) (runtime.Object, error) {
	m, err := t.find(contentType)
	if err != nil {
		return nil, err
	}
	obj, _, err := m.Serializer.Decode(data, nil, into)
	return obj, err
}

// WatchDecoder implements Codec.
func (t *ClientNegotiator) WatchDecoder(body io.ReadCloser, contentType string) (watch.Decoder, error) {
	m, err := t.find(contentType)
	if err != nil {
		return nil, err
	}
	return &eventDecoder{
		frames:  streaming.NewDecoder(m.Framer.NewFrameReader(body), m.StreamSerializer),
		objects: m.Serializer,
	}, nil
}

// find returns the row for a Content-Type header. It ignores the parameters (charset, stream).
func (t *ClientNegotiator) find(contentType string) (*SerializerInfo, error) {
	name := contentType
	if strings.Contains(contentType, ";") {
		var err error
		if name, _, err = mime.ParseMediaType(contentType); err != nil {
			return nil, err
		}
	}
	for i := range t.SupportedMediaTypes {
		if name == "" || strings.EqualFold(name, t.SupportedMediaTypes[i].MediaType) {
			return &t.SupportedMediaTypes[i], nil
		}
	}
	return nil, fmt.Errorf("serializer for %s doesn't exist", contentType)
}

// eventDecoder reads an event in two steps: the frame with the event's type, then the object in it.
// Upstream: client-go/rest/watch.Decoder.
type eventDecoder struct {
	frames  streaming.Decoder
	objects runtime.Decoder
}

var _ watch.Decoder = (*eventDecoder)(nil)

// Decode waits for the next event.
func (d *eventDecoder) Decode() (watch.EventType, runtime.Object, error) {
	var event metav1.WatchEvent
	if _, _, err := d.frames.Decode(nil, &event); err != nil {
		return "", nil, err
	}
	switch kind := watch.EventType(event.Type); kind {
	case watch.Added, watch.Modified, watch.Deleted, watch.Error, watch.Bookmark:
		obj, err := runtime.Decode(d.objects, event.Object.Raw)
		if err != nil {
			return "", nil, fmt.Errorf("unable to decode watch event: %w", err)
		}
		return kind, obj, nil
	}
	return "", nil, fmt.Errorf("got invalid watch event type: %v", event.Type)
}

// Close closes the body, which ends a waiting Decode.
func (d *eventDecoder) Close() { _ = d.frames.Close() }

// JSON returns a codec for application/json. The scheme maps kinds to Go types; other kinds are read into the object
// that the caller passes, or into Unstructured. A nil scheme has Status and the other kinds of meta/v1 only.
func JSON(scheme *runtime.Scheme) *ClientNegotiator {
	scheme = orMetaScheme(scheme)
	return &ClientNegotiator{SupportedMediaTypes: []SerializerInfo{jsonMedia(scheme)}, Typer: scheme}
}

// Protobuf returns a codec that reads protobuf and JSON. It writes application/vnd.kubernetes.protobuf, and JSON for
// objects that have no protobuf encoding (Unstructured).
func Protobuf(scheme *runtime.Scheme) *ClientNegotiator {
	scheme = orMetaScheme(scheme)
	return &ClientNegotiator{Typer: scheme, SupportedMediaTypes: []SerializerInfo{
		{
			MediaType:        runtime.ContentTypeProtobuf,
			Serializer:       protobuf.NewSerializer(scheme, scheme),
			StreamSerializer: protobuf.NewRawSerializer(scheme, scheme),
			Framer:           protobuf.LengthDelimitedFramer,
		},
		jsonMedia(scheme),
	}}
}

func jsonMedia(scheme *runtime.Scheme) SerializerInfo {
	serializer := func(kinds json.MetaFactory) runtime.Serializer {
		return json.NewSerializerWithOptions(kinds, unstructuredCreater{scheme}, scheme, json.SerializerOptions{})
	}
	return SerializerInfo{
		MediaType:        runtime.ContentTypeJSON,
		Serializer:       statusSerializer{Serializer: serializer(kindPeeker{}), typer: scheme},
		StreamSerializer: serializer(noKind{}),
		Framer:           json.Framer,
	}
}

// orMetaScheme returns scheme, or, if it is nil, a scheme with the kinds of meta/v1, which every server has.
func orMetaScheme(scheme *runtime.Scheme) *runtime.Scheme {
	if scheme != nil {
		return scheme
	}
	scheme = runtime.NewScheme()
	metav1.AddToGroupVersion(scheme, schema.GroupVersion{Version: "v1"})
	_ = metav1.AddMetaToScheme(scheme) // its error is nil in every version
	return scheme
}

// unstructuredCreater creates Unstructured for the kinds that the scheme does not have.
type unstructuredCreater struct{ *runtime.Scheme }

// New implements runtime.ObjectCreater.
func (u unstructuredCreater) New(kind schema.GroupVersionKind) (runtime.Object, error) {
	if !u.Recognizes(kind) {
		return &unstructured.Unstructured{}, nil
	}
	return u.Scheme.New(kind)
}

// statusSerializer prevents that a Status is decoded into a Go type that is not registered in the scheme: the
// serializer does not know that type's kind, and would decode any JSON into it.
type statusSerializer struct {
	runtime.Serializer
	typer runtime.ObjectTyper
}

// Decode implements runtime.Decoder.
func (s statusSerializer) Decode(data []byte, defaults *schema.GroupVersionKind, into runtime.Object) (runtime.Object, *schema.GroupVersionKind, error) {
	if into != nil && s.unregistered(into) {
		kind, err := kindPeeker{}.Interpret(data)
		if err == nil && *kind == metav1.Unversioned.WithKind("Status") {
			into = nil
		}
	}
	return s.Serializer.Decode(data, defaults, into)
}

func (s statusSerializer) unregistered(obj runtime.Object) bool {
	if _, ok := obj.(runtime.Unstructured); ok {
		return false
	}
	_, _, err := s.typer.ObjectKinds(obj)
	return runtime.IsNotRegisteredError(err)
}

// kindPeeker reads the kind of a JSON object before it is decoded. API servers write kind and apiVersion first, so they
// can be read without parsing the rest; other JSON is parsed as usual.
type kindPeeker struct{}

var _ json.MetaFactory = kindPeeker{}

// Interpret implements json.MetaFactory.
func (kindPeeker) Interpret(data []byte) (*schema.GroupVersionKind, error) {
	key1, value1, rest, ok1 := member(data, '{')
	key2, value2, _, ok2 := member(rest, ',')
	var kind, version []byte
	switch {
	case !ok1 || !ok2:
		return json.DefaultMetaFactory.Interpret(data)
	case string(key1) == "kind" && string(key2) == "apiVersion":
		kind, version = value1, value2
	case string(key1) == "apiVersion" && string(key2) == "kind":
		kind, version = value2, value1
	default:
		return json.DefaultMetaFactory.Interpret(data)
	}
	gv, err := schema.ParseGroupVersion(string(version))
	if err != nil {
		return nil, err
	}
	gvk := gv.WithKind(string(kind))
	return &gvk, nil
}

// member reads `"key":"value"` after a separator; ok is false if there is white space, an escape or another type of
// value.
func member(data []byte, separator byte) (key, value, rest []byte, ok bool) {
	if len(data) == 0 || data[0] != separator {
		return nil, nil, nil, false
	}
	if key, rest, ok = quoted(data[1:]); !ok || len(rest) == 0 || rest[0] != ':' {
		return nil, nil, nil, false
	}
	value, rest, ok = quoted(rest[1:])
	return key, value, rest, ok
}

// quoted reads a string of plain ASCII without escapes.
func quoted(data []byte) (s, rest []byte, ok bool) {
	if len(data) == 0 || data[0] != '"' {
		return nil, nil, false
	}
	end := bytes.IndexByte(data[1:], '"') + 1
	for _, c := range data[1:max(end, 1)] {
		if c < ' ' || c > '~' || c == '\\' {
			return nil, nil, false
		}
	}
	return data[1:max(end, 1)], data[end+1:], end > 0
}

// noKind is for the frames of a watch stream, which have no kind and apiVersion.
type noKind struct{}

var _ json.MetaFactory = noKind{}

// Interpret implements json.MetaFactory.
func (noKind) Interpret([]byte) (*schema.GroupVersionKind, error) {
	return &schema.GroupVersionKind{}, nil
}
