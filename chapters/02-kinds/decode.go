package kinds

import (
	"fmt"
	"path"
	"reflect"
	"strings"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// DecodeOptions says how a body is read.
type DecodeOptions struct {
	Default schema.GroupVersionKind // the kind that the path implies, where the body names none
	Strict  bool                    // unknown and duplicate fields are reported (see runtime.IsStrictDecodingError)
}

// limitedDecoder refuses bodies that would take too much memory, where that depends on the kind.
type limitedDecoder interface {
	check(data []byte, implied *schema.GroupVersionKind) error
}

var _ limitedDecoder = protoSerializer{}

// Decode reads one object, applies defaults and converts it to its hub version, which its TypeMeta then names. The
// returned kind is the one that the body had or was taken to have; it is empty where not even that could be read.
// With DecodeOptions.Strict, an error for which runtime.IsStrictDecodingError holds comes together with the object, for
// callers who only warn.
//
// A body of a kind other than DecodeOptions.Default's is an error. The same kind in another group or version is not: the
// caller compares the returned kind with what it serves.
//
// The errors are those of the format. The caller (chapter 4) puts them into a sentence for the client: "KIND in
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

// ToHub applies the defaults of obj's own version, which its TypeMeta names, and converts it to its hub, as Decode
// does. obj belongs to the caller.
func (c *Codecs) ToHub(obj runtime.Object) (runtime.Object, error) {
	return c.toHub(obj, obj.GetObjectKind().GroupVersionKind())
}

// FromHub returns obj, which is in its hub version, as the served kind; obj itself where the two are one.
func (c *Codecs) FromHub(obj runtime.Object, kind schema.GroupVersionKind) (runtime.Object, error) {
	return c.convert(obj, c.hub(kind), kind)
}

// toHub applies the defaults of obj's own version, converts it to the hub and normalizes it. obj belongs to the caller.
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

// checkKind refuses a body of another kind than wanted, in the words in which upstream's conversion fails. Kinds
// that share one Go type (DeleteOptions in every group) are the same.
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

// internalName is the name that upstream's internal version of a type has: core.Pod for v1.Pod.
func internalName(t reflect.Type) string {
	if !strings.HasPrefix(t.PkgPath(), "k8s.io/api/") {
		return t.String()
	}
	return path.Base(path.Dir(t.PkgPath())) + "." + t.Name()
}
