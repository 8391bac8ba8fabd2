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

// cachingObject is one version of an object, shared by all who read it. It does not change, except that encodings and
// attributes are added when somebody first needs them. Upstream: cacher.cachingObject.
type cachingObject struct {
	key      string
	revision uint64
	value    runtime.Object

	encodings atomic.Pointer[encoding] // a linked list: one for each identifier that was asked for

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

// newCachingObject wraps an object that came from below, which nobody may write to from then on.
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

// DeepCopyObject returns a copy of the object that its caller may change: without the encodings, which would not follow.
func (o *cachingObject) DeepCopyObject() runtime.Object { return o.value.DeepCopyObject() }

// runtimeObject returns the object as an interface; nil where there is none.
func (o *cachingObject) runtimeObject() runtime.Object {
	if o == nil {
		return nil
	}
	return o
}

// encoding is the object in one encoding. The error is kept too: another attempt would end in the same way. Upstream:
// serializationResult.
type encoding struct {
	id   runtime.Identifier
	once sync.Once
	data []byte
	err  error
	next *encoding
}

// CacheEncode writes the object in the encoding that id names, and encodes it only for the first who asks for that.
// Upstream: cachingObject.CacheEncode.
func (o *cachingObject) CacheEncode(id runtime.Identifier, encode func(runtime.Object, io.Writer) error, w io.Writer) error {
	e := o.encoding(id)
	e.once.Do(func() {
		out := buffers.Get().(*bytes.Buffer)
		defer buffers.Put(out)
		out.Reset()
		e.err = encode(o.value, out)
		e.data = bytes.Clone(out.Bytes()) // no longer than its content
	})
	if e.err != nil {
		return e.err
	}
	_, err := w.Write(e.data)
	return err
}

// encoding finds the encoding with an identifier, or adds it.
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

// attributes are the labels and fields that selectors see. get is called once.
func (o *cachingObject) attributes(get storage.AttrFunc) (labels.Set, fields.Set, error) {
	a := &o.attrs
	a.once.Do(func() { a.labels, a.fields, a.err = get(o.value) })
	return a.labels, a.fields, a.err
}

// cachedPredicate is a predicate over caching objects: it takes the attributes that are kept with each.
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
