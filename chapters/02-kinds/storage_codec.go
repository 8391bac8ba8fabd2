package kinds

import (
	"fmt"
	"io"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/runtime/serializer/recognizer"
)

// StorageCodec encodes objects for storage in one media type, in the kind's hub version, and decodes what any
// version and any media type of the table has stored: it looks at the bytes to find out. Decode's into takes the
// result as SetResult does; with a nil into it is only returned. Upstream: storage.NewStorageCodec.
func (c *Codecs) StorageCodec(mediaType string) (runtime.Codec, error) {
	m := c.row(mediaType)
	if m == nil {
		objects, _ := c.MediaTypes()
		return nil, fmt.Errorf("unable to find serializer for %q, supported media types: %v", mediaType, objects)
	}
	return &storageCodec{codecs: c, media: m, id: "storage," + m.Serializer.Identifier()}, nil
}

type storageCodec struct {
	codecs *Codecs
	media  *SerializerInfo
	id     runtime.Identifier
}

var _ runtime.Codec = (*storageCodec)(nil)

// Identifier is the same for every codec of one media type.
func (s *storageCodec) Identifier() runtime.Identifier { return s.id }

// Encode writes obj in its hub version.
func (s *storageCodec) Encode(obj runtime.Object, w io.Writer) error {
	obj = Unwrap(obj)
	c := s.codecs
	kind, _, err := c.objectKinds(obj, obj.GetObjectKind().GroupVersionKind(), schema.GroupVersion{})
	if err != nil {
		return err
	}
	hub := c.hub(kind)
	obj, err = c.convert(obj, kind, hub)
	if err != nil {
		return err
	}
	return serialize(s.media.Serializer, withKind(obj, hub), w)
}

// Decode reads what is stored, applies defaults, converts it to the hub version and delivers it. implied is the kind
// of data that names none; it may be nil.
func (s *storageCodec) Decode(data []byte, implied *schema.GroupVersionKind, into runtime.Object) (runtime.Object, *schema.GroupVersionKind, error) {
	m, err := s.codecs.Recognize(data)
	if err != nil {
		return nil, nil, err
	}
	obj, kind, err := m.Serializer.Decode(data, implied, nil)
	if err != nil {
		return nil, kind, err
	}
	if obj, err = s.codecs.toHub(obj, *kind); err != nil {
		return nil, kind, err
	}
	if into == nil {
		return obj, kind, nil
	}
	if err := SetResult(into, obj); err != nil {
		return nil, kind, err
	}
	if ref, ok := into.(*ResultPointer); ok {
		return ref.Object, kind, nil
	}
	return into, kind, nil
}

// Recognize finds the row that can read what is stored: one that knows the data for its own, else one that takes anything
// (YAML). A media type whose feature gate is off now is recognized too. Upstream: recognizer.NewDecoder.
func (c *Codecs) Recognize(data []byte) (*SerializerInfo, error) {
	var fallback *SerializerInfo
	for i := range c.readable {
		r, ok := c.readable[i].Serializer.(recognizer.RecognizingDecoder)
		if !ok {
			continue
		}
		known, maybe, err := r.RecognizesData(data)
		switch {
		case err != nil:
			return nil, err
		case known:
			return &c.readable[i], nil
		case maybe:
			fallback = &c.readable[i]
		}
	}
	if fallback == nil {
		return nil, fmt.Errorf("%d stored bytes are in no known format", len(data))
	}
	return fallback, nil
}
