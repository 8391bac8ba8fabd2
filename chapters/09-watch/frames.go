package watch

import (
	"bytes"
	"encoding/binary"

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
	wrap    func(f *frames, kind watch.EventType) []byte
	rows    bool // a table has been sent: the next ones have no columns

	object bytes.Buffer // the encoded object of the event under way
	frame  []byte       // what was returned last
}

func newFrames(c *rest.Call) *frames {
	f := &frames{call: c, version: c.Kind.GroupVersion(), wrap: (*frames).json}
	if c.Form.As.Kind != "" {
		f.version = schema.GroupVersion{}
	}
	if c.Form.Type == runtime.ContentTypeProtobuf {
		f.wrap = (*frames).protobuf
	}
	return f
}

// of returns the frame of an event. It is valid until the next call.
func (f *frames) of(event watch.Event) ([]byte, error) {
	obj, err := f.call.Shape(event.Object)
	if err != nil {
		return nil, err
	}
	if table, ok := obj.(*metav1.Table); ok {
		if f.rows {
			table.ColumnDefinitions = nil
		}
		f.rows = true
	}
	f.object.Reset()
	if err := f.call.Codecs.Encode(&f.object, obj, f.version, f.call.Form); err != nil {
		return nil, err
	}
	f.frame = f.wrap(f, event.Type)
	return f.frame, nil
}

// json is {"type":"ADDED","object":{...}} and a newline: frames of JSON delimit themselves.
func (f *frames) json(kind watch.EventType) []byte {
	b := append(f.frame[:0], `{"type":"`...)
	b = append(b, kind...)
	b = append(b, `","object":`...)
	b = append(b, bytes.TrimRight(f.object.Bytes(), "\n")...)
	return append(b, "}\n"...)
}

// The fields of the message WatchEvent (1 type, 2 object) and of RawExtension (1 raw).
const (
	fieldType   = protowire.Number(1)
	fieldObject = protowire.Number(2)
	fieldRaw    = protowire.Number(1)
)

// protobuf is the length of the message in four bytes, and the message. Upstream: protobuf.LengthDelimitedFramer over
// the raw serializer.
func (f *frames) protobuf(kind watch.EventType) []byte {
	raw := protowire.SizeTag(fieldRaw) + protowire.SizeBytes(f.object.Len())
	b := append(f.frame[:0], 0, 0, 0, 0)
	b = protowire.AppendString(protowire.AppendTag(b, fieldType, protowire.BytesType), string(kind))
	b = protowire.AppendVarint(protowire.AppendTag(b, fieldObject, protowire.BytesType), uint64(raw))
	b = protowire.AppendBytes(protowire.AppendTag(b, fieldRaw, protowire.BytesType), f.object.Bytes())
	binary.BigEndian.PutUint32(b, uint32(len(b)-4))
	return b
}
