package cacher

import (
	"bytes"
	"io"
	"sync"
	"sync/atomic"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	storage "kubepath/chapters/05-storage"
)

// cachingObject is one version of an object, shared by all its readers. It does not change, except that encodings and
// attributes are added when they are first needed. Upstream: cacher.cachingObject.
type cachingObject struct {
	key      string
	revision uint64
	value    runtime.Object

	encodings atomic.Pointer[encoding] // a linked list with one encoding for each identifier

	attrs struct {
		once   sync.Once
		labels labels.Set
		fields fields.Set
		err    error
	}
}

var (
	_ runtime.CacheableObject   = (*cachingObject)(nil)
	_ metav1.ObjectMetaAccessor = (*cachingObject)(nil)
)

// newCachingObject wraps an object from below. From then on it is read-only.
func (c *Cacher) newCachingObject(obj runtime.Object) (*cachingObject, error) {
	key, err := c.config.KeyFunc(obj)
	if err != nil {
		return nil, err
	}
	revision, err := c.versioner.ObjectResourceVersion(obj)
	return &cachingObject{key: key, revision: revision, value: obj}, err
}

// GetObject returns the object itself, which is read-only.
func (o *cachingObject) GetObject() runtime.Object { return o.value }

// GetObjectKind returns the object's kind.
func (o *cachingObject) GetObjectKind() schema.ObjectKind { return o.value.GetObjectKind() }

// GetObjectMeta returns the object's metadata, which is read-only.
func (o *cachingObject) GetObjectMeta() metav1.Object {
	m, err := meta.Accessor(o.value)
	if err != nil {
		return nil
	}
	return m
}

// DeepCopyObject returns a copy of the object without its encodings: the caller may change it.
func (o *cachingObject) DeepCopyObject() runtime.Object { return o.value.DeepCopyObject() }

// runtimeObject returns the object as an interface; nil if there is none.
func (o *cachingObject) runtimeObject() runtime.Object {
	if o == nil {
		return nil
	}
	return o
}

// encoding is the object in one encoding. An error is kept too: encoding again would return the same. Upstream:
// serializationResult.
type encoding struct {
	id   runtime.Identifier
	once sync.Once
	data []byte
	err  error
	next *encoding
}

// CacheEncode writes the object in the encoding that id names. Only the first call for an id encodes.
// Upstream: cachingObject.CacheEncode.
func (o *cachingObject) CacheEncode(id runtime.Identifier, encode func(runtime.Object, io.Writer) error, w io.Writer) error {
	e := o.encoding(id)
	e.once.Do(func() {
		out := buffers.Get().(*bytes.Buffer)
		defer buffers.Put(out)
		out.Reset()
		e.err = encode(o.value, out)
		e.data = bytes.Clone(out.Bytes()) // without spare capacity
	})
	if e.err != nil {
		return e.err
	}
	_, err := w.Write(e.data)
	return err
}

// encoding returns the encoding with an identifier, and adds it if it is missing.
func (o *cachingObject) encoding(id runtime.Identifier) *encoding {
	for {
		first := o.encodings.Load()
		for e := first; e != nil; e = e.next {
			if e.id == id {
				return e
			}
		}
		if e := (&encoding{id: id, next: first}); o.encodings.CompareAndSwap(first, e) {
			return e
		}
	}
}

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// attributes returns the labels and fields that selectors see. It calls get once.
func (o *cachingObject) attributes(get storage.AttrFunc) (labels.Set, fields.Set, error) {
	a := &o.attrs
	a.once.Do(func() { a.labels, a.fields, a.err = get(o.value) })
	return a.labels, a.fields, a.err
}

// cachedPredicate turns p into a predicate over caching objects, which uses the attributes that they keep.
func (c *Cacher) cachedPredicate(p storage.SelectionPredicate) storage.SelectionPredicate {
	theirs, ours := p.GetAttrs, c.config.GetAttrsFunc
	switch {
	case ours != nil:
		p.GetAttrs = func(obj runtime.Object) (labels.Set, fields.Set, error) {
			return obj.(*cachingObject).attributes(ours)
		}
	case theirs != nil:
		p.GetAttrs = func(obj runtime.Object) (labels.Set, fields.Set, error) { return theirs(obj.(*cachingObject).value) }
	}
	return p
}
