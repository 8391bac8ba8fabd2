package watch

import (
	"bytes"
	"context"
	"encoding/binary"
	"io"
	"sync"

	"google.golang.org/protobuf/encoding/protowire"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/watch"

	rest "kubepath/chapters/04-rest"
)

// watchEncoder encodes events to the frames of a stream. An object that caches its encoded bytes
// (runtime.CacheableObject) is not encoded again: its bytes are copied into the frame.
type watchEncoder struct {
	call    *rest.Call
	version schema.GroupVersion // objects are converted to it; empty: their own
	frame   framer              // nil: the StreamSerializer encodes the event
	framed  bool                // frames are parts of one stream; false: each frame is a WebSocket message
	rows    bool                // a Table was sent: the next ones have no column definitions
}

// framer returns the frame of an event. The encoded object in out begins after headRoom bytes.
type framer func(kind watch.EventType, out *bytes.Buffer) []byte

// headRoom is the number of free bytes before an object, enough for the head of a frame in any format.
const headRoom = 32

var headSpace [headRoom]byte

// framers and messageFramers have faster encoders than the StreamSerializer for the most frequent media types: for
// frames of a stream, and for messages of a WebSocket.
var (
	framers        = map[string]framer{runtime.ContentTypeJSON: frameJSON, runtime.ContentTypeProtobuf: frameProtobuf}
	messageFramers = map[string]framer{runtime.ContentTypeJSON: frameJSON, runtime.ContentTypeProtobuf: frameMessage}
)

func newWatchEncoder(c *rest.Call) *watchEncoder {
	e := &watchEncoder{call: c, version: c.Kind.GroupVersion(), frame: framers[c.OutputMediaType.MediaType], framed: true}
	if c.OutputMediaType.Convert.Kind != "" {
		e.version = schema.GroupVersion{}
	}
	return e
}

// buffers are shared by all watches: an idle watch has no buffer.
var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// encode encodes an event to a frame and calls write with it. write must not keep the frame.
func (e *watchEncoder) encode(event watch.Event, write func([]byte) error) error {
	obj, err := e.call.TransformObject(event.Object)
	if err != nil {
		return err
	}
	if table, ok := obj.(*metav1.Table); ok {
		if e.rows {
			table.ColumnDefinitions = nil
		}
		e.rows = true
	}
	out := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(out)
	out.Reset()
	out.Write(headSpace[:])
	if err := e.call.Codecs.Encode(out, obj, e.version, e.call.OutputMediaType); err != nil {
		return err
	}
	if e.frame != nil {
		return write(e.frame(event.Type, out))
	}
	frame, err := e.serialize(event.Type, out.Bytes()[headRoom:])
	if err != nil {
		return err
	}
	return write(frame)
}

// serialize returns the frame of an encoded object, for any media type with streams.
func (e *watchEncoder) serialize(kind watch.EventType, object []byte) ([]byte, error) {
	var frame bytes.Buffer
	var out io.Writer = &frame
	if e.framed {
		out = e.call.OutputMediaType.Framer.NewFrameWriter(out)
	}
	event := &metav1.WatchEvent{Type: string(kind), Object: runtime.RawExtension{Raw: object}}
	err := e.call.OutputMediaType.StreamSerializer.Encode(event, out)
	return frame.Bytes(), err
}

// encodeAll encodes and writes each event, until the watch or ctx ends, or write fails (the client has disconnected).
// It also ends at an object that cannot be encoded: the client must not miss an event.
func (e *watchEncoder) encodeAll(ctx context.Context, events watch.Interface, write func([]byte) error) {
	for {
		select {
		case <-ctx.Done():
			return
		case event, open := <-events.ResultChan():
			if !open || e.encode(event, write) != nil {
				return
			}
		}
	}
}

// frameJSON returns {"type":"ADDED","object":{...}} and a newline. JSON frames need no length.
func frameJSON(kind watch.EventType, out *bytes.Buffer) []byte {
	for b := out.Bytes(); b[len(b)-1] == '\n'; b = out.Bytes() {
		out.Truncate(len(b) - 1)
	}
	out.WriteString("}\n")
	head := append(make([]byte, 0, headRoom), `{"type":"`...)
	head = append(head, kind...)
	return prepend(append(head, `","object":`...), out)
}

// The fields of the message WatchEvent (1 type, 2 object) and of RawExtension (1 raw).
const (
	fieldType   = protowire.Number(1)
	fieldObject = protowire.Number(2)
	fieldRaw    = protowire.Number(1)
)

// frameMessage returns the protobuf message WatchEvent.
func frameMessage(kind watch.EventType, out *bytes.Buffer) []byte {
	return prepend(messageHead(make([]byte, 0, headRoom), kind, out.Len()-headRoom), out)
}

// frameProtobuf returns the length of the message in four bytes, and the message. Upstream:
// protobuf.LengthDelimitedFramer with the raw serializer.
func frameProtobuf(kind watch.EventType, out *bytes.Buffer) []byte {
	head := messageHead(make([]byte, 4, headRoom), kind, out.Len()-headRoom)
	binary.BigEndian.PutUint32(head, uint32(len(head)-4+out.Len()-headRoom))
	return prepend(head, out)
}

// messageHead appends the part of a WatchEvent before an object of size bytes.
func messageHead(b []byte, kind watch.EventType, size int) []byte {
	raw := protowire.SizeTag(fieldRaw) + protowire.SizeBytes(size)
	b = protowire.AppendString(protowire.AppendTag(b, fieldType, protowire.BytesType), string(kind))
	b = protowire.AppendVarint(protowire.AppendTag(b, fieldObject, protowire.BytesType), uint64(raw))
	return protowire.AppendVarint(protowire.AppendTag(b, fieldRaw, protowire.BytesType), uint64(size))
}

// prepend copies head into the free bytes directly before the object.
func prepend(head []byte, out *bytes.Buffer) []byte {
	frame := out.Bytes()[headRoom-len(head):]
	copy(frame, head)
	return frame
}
