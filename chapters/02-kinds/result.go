package kinds

import (
	"errors"
	"fmt"
	"reflect"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

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
// shallowCopy copy. A nil out wants no result.
func SetResult(out, obj runtime.Object) error {
	switch out := out.(type) {
	case nil:
		return nil
	case *ResultPointer:
		out.Object = obj
		return nil
	}
	obj = Unwrap(obj)
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

// Unwrap returns the object in one that carries the bytes that it is encoded to (runtime.CacheableObject); any other object
// is returned as it is. What is shared in this way is read-only.
func Unwrap(obj runtime.Object) runtime.Object {
	if cached, ok := obj.(runtime.CacheableObject); ok {
		return cached.GetObject()
	}
	return obj
}
