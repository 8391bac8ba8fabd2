package kinds

import (
	"fmt"
	"io"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/runtime/serializer/recognizer"
)

// StorageCodec returns a codec that encodes objects for storage in one media type, in the kind's hub version. An object
// whose Go type has no protobuf encoding is encoded as JSON instead. The codec decodes any version and any media type of
// the table, which it recognizes from the bytes. Decode stores the result in into as SetResult does; if into is nil, it
// only returns it. Upstream: storage.NewStorageCodec.
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

// Identifier returns the same value for every codec of one media type.
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
	media := s.media
	if _, ok := obj.(message); !ok && media.MediaType == runtime.ContentTypeProtobuf {
		media = c.row(runtime.ContentTypeJSON)
	}
	return serialize(media.Serializer, withKind(obj, hub), w)
}

// Decode decodes a stored object, applies defaults and converts it to the hub version. implied is the kind of data
// without a kind; it may be nil.
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

// Recognize returns the row that can decode stored data: one that recognizes its own format, else one that may decode
// any data (YAML). It also recognizes media types whose feature gate is off. Upstream: recognizer.NewDecoder.
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
