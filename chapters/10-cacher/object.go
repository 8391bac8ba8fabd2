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

// object is one version of an object, shared by all who read it. Nothing in it changes, except that bytes and attributes
// are added when somebody first needs them. Upstream: handlers/cachingObject.
type object struct {
	key      string
	revision uint64
	value    runtime.Object

	encodings atomic.Pointer[encoding] // a list: there is one entry for each form that was asked for

	attrs struct {
		once   sync.Once
		labels labels.Set
		fields fields.Set
		err    error
	}
}

var (
	_ runtime.CacheableObject   = (*object)(nil)
	_ metav1.ObjectMetaAccessor = (*object)(nil)
)

// GetObject is the object itself, which is read-only.
func (o *object) GetObject() runtime.Object { return o.value }

// GetObjectKind is the object's.
func (o *object) GetObjectKind() schema.ObjectKind { return o.value.GetObjectKind() }

// GetObjectMeta is the object's metadata, which is read-only.
func (o *object) GetObjectMeta() metav1.Object {
	m, err := meta.Accessor(o.value)
	if err != nil {
		return nil
	}
	return m
}

// DeepCopyObject is a copy of the object for a caller to own: without the bytes, which would not follow its changes.
func (o *object) DeepCopyObject() runtime.Object { return o.value.DeepCopyObject() }

// encoding is the object in one form. The error is kept too: another attempt would end as the first.
type encoding struct {
	id   runtime.Identifier
	once sync.Once
	data []byte
	err  error
	next *encoding
}

// CacheEncode writes the object in the form that id names, and encodes it only for the first who asks for that form.
func (o *object) CacheEncode(id runtime.Identifier, encode func(runtime.Object, io.Writer) error, w io.Writer) error {
	e := o.encoding(id)
	e.once.Do(func() {
		out := buffers.Get().(*bytes.Buffer)
		defer buffers.Put(out)
		out.Reset()
		e.err = encode(o.value, out)
		e.data = bytes.Clone(out.Bytes()) // exactly as long as need be
	})
	if e.err != nil {
		return e.err
	}
	_, err := w.Write(e.data)
	return err
}

// encoding finds the entry for a form, or adds it.
func (o *object) encoding(id runtime.Identifier) *encoding {
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

// attributes is what selectors see, found once.
func (o *object) attributes(find storage.AttrFunc) (labels.Set, fields.Set, error) {
	a := &o.attrs
	a.once.Do(func() { a.labels, a.fields, a.err = find(o.value) })
	return a.labels, a.fields, a.err
}

// orNil is the object as an interface, nil where there is none.
func (o *object) orNil() runtime.Object {
	if o == nil {
		return nil
	}
	return o
}

// wanting is a predicate over cached objects: what it needs to see of an object is kept with the object.
func (c *Cache) wanting(p storage.SelectionPredicate) storage.SelectionPredicate {
	given, ours := p.GetAttrs, c.config.Attrs
	switch {
	case ours != nil:
		p.GetAttrs = func(obj runtime.Object) (labels.Set, fields.Set, error) { return obj.(*object).attributes(ours) }
	case given != nil:
		p.GetAttrs = func(obj runtime.Object) (labels.Set, fields.Set, error) { return given(obj.(*object).value) }
	}
	return p
}

// keyBelow makes the keys below a root from namespaces and names.
func keyBelow(root string) func(runtime.Object) (string, error) {
	return func(obj runtime.Object) (string, error) {
		m, err := meta.Accessor(obj)
		if err != nil {
			return "", err
		}
		if ns := m.GetNamespace(); ns != "" {
			return root + "/" + ns + "/" + m.GetName(), nil
		}
		return root + "/" + m.GetName(), nil
	}
}

// object takes an object that came from below, which is then the cache's.
func (c *Cache) object(obj runtime.Object) (*object, error) {
	key, err := c.config.Key(obj)
	if err != nil {
		return nil, err
	}
	revision, err := c.versioner.ObjectVersion(obj)
	return &object{key: key, revision: revision, value: obj}, err
}
