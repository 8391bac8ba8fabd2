package kinds

import (
	"errors"
	"fmt"
	"reflect"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// ResultPointer is an out-pointer that receives the object itself instead of a copy. A caller of storage passes one if
// it only reads the result: the storage may then return a shared object, which may cache its encoded bytes. The object
// is read-only.
type ResultPointer struct {
	Object runtime.Object
}

// GetObjectKind returns the kind of the object received.
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

// SetResult stores obj in out: a ResultPointer receives obj itself; any other out-pointer must have obj's type and
// receives a shallow copy. A nil out is ignored.
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

// Unwrap returns the object in a runtime.CacheableObject, which caches its encoded bytes; it returns any other object
// unchanged. The object in a CacheableObject is shared and read-only.
func Unwrap(obj runtime.Object) runtime.Object {
	if cached, ok := obj.(runtime.CacheableObject); ok {
		return cached.GetObject()
	}
	return obj
}
