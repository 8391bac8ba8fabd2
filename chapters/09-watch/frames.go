package watch

import (
	"bytes"
	"encoding/binary"
	"sync"

	"google.golang.org/protobuf/encoding/protowire"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/watch"

	rest "kubepath/chapters/04-rest"
)

// frames turns events into the bytes of a stream. An object that keeps its own bytes (runtime.CacheableObject) is copied
// and not encoded: only the few bytes around it belong to this watch.
type frames struct {
	call    *rest.Call
	version schema.GroupVersion // in which objects are written; empty: their own
	wrap    wrap
	rows    bool // a table has been sent: the next ones have no columns
}

// wrap completes a frame around the object in out, which begins after room bytes.
type wrap func(kind watch.EventType, out *bytes.Buffer) []byte

// room is left free before an object, for what stands before it in any format.
const room = 32

var free [room]byte

// wraps by the media type, for frames that follow each other in a stream.
var wraps = map[string]wrap{runtime.ContentTypeJSON: inJSON, runtime.ContentTypeProtobuf: inProtobuf}

func newFrames(c *rest.Call) *frames {
	f := &frames{call: c, version: c.Kind.GroupVersion(), wrap: wraps[c.OutputMediaType.MediaType]}
	if c.OutputMediaType.Convert.Kind != "" {
		f.version = schema.GroupVersion{}
	}
	return f
}

// buffers are shared by all watches: one that is idle holds none.
var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// send makes the frame of an event and has write send it. What write gets is not to be kept.
func (f *frames) send(event watch.Event, write func([]byte) error) error {
	obj, err := f.call.TransformObject(event.Object)
	if err != nil {
		return err
	}
	if table, ok := obj.(*metav1.Table); ok {
		if f.rows {
			table.ColumnDefinitions = nil
		}
		f.rows = true
	}
	out := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(out)
	out.Reset()
	out.Write(free[:])
	if err := f.call.Codecs.Encode(out, obj, f.version, f.call.OutputMediaType); err != nil {
		return err
	}
	return write(f.wrap(event.Type, out))
}

// bytes is the frame of an event, for the caller to keep.
func (f *frames) bytes(event watch.Event) (frame []byte, err error) {
	err = f.send(event, func(b []byte) error {
		frame = bytes.Clone(b)
		return nil
	})
	return frame, err
}

// inJSON is {"type":"ADDED","object":{...}} and a newline: frames of JSON delimit themselves.
func inJSON(kind watch.EventType, out *bytes.Buffer) []byte {
	for b := out.Bytes(); b[len(b)-1] == '\n'; b = out.Bytes() {
		out.Truncate(len(b) - 1)
	}
	out.WriteString("}\n")
	head := append(make([]byte, 0, room), `{"type":"`...)
	head = append(head, kind...)
	return before(append(head, `","object":`...), out)
}

// The fields of the message WatchEvent (1 type, 2 object) and of RawExtension (1 raw).
const (
	fieldType   = protowire.Number(1)
	fieldObject = protowire.Number(2)
	fieldRaw    = protowire.Number(1)
)

// inMessage is the message WatchEvent in protobuf.
func inMessage(kind watch.EventType, out *bytes.Buffer) []byte {
	return before(messageHead(make([]byte, 0, room), kind, out.Len()-room), out)
}

// inProtobuf is the length of the message in four bytes, and the message. Upstream: protobuf.LengthDelimitedFramer over
// the raw serializer.
func inProtobuf(kind watch.EventType, out *bytes.Buffer) []byte {
	head := messageHead(make([]byte, 4, room), kind, out.Len()-room)
	binary.BigEndian.PutUint32(head, uint32(len(head)-4+out.Len()-room))
	return before(head, out)
}

// messageHead appends all of a WatchEvent that stands before an object of size bytes.
func messageHead(b []byte, kind watch.EventType, size int) []byte {
	raw := protowire.SizeTag(fieldRaw) + protowire.SizeBytes(size)
	b = protowire.AppendString(protowire.AppendTag(b, fieldType, protowire.BytesType), string(kind))
	b = protowire.AppendVarint(protowire.AppendTag(b, fieldObject, protowire.BytesType), uint64(raw))
	return protowire.AppendVarint(protowire.AppendTag(b, fieldRaw, protowire.BytesType), uint64(size))
}

// before puts head into the free room right before the object.
func before(head []byte, out *bytes.Buffer) []byte {
	frame := out.Bytes()[room-len(head):]
	copy(frame, head)
	return frame
}
