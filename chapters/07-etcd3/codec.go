package etcd3

import (
	"bytes"
	"fmt"
	"reflect"

	"go.etcd.io/etcd/api/v3/mvccpb"
	clientv3 "go.etcd.io/etcd/client/v3"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"

	kinds "kubepath/chapters/02-kinds"
	storage "kubepath/chapters/05-storage"
)

// encoded is an object with its encoded bytes. obj is a shallow copy of the caller's object. It has no resource version
// until the write; after the write, it is returned to the caller, so that it need not be decoded.
type encoded struct {
	obj  runtime.Object
	data []byte
}

// encode encodes a shallow copy of obj without its resource version. The copy is in out if out has the same type.
func (s *store) encode(obj, out runtime.Object) (encoded, error) {
	e := encoded{obj: shallow(obj, out)}
	if err := s.versioner.PrepareObjectForStorage(e.obj); err != nil {
		return e, err
	}
	var b bytes.Buffer
	if err := s.codec.Encode(e.obj, &b); err != nil {
		return e, err
	}
	e.data = b.Bytes()
	return e, nil
}

// deliver sets the object's resource version to revision, and stores it in out.
func (s *store) deliver(out runtime.Object, e encoded, revision int64) error {
	if err := s.versioner.UpdateObject(e.obj, uint64(revision)); err != nil {
		return err
	}
	if out == e.obj {
		return nil
	}
	return kinds.SetResult(out, e.obj)
}

// put returns the operation that stores data under key.
func (s *store) put(key string, data []byte, opts ...clientv3.OpOption) (clientv3.Op, error) {
	if s.transformer != nil {
		sealed, err := s.transformer.TransformToStorage(data, key)
		if err != nil {
			return clientv3.Op{}, err
		}
		data = sealed
	}
	op := clientv3.OpPut(key, "", opts...)
	op.WithValueBytes(data) // a string would be copied
	return op, nil
}

// transformFromStorage is the reverse of put: it returns the encoded object in a stored value, and whether the value
// should be rewritten.
func (s *store) transformFromStorage(kv *mvccpb.KeyValue) (data []byte, stale bool, err error) {
	if s.transformer == nil {
		return kv.Value, false, nil
	}
	data, stale, err = s.transformer.TransformFromStorage(kv.Value, string(kv.Key))
	if err != nil {
		return nil, false, newCorruptObjError(kv, err)
	}
	return data, stale, nil
}

// read decodes a stored value into out, and sets its resource version to the revision of the last change. It does
// nothing if out is nil.
func (s *store) read(kv *mvccpb.KeyValue, out runtime.Object) error {
	if out == nil {
		return nil
	}
	data, _, err := s.transformFromStorage(kv)
	if err != nil {
		return err
	}
	if ref, shared := out.(*kinds.ResultPointer); shared {
		ref.Object, err = s.decode(kv, data, nil)
		return err
	}
	_, err = s.decode(kv, data, out)
	return err
}

// decode decodes data into into, or, if that is nil, into a new object.
func (s *store) decode(kv *mvccpb.KeyValue, data []byte, into runtime.Object) (runtime.Object, error) {
	obj, _, err := s.codec.Decode(data, nil, into)
	if err == nil && into != nil && obj != into {
		err, obj = kinds.SetResult(into, obj), into
	}
	if err == nil {
		err = s.versioner.UpdateObject(obj, uint64(kv.ModRevision))
	}
	if err != nil {
		return nil, newCorruptObjError(kv, err)
	}
	return obj, nil
}

func newCorruptObjError(kv *mvccpb.KeyValue, err error) error {
	return &storage.Error{Err: fmt.Errorf("%w: %s: %w", storage.ErrCorrupt, kv.Key, err)}
}

// shallow returns a shallow copy of obj whose metadata can be set without changing obj. The copy is in out if out has
// the same type.
func shallow(obj, out runtime.Object) runtime.Object {
	if u, ok := obj.(*unstructured.Unstructured); ok {
		return shallowUnstructured(u)
	}
	obj = kinds.Unwrap(obj)
	src := reflect.ValueOf(obj)
	dst := reflect.ValueOf(out)
	if out == nil || dst.Type() != src.Type() || dst.IsNil() {
		dst = reflect.New(src.Type().Elem())
	}
	dst.Elem().Set(src.Elem())
	return dst.Interface().(runtime.Object)
}

// shallowUnstructured copies the two maps on the path to the resource version.
func shallowUnstructured(u *unstructured.Unstructured) runtime.Object {
	fields := make(map[string]any, len(u.Object))
	for name, value := range u.Object {
		fields[name] = value
	}
	if old, ok := fields["metadata"].(map[string]any); ok {
		metadata := make(map[string]any, len(old)+1)
		for name, value := range old {
			metadata[name] = value
		}
		fields["metadata"] = metadata
	}
	return &unstructured.Unstructured{Object: fields}
}
