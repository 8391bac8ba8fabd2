package kinds

import (
	"fmt"
	"path"
	"reflect"
	"strings"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// DecodeOptions are the options of Decode.
type DecodeOptions struct {
	Default schema.GroupVersionKind // the kind that the path implies, for a body without a kind
	Strict  bool                    // unknown and duplicate fields are reported (see runtime.IsStrictDecodingError)
}

// limitedDecoder is a decoder that refuses bodies that would take too much memory, if that depends on the kind.
type limitedDecoder interface {
	check(data []byte, implied *schema.GroupVersionKind) error
}

var _ limitedDecoder = protoSerializer{}

// Decode decodes one object, applies defaults and converts it to its hub version, which is then in its TypeMeta. The
// returned kind is the one of the body, or the default; it is empty if the kind could not be read. With
// DecodeOptions.Strict, an error for which runtime.IsStrictDecodingError holds is returned together with the object,
// for callers that only warn.
//
// A body of another kind than DecodeOptions.Default's is an error. The same kind in another group or version is not:
// the caller compares the returned kind with the kind that it serves.
//
// The errors are those of the serializer. The caller (chapter 4) makes the message for the client: "KIND in
// version V cannot be handled as a WANTED: ERR" if the returned kind is not empty, else "the object provided is
// unrecognized (must be of type WANTED): ERR (DATA)". Upstream: handlers.transformDecodeError.
func (c *Codecs) Decode(m *SerializerInfo, data []byte, d DecodeOptions) (runtime.Object, schema.GroupVersionKind, error) {
	decoder := m.Serializer
	if d.Strict {
		decoder = m.StrictSerializer
	}
	var implied *schema.GroupVersionKind
	if !d.Default.Empty() {
		implied = &d.Default
	}
	if limited, ok := decoder.(limitedDecoder); ok {
		if err := limited.check(data, implied); err != nil {
			return nil, schema.GroupVersionKind{}, err
		}
	}
	obj, kind, err := decoder.Decode(data, implied, nil)
	switch {
	case kind == nil:
		return nil, schema.GroupVersionKind{}, err
	case err != nil && (obj == nil || !runtime.IsStrictDecodingError(err)):
		return nil, *kind, err
	}
	if err := c.checkKind(obj, *kind, d.Default); err != nil {
		return nil, *kind, err
	}
	obj, failed := c.toHub(obj, *kind)
	if failed != nil {
		return nil, *kind, failed
	}
	return obj, *kind, err
}

// ToHub applies the defaults of obj's version, which is in its TypeMeta, and converts it to its hub, as Decode does. It
// may change obj.
func (c *Codecs) ToHub(obj runtime.Object) (runtime.Object, error) {
	return c.toHub(obj, obj.GetObjectKind().GroupVersionKind())
}

// FromHub converts obj from its hub version to the served kind. It returns obj itself if the two are equal.
func (c *Codecs) FromHub(obj runtime.Object, kind schema.GroupVersionKind) (runtime.Object, error) {
	return c.convert(obj, c.hub(kind), kind)
}

// toHub applies the defaults of obj's version, converts it to the hub and normalizes it. It may change obj.
func (c *Codecs) toHub(obj runtime.Object, kind schema.GroupVersionKind) (runtime.Object, error) {
	c.Scheme.Default(obj)
	hub := c.hub(kind)
	obj, err := c.convert(obj, kind, hub)
	if err != nil {
		return nil, err
	}
	if names := obj.GetObjectKind(); names.GroupVersionKind() != hub {
		names.SetGroupVersionKind(hub)
	}
	if c.Converter == nil {
		return obj, nil
	}
	return obj, c.Converter.Normalize(obj)
}

// checkKind refuses a body of another kind than wanted, with the message of upstream's conversion. Kinds with the same
// Go type (DeleteOptions in every group) count as one kind.
func (c *Codecs) checkKind(obj runtime.Object, kind, wanted schema.GroupVersionKind) error {
	if kind.Kind == wanted.Kind || wanted.Empty() {
		return nil
	}
	have, want := reflect.TypeOf(obj).Elem(), c.Scheme.AllKnownTypes()[wanted]
	if have == want || want == nil {
		return nil
	}
	return fmt.Errorf("converting (%v) to (%s): unknown conversion", have, internalName(want))
}

// internalName returns the name of a type in upstream's internal version: core.Pod for v1.Pod.
func internalName(t reflect.Type) string {
	if !strings.HasPrefix(t.PkgPath(), "k8s.io/api/") {
		return t.String()
	}
	return path.Base(path.Dir(t.PkgPath())) + "." + t.Name()
}
