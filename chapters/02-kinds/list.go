package kinds

import (
	"errors"
	"fmt"
	"reflect"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// List is a list of objects of one kind, whatever the kind. On the wire it is the typed list that its TypeMeta
// names (PodList, ConfigMapList): the same fields in the same order. In memory its items stay separate objects,
// so a list is built without reflection, may hold objects that carry their own encoded bytes
// (runtime.CacheableObject), and is written to a client item by item. Nil items are null on the wire, as in the
// typed list.
//
// Upstream has one generated Go type per list kind in its place.
type List struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata"`
	Items           []runtime.Object `json:"items"`
}

// DeepCopyObject copies the list and every item.
func (l *List) DeepCopyObject() runtime.Object {
	out := &List{TypeMeta: l.TypeMeta}
	l.ListMeta.DeepCopyInto(&out.ListMeta)
	if l.Items == nil {
		return out
	}
	out.Items = make([]runtime.Object, len(l.Items))
	for i, item := range l.Items {
		out.Items[i] = item.DeepCopyObject()
	}
	return out
}

// ResultPointer is an out-pointer that takes the object itself instead of a copy. A caller of storage passes one when it
// only reads the result: the storage may then hand over an object that it shares with others, with the bytes that
// it is already encoded to. What a ResultPointer received is read-only.
type ResultPointer struct {
	Object runtime.Object
}

// GetObjectKind is that of the object received.
func (r *ResultPointer) GetObjectKind() schema.ObjectKind {
	if r.Object == nil {
		return schema.EmptyObjectKind
	}
	return r.Object.GetObjectKind()
}

// DeepCopyObject copies the object received.
func (r *ResultPointer) DeepCopyObject() runtime.Object {
	if r.Object == nil {
		return &ResultPointer{}
	}
	return &ResultPointer{Object: r.Object.DeepCopyObject()}
}

// SetResult puts obj into out: a ResultPointer receives obj itself; any other out-pointer must have obj's type and receives a
// shallow copy. A nil out wants no result.
func SetResult(out, obj runtime.Object) error {
	switch out := out.(type) {
	case nil:
		return nil
	case *ResultPointer:
		out.Object = obj
		return nil
	}
	if cached, ok := obj.(runtime.CacheableObject); ok {
		obj = cached.GetObject()
	}
	dst, src := reflect.ValueOf(out), reflect.ValueOf(obj)
	if dst.Kind() != reflect.Pointer || dst.IsNil() {
		return errors.New("the out-pointer is not a pointer to an object")
	}
	if dst.Type() != src.Type() {
		return fmt.Errorf("cannot deliver a %T into a %T", obj, out)
	}
	dst.Elem().Set(src.Elem())
	return nil
}
