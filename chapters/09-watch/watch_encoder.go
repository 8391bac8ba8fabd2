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

// watchEncoder turns events into the bytes of a stream. An object that keeps its own bytes (runtime.CacheableObject) is copied
// and not encoded: only the few bytes around it belong to this watch.
type watchEncoder struct {
	call    *rest.Call
	version schema.GroupVersion // in which objects are written; empty: their own
	frame   framer              // nil: the format's own serializer writes the event
	framed  bool                // frames follow each other in a stream; false: each is a message of its own
	rows    bool                // a table has been sent: the next ones have no columns
}

// framer completes a frame around the object in out, which begins after headRoom bytes.
type framer func(kind watch.EventType, out *bytes.Buffer) []byte

// headRoom is left free before an object, for what stands before it in any format.
const headRoom = 32

var headSpace [headRoom]byte

// framers are ways around the serializer for what nearly all clients watch in: frames that follow each other in a stream, and
// messages of a WebSocket, by the media type.
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

// buffers are shared by all watches: one that is idle holds none.
var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// encode makes the frame of an event and has write send it. What write gets is not to be kept.
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

// serialize is the frame around an encoded object in any format that has streams.
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

// encodeAll has the frame of each event written, until the watch or ctx ends, or write fails: the client is gone. It also ends
// with an object that cannot be encoded, since nothing that follows could make up for it.
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

// frameJSON is {"type":"ADDED","object":{...}} and a newline: frames of JSON delimit themselves.
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

// frameMessage is the message WatchEvent in protobuf.
func frameMessage(kind watch.EventType, out *bytes.Buffer) []byte {
	return prepend(messageHead(make([]byte, 0, headRoom), kind, out.Len()-headRoom), out)
}

// frameProtobuf is the length of the message in four bytes, and the message. Upstream: protobuf.LengthDelimitedFramer over
// the raw serializer.
func frameProtobuf(kind watch.EventType, out *bytes.Buffer) []byte {
	head := messageHead(make([]byte, 4, headRoom), kind, out.Len()-headRoom)
	binary.BigEndian.PutUint32(head, uint32(len(head)-4+out.Len()-headRoom))
	return prepend(head, out)
}

// messageHead appends all of a WatchEvent that stands before an object of size bytes.
func messageHead(b []byte, kind watch.EventType, size int) []byte {
	raw := protowire.SizeTag(fieldRaw) + protowire.SizeBytes(size)
	b = protowire.AppendString(protowire.AppendTag(b, fieldType, protowire.BytesType), string(kind))
	b = protowire.AppendVarint(protowire.AppendTag(b, fieldObject, protowire.BytesType), uint64(raw))
	return protowire.AppendVarint(protowire.AppendTag(b, fieldRaw, protowire.BytesType), uint64(size))
}

// prepend puts head into the free room right before the object.
func prepend(head []byte, out *bytes.Buffer) []byte {
	frame := out.Bytes()[headRoom-len(head):]
	copy(frame, head)
	return frame
}
