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

// Encode writes obj, converted to version as, in the media type of f. A *List is written item by item. The empty
// version means obj's own; kinds without versions (Status, APIGroup) are never converted.
//
// Encode does not change obj, which may be shared. If obj is a runtime.CacheableObject, it caches its bytes under an
// identifier made of the media type and the version. Upstream: the encoders of CodecFactory.EncoderForVersion.
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

// encoder is one call of Encode: the version and the media type to write.
type encoder struct {
	codecs *Codecs
	as     schema.GroupVersion
	out    runtime.Serializer
	id     runtime.Identifier // made once, for the first object that caches its bytes
}

// object writes an object. An object that caches its bytes writes itself.
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

// encode converts obj and writes it with its new kind.
func (e *encoder) encode(obj runtime.Object, w io.Writer) error {
	obj, kind, err := e.convert(obj)
	if err != nil {
		return err
	}
	return serialize(e.out, withKind(obj, kind), w)
}

// convert returns obj in the requested version, and its kind there. It does not write to obj.
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

// objectKinds returns the kind that obj has (from its Go type if its TypeMeta is empty), and its kind in version as.
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
		if kind == to { // the target has the same Go type: nothing to convert
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

// withKind returns obj if its TypeMeta is kind, else a shallow copy with that TypeMeta, because obj may be shared.
func withKind(obj runtime.Object, kind schema.GroupVersionKind) runtime.Object {
	if obj.GetObjectKind().GroupVersionKind() == kind {
		return obj
	}
	obj = shallowCopy(obj)
	obj.GetObjectKind().SetGroupVersionKind(kind)
	return obj
}

// shallowCopy copies only the struct, or the outermost map: SetGroupVersionKind writes to nothing else.
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

// serialize writes obj without conversion, with memory from a pool if the serializer supports that.
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

// keepScratch is the size in bytes above which a buffer is not put back into the pool, so that the memory of one large
// object is not kept.
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
