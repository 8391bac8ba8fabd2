package patch

import (
	"fmt"
	"reflect"
	"sync"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/managedfields"
	smd "sigs.k8s.io/structured-merge-diff/v6/schema"
	"sigs.k8s.io/structured-merge-diff/v6/typed"
)

// shapes knows of each kind how its objects merge: which lists have keys, which structs are one value. It learns a kind
// from its Go type when the first object comes, since to learn all takes as long as to start the server.
// Upstream: managedfields.NewTypeConverter over the OpenAPI models of all kinds.
type shapes struct {
	scheme *runtime.Scheme
	merges merges
	known  sync.Map // schema.GroupVersionKind -> *typed.ParseableType
}

var _ managedfields.TypeConverter = (*shapes)(nil)

func newShapes(scheme *runtime.Scheme) *shapes { return &shapes{scheme: scheme, merges: readMerges()} }

// ObjectToTyped is obj with its type. A field that the kind does not have is an error.
func (s *shapes) ObjectToTyped(obj runtime.Object, opts ...typed.ValidationOptions) (*typed.TypedValue, error) {
	kind, err := s.kind(obj.GetObjectKind().GroupVersionKind())
	if err != nil {
		return nil, err
	}
	if u, ok := obj.(*unstructured.Unstructured); ok {
		return kind.FromUnstructured(u.Object, opts...)
	}
	return kind.FromStructured(obj, opts...)
}

// TypedToObject is the way back, to an unstructured object.
func (s *shapes) TypedToObject(value *typed.TypedValue) (runtime.Object, error) {
	switch fields := value.AsValue().Unstructured().(type) {
	case map[string]any:
		return &unstructured.Unstructured{Object: fields}, nil
	default:
		return nil, fmt.Errorf("failed to convert value to unstructured for type %T", fields)
	}
}

// plan is how to compare objects of a kind; nil where Go does not tell.
func (s *shapes) plan(kind schema.GroupVersionKind) *plan {
	learned, err := s.kind(kind)
	if err != nil {
		return nil
	}
	obj, err := s.scheme.New(kind)
	if err != nil {
		return nil
	}
	p := &planning{schema: learned.Schema, known: map[reflect.Type]*plan{}}
	made := p.of(reflect.TypeOf(obj), learned.TypeRef)
	if p.failed {
		return nil
	}
	return made
}

func (s *shapes) kind(kind schema.GroupVersionKind) (*typed.ParseableType, error) {
	if known, ok := s.known.Load(kind); ok {
		return known.(*typed.ParseableType), nil
	}
	obj, err := s.scheme.New(kind)
	if err != nil {
		return nil, err
	}
	l := &learning{merges: s.merges, schema: &smd.Schema{Types: untyped()}, learned: map[reflect.Type]smd.TypeRef{}}
	learned := &typed.ParseableType{TypeRef: l.learn(reflect.TypeOf(obj).Elem()), Schema: l.schema}
	known, _ := s.known.LoadOrStore(kind, learned)
	return known.(*typed.ParseableType), nil
}
