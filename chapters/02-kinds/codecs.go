package kinds

import (
	"errors"
	"io"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// Media is one row of the table of media types: a name and what writes and reads it.
type Media struct {
	Type    string             // application/json
	Lenient runtime.Serializer // reads and writes; unknown and duplicate fields are dropped
	Strict  runtime.Serializer // reads; unknown and duplicate fields are errors
	Pretty  runtime.Serializer // writes indented; nil where the format has no such form
	Stream  runtime.Serializer // reads and writes one frame of a stream
	Framer  runtime.Framer     // splits a stream into frames; nil where the format has no streams
}

// Codecs reads and writes the objects of one scheme in every media type of the table.
// Upstream: serializer.CodecFactory.
type Codecs struct {
	Scheme *runtime.Scheme
	Media  []Media

	// Versions turns served versions of a kind into the one that the server works with and back. Nil: each kind
	// has one version. Chapter 13 brings one.
	Versions Converter
}

// Converter knows, for each kind, the version that the server works with and stores (the hub), and the way there and
// back. Upstream: internal versions and runtime.ObjectConvertor.
type Converter interface {
	// Hub is the version that the server works with for a served kind.
	Hub(served schema.GroupVersionKind) schema.GroupVersionKind
	// Convert returns obj in the version of target, which has obj's kind; obj itself where nothing changes.
	Convert(obj runtime.Object, target schema.GroupVersionKind) (runtime.Object, error)
}

// Errors of negotiation, for the status table of chapter 4.
var (
	ErrNotAcceptable        = errors.New("not acceptable")         // 406
	ErrUnsupportedMediaType = errors.New("unsupported media type") // 415
)

// Decoding says how a body is read.
type Decoding struct {
	Default schema.GroupVersionKind // the kind that the path implies, where the body names none
	Strict  bool                    // unknown and duplicate fields are reported (see runtime.IsStrictDecodingError)
}

// NewCodecs returns codecs for scheme with JSON, YAML and protobuf.
func NewCodecs(scheme *runtime.Scheme) *Codecs { return nil }

// ContentType finds the row for a request's Content-Type header; an empty header means JSON.
// An unknown type is ErrUnsupportedMediaType.
func (c *Codecs) ContentType(header string) (*Media, error) { return nil, ErrUnsupportedMediaType }

// Decode reads one object, applies defaults and converts it to its hub version. The returned kind is the one that
// the body had. With Decoding.Strict, an error for which runtime.IsStrictDecodingError holds comes together with the
// object, for callers who only warn.
func (c *Codecs) Decode(m *Media, data []byte, d Decoding) (runtime.Object, schema.GroupVersionKind, error) {
	return nil, schema.GroupVersionKind{}, errors.New("todo")
}

// Encode writes obj, converted to version as, in the form that f names. A *List is written item by item.
func (c *Codecs) Encode(w io.Writer, obj runtime.Object, as schema.GroupVersion, f Form) error {
	return errors.New("todo")
}

// Form is one way to write an object that a client accepts.
type Form struct {
	*Media
	Pretty bool
	// As is the kind that the client asked for in place of the object's own (Table, PartialObjectMetadata,
	// PartialObjectMetadataList, APIGroupDiscoveryList); empty: the object itself.
	As schema.GroupVersionKind
}

// ContentType is the header value for the form.
func (f Form) ContentType() string { return f.Type }

// Accept finds the best form for a request's Accept header among those that offered allows; offered is asked about
// each kind that the header asks for with as=, v= and g=, and is never asked about an object's own kind.
// Nothing acceptable is ErrNotAcceptable.
func (c *Codecs) Accept(header string, offered func(as schema.GroupVersionKind) bool) (Form, error) {
	return Form{}, ErrNotAcceptable
}

// StorageCodec encodes objects for storage in one media type, in the kind's hub version, and decodes what any
// version and any media type of the table has stored.
func (c *Codecs) StorageCodec(mediaType string) (runtime.Codec, error) { return nil, errors.New("todo") }
