package kinds

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"reflect"
	"sync"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// Encode writes obj, converted to version as, in the form that f names. A *List is written item by item. The empty
// version means obj's own; kinds without versions (Status, APIGroup) are always written as theirs.
//
// obj is only read: it may be shared, and it may be a runtime.CacheableObject, whose bytes are then kept under a name
// made of the format and the version. Upstream: the encoders of CodecFactory.EncoderForVersion.
func (c *Codecs) Encode(w io.Writer, obj runtime.Object, as schema.GroupVersion, f MediaTypeOptions) error {
	e := &encoder{codecs: c, as: as, out: f.Serializer}
	lists := f.list
	if f.Pretty && f.SerializerInfo.PrettySerializer != nil {
		e.out, lists = f.SerializerInfo.PrettySerializer, f.prettyList
	}
	if list, ok := obj.(*List); ok {
		if lists == nil {
			return e.typedList(w, list)
		}
		return lists(w, list, e)
	}
	return e.object(obj, w)
}

// encoder is one call of Encode: the version and the format in which it writes.
type encoder struct {
	codecs *Codecs
	as     schema.GroupVersion
	out    runtime.Serializer
	id     runtime.Identifier // made once, when the first object with cached bytes comes along
}

// object writes an object, or has an object that keeps its bytes write itself.
func (e *encoder) object(obj runtime.Object, w io.Writer) error {
	if cached, ok := obj.(runtime.CacheableObject); ok {
		return cached.CacheEncode(e.identifier(), e.encode, w)
	}
	return e.encode(obj, w)
}

func (e *encoder) identifier() runtime.Identifier {
	if e.id == "" {
		e.id = e.out.Identifier() + "," + runtime.Identifier(e.as.String())
	}
	return e.id
}

// encode converts obj and writes it under the kind that it then has.
func (e *encoder) encode(obj runtime.Object, w io.Writer) error {
	obj, kind, err := e.convert(obj)
	if err != nil {
		return err
	}
	return serialize(e.out, withKind(obj, kind), w)
}

// convert returns obj in the version asked for, and the kind that it has there. It does not write to obj.
func (e *encoder) convert(obj runtime.Object) (runtime.Object, schema.GroupVersionKind, error) {
	have := obj.GetObjectKind().GroupVersionKind()
	if have.Kind != "" && have.GroupVersion() == e.as {
		return obj, have, nil
	}
	have, target, err := e.codecs.objectKinds(obj, have, e.as)
	if err != nil {
		return nil, target, err
	}
	obj, err = e.codecs.convert(obj, have, target)
	return obj, target, err
}

// objectKinds returns the kind that obj has, completed from its Go type where its TypeMeta does not say, and the kind that
// it is to have in version as.
func (c *Codecs) objectKinds(obj runtime.Object, have schema.GroupVersionKind, as schema.GroupVersion) (from, to schema.GroupVersionKind, err error) {
	if _, ok := obj.(runtime.Unstructured); ok {
		return have, inVersion(have, as), nil
	}
	known, unversioned, err := c.Scheme.ObjectKinds(obj)
	if err != nil {
		return have, have, err
	}
	if unversioned {
		return known[0], known[0], nil
	}
	if have.Empty() {
		have = known[0]
	}
	to = inVersion(have, as)
	for _, kind := range known {
		if kind == to { // the Go type is that of the target: nothing to convert
			return to, to, nil
		}
	}
	if c.Converter == nil && to != have {
		return have, to, fmt.Errorf("%T is not a %s in version %q", obj, to.Kind, as)
	}
	return have, to, nil
}

func inVersion(kind schema.GroupVersionKind, as schema.GroupVersion) schema.GroupVersionKind {
	if as.Empty() {
		return kind
	}
	return as.WithKind(kind.Kind)
}

// withKind returns obj if it names kind already, else a shallow copy that does: the object itself is not ours.
func withKind(obj runtime.Object, kind schema.GroupVersionKind) runtime.Object {
	if obj.GetObjectKind().GroupVersionKind() == kind {
		return obj
	}
	obj = shallowCopy(obj)
	obj.GetObjectKind().SetGroupVersionKind(kind)
	return obj
}

// shallowCopy copies only what SetGroupVersionKind writes to: the struct, or the outermost map.
func shallowCopy(obj runtime.Object) runtime.Object {
	if u, ok := obj.(*unstructured.Unstructured); ok {
		return &unstructured.Unstructured{Object: maps.Clone(u.Object)}
	}
	v := reflect.ValueOf(obj)
	if v.Kind() != reflect.Pointer || v.Elem().Kind() != reflect.Struct {
		return obj.DeepCopyObject()
	}
	copied := reflect.New(v.Type().Elem())
	copied.Elem().Set(v.Elem())
	return copied.Interface().(runtime.Object)
}

// serialize writes obj as it is, with memory from a pool where the format can use it.
func serialize(to runtime.Encoder, obj runtime.Object, w io.Writer) error {
	pooling, ok := to.(runtime.EncoderWithAllocator)
	if !ok {
		return to.Encode(obj, w)
	}
	memory := runtime.AllocatorPool.Get().(*runtime.Allocator)
	defer runtime.AllocatorPool.Put(memory)
	return pooling.EncodeWithAllocator(obj, w, memory)
}

// scratch is memory for the bytes of one object, from a pool.
type scratch struct{ bytes.Buffer }

// keepScratch is the size in bytes above which a buffer goes back to the garbage collector instead of the pool, so
// that one large object does not hold its memory for ever.
const keepScratch = 1 << 20

var scratches = sync.Pool{New: func() any { return new(scratch) }}

func takeScratch() *scratch { return scratches.Get().(*scratch) }

func (s *scratch) release() {
	if s.Cap() > keepScratch {
		return
	}
	s.Reset()
	scratches.Put(s)
}
