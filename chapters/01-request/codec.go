package request

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/runtime/serializer/protobuf"
	"k8s.io/apimachinery/pkg/runtime/serializer/streaming"
	"k8s.io/apimachinery/pkg/watch"
)

// Codec is the seam between objects and bytes. Upstream: rest.ClientContentConfig and runtime.ClientNegotiator.
type Codec interface {
	// Accept is the header that says what Decode and Events can read.
	Accept() string
	// Encode returns obj as bytes and their media type. A kind that is registered in version as is written in it.
	Encode(obj runtime.Object, as schema.GroupVersion) (data []byte, contentType string, err error)
	// Decode reads data, whose Content-Type header is given. It returns into if data is of into's kind, else a new
	// object; a nil into always gives a new one.
	Decode(data []byte, contentType string, into runtime.Object) (runtime.Object, error)
	// WatchDecoder reads the body of a watch. Closing the decoder closes the body.
	WatchDecoder(body io.ReadCloser, contentType string) (watch.Decoder, error)
}

// SerializerInfo is one media type: its name, and what writes and reads it.
type SerializerInfo struct {
	MediaType        string             // application/json
	Serializer       runtime.Serializer // reads and writes one object
	StreamSerializer runtime.Serializer // reads one frame of a stream, which is a metav1.WatchEvent
	Framer           runtime.Framer     // cuts a stream into frames
}

// ClientNegotiator is a Codec: a table of media types. It writes the first of them that can hold the object, and reads all.
// A body without a Content-Type is read as the first.
type ClientNegotiator struct {
	SupportedMediaTypes []SerializerInfo
	Typer               runtime.ObjectTyper // knows the kinds of Go types; bodies that leave their kind out get it from here
}

var _ Codec = (*ClientNegotiator)(nil)

// Accept lists the media types in the table's order. A client of one media type takes anything else as well, for what is
// no object: logs, metrics, health.
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

// Encode implements Codec. While it runs, obj's TypeMeta is changed; the same object must not be encoded twice at a time.
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

// find is the row for a Content-Type header; its parameters (charset, stream) do not matter.
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
