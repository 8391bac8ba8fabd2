package kinds

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"math/bits"
	"reflect"

	"k8s.io/apimachinery/pkg/runtime"
)

// The tags of the fields of every list message: field 1 is its metadata, field 2 is an item.
const (
	tagListMeta byte = 1<<3 | 2
	tagItem     byte = 2<<3 | 2
)

// message has the methods of generated protobuf types.
type message interface {
	Size() int
	MarshalToSizedBuffer([]byte) (int, error)
}

// writeListProtobuf writes the envelope with the message of the typed list. A length comes before the bytes, so it
// reads the items twice, once for their sizes, and has at most one encoded item in memory.
func writeListProtobuf(w io.Writer, l *List, e *encoder) error {
	kind, err := l.kindOf(e.as)
	if err != nil {
		return err
	}
	items, err := e.messages(l.Items)
	if err != nil {
		return err
	}
	size := fieldSize(l.ListMeta.Size())
	for _, item := range items {
		size += fieldSize(item.size)
	}
	out := buffered.Get().(*bufio.Writer)
	out.Reset(w)
	defer func() { out.Reset(nil); buffered.Put(out) }()

	out.WriteString(protobufMagic)
	envelope := runtime.Unknown{TypeMeta: runtime.TypeMeta{Kind: kind.Kind, APIVersion: kind.GroupVersion().String()}}
	_, err = envelope.MarshalToWriter(out, size, func(w io.Writer) (int, error) { return size, e.writeMessages(w, l, items) })
	if err != nil {
		return err
	}
	return out.Flush()
}

// sizedItem is an item and the length of its message.
type sizedItem struct {
	item runtime.Object
	size int
}

// messages converts the items and measures them. Items that cache their bytes are not converted.
func (e *encoder) messages(items []runtime.Object) ([]sizedItem, error) {
	measured := make([]sizedItem, len(items))
	for i, item := range items {
		if cached, ok := item.(runtime.CacheableObject); ok {
			raw := rawSize{}
			if err := cached.CacheEncode(e.identifier(), e.encode, &raw); err != nil {
				return nil, err
			}
			measured[i] = sizedItem{item, raw.size}
			continue
		}
		converted, _, err := e.convert(item)
		if err != nil {
			return nil, err
		}
		m, ok := converted.(message)
		if !ok {
			return nil, newNotMarshalableError(converted)
		}
		measured[i] = sizedItem{converted, m.Size()}
	}
	return measured, nil
}

// writeMessages writes the fields of the list message.
func (e *encoder) writeMessages(w io.Writer, l *List, items []sizedItem) error {
	scratch := takeScratch()
	defer scratch.release()
	if err := writeField(w, tagListMeta, &l.ListMeta, l.ListMeta.Size(), scratch); err != nil {
		return err
	}
	for _, it := range items {
		var err error
		if cached, ok := it.item.(runtime.CacheableObject); ok {
			err = e.writeCached(w, cached, it.size, scratch)
		} else {
			err = writeField(w, tagItem, it.item.(message), it.size, scratch)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// writeField writes tag, length and message with one call of Write.
func writeField(w io.Writer, tag byte, m message, size int, scratch *scratch) error {
	head := fieldSize(size) - size
	scratch.Reset()
	scratch.Grow(head + size)
	field := scratch.AvailableBuffer()[:head+size]
	field[0] = tag
	binary.PutUvarint(field[1:], uint64(size))
	n, err := m.MarshalToSizedBuffer(field[head:])
	if err != nil {
		return err
	}
	if n != size {
		return fmt.Errorf("%T changed from %d to %d bytes while it was written", m, size, n)
	}
	_, err = w.Write(field)
	return err
}

// writeCached writes the message from the envelope that an object has cached.
func (e *encoder) writeCached(w io.Writer, obj runtime.CacheableObject, size int, scratch *scratch) error {
	scratch.Reset()
	if err := obj.CacheEncode(e.identifier(), e.encode, &scratch.Buffer); err != nil {
		return err
	}
	env, err := openEnvelope(scratch.Bytes())
	if err != nil {
		return err
	}
	if len(env.raw) != size {
		return fmt.Errorf("%T changed from %d to %d bytes while it was written", obj, size, len(env.raw))
	}
	var head [1 + binary.MaxVarintLen64]byte
	head[0] = tagItem
	n := 1 + binary.PutUvarint(head[1:], uint64(size))
	if _, err := w.Write(head[:n]); err != nil {
		return err
	}
	_, err = w.Write(env.raw)
	return err
}

// fieldSize returns the size of a field with a value of size bytes: its tag, the length, the value.
func fieldSize(size int) int { return 1 + (bits.Len64(uint64(size)|1)+6)/7 + size }

// newNotMarshalableError returns the error for a kind that has no protobuf encoding. Upstream:
// protobuf.errNotMarshalable.
func newNotMarshalableError(obj runtime.Object) error {
	return &NegotiationError{ErrNotAcceptable, fmt.Sprintf("object %v does not implement the protobuf marshalling interface "+
		"and cannot be encoded to a protobuf message", reflect.TypeOf(obj))}
}
