package exercise

import (
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// Reader makes objects of JSON.
type Reader struct {
	Scheme *runtime.Scheme // knows the Go type of every kind
	Strict bool            // unknown and repeated fields are reported
}

// Read returns the object that data holds, and its kind. implied is the kind that the path stands for, for what data
// does not say.
func (r *Reader) Read(data []byte, implied schema.GroupVersionKind) (runtime.Object, schema.GroupVersionKind, error) {
	kind, err := kindNamedBy(data)
	if err != nil {
		return nil, schema.GroupVersionKind{}, err
	}
	kind = complete(kind, implied)
	obj, err := r.Scheme.New(kind)
	if err != nil {
		return nil, kind, err
	}
	complaints, err := readFields(data, obj)
	switch {
	case err != nil:
		return nil, kind, err
	case r.Strict && len(complaints) > 0:
		return obj, kind, runtime.NewStrictDecodingError(complaints)
	}
	return obj, kind, nil
}

// complete takes from implied what the body did not name.
func complete(kind, implied schema.GroupVersionKind) schema.GroupVersionKind {
	if implied.Empty() {
		return kind
	}
	return implied
}
