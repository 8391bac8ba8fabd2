package patch

import (
	"fmt"
	"reflect"
	"sync"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/structured-merge-diff/v6/fieldpath"
	"sigs.k8s.io/structured-merge-diff/v6/merge"
	"sigs.k8s.io/structured-merge-diff/v6/typed"

	kinds "kubepath/chapters/02-kinds"
)

// TypeConverter turns objects into typed values and back. The schema of a typed value says how it merges: which lists have
// keys, which structs are atomic. The converter builds the schema of a kind from its Go type at the first use, since
// building all schemas would double the start time of the server. Upstream: managedfields.TypeConverter, over the OpenAPI
// models of all kinds.
type TypeConverter struct {
	scheme  *runtime.Scheme
	markers markers
	types   sync.Map // schema.GroupVersionKind -> *typed.ParseableType
}

// NewTypeConverter returns a converter for the kinds of scheme.
func NewTypeConverter(scheme *runtime.Scheme) *TypeConverter {
	return &TypeConverter{scheme: scheme, markers: readMarkers()}
}

// ObjectToTyped returns obj as a typed value. A field that the kind does not have is an error.
func (c *TypeConverter) ObjectToTyped(obj runtime.Object, opts ...typed.ValidationOptions) (*typed.TypedValue, error) {
	kind, err := c.Type(obj.GetObjectKind().GroupVersionKind())
	if err != nil {
		return nil, err
	}
	if u, ok := obj.(*unstructured.Unstructured); ok {
		return kind.FromUnstructured(u.Object, opts...)
	}
	return kind.FromStructured(obj, opts...)
}

// TypedToObject returns a typed value as an unstructured object.
func (c *TypeConverter) TypedToObject(value *typed.TypedValue) (runtime.Object, error) {
	switch fields := value.AsValue().Unstructured().(type) {
	case map[string]any:
		return &unstructured.Unstructured{Object: fields}, nil
	default:
		return nil, fmt.Errorf("failed to convert value to unstructured for type %T", fields)
	}
}

// Type returns the schema of a kind and the reference to it. For a kind that is not in the scheme,
// runtime.IsNotRegisteredError reports true of the error.
func (c *TypeConverter) Type(kind schema.GroupVersionKind) (*typed.ParseableType, error) {
	if known, ok := c.types.Load(kind); ok {
		return known.(*typed.ParseableType), nil
	}
	obj, err := c.scheme.New(kind)
	if err != nil {
		return nil, err
	}
	b := newSchemaBuilder(c.markers)
	built := &typed.ParseableType{TypeRef: b.typeRef(reflect.TypeOf(obj).Elem()), Schema: b.schema}
	known, _ := c.types.LoadOrStore(kind, built)
	return known.(*typed.ParseableType), nil
}

// versionConverter converts typed values between the versions of their kind: the set of a manager is in the version of its
// last write. Upstream: versionConverter.
type versionConverter struct {
	types   *TypeConverter
	objects objectConverter
	hub     schema.GroupVersion
}

var _ merge.Converter = versionConverter{}

// Convert converts by way of the hub version.
func (c versionConverter) Convert(value *typed.TypedValue, version fieldpath.APIVersion) (*typed.TypedValue, error) {
	if has, ok := value.AsValue().AsMap().Get("apiVersion"); ok && has.IsString() && has.AsString() == string(version) {
		return value, nil
	}
	target, err := schema.ParseGroupVersion(string(version))
	if err != nil {
		return value, err
	}
	obj, err := c.types.TypedToObject(value)
	if err != nil {
		return value, err
	}
	from := obj.GetObjectKind().GroupVersionKind()
	hub, err := c.objects.ConvertToVersion(obj, schema.GroupVersion{Group: from.Group, Version: c.hub.Version})
	if err != nil {
		return value, err
	}
	converted, err := c.objects.ConvertToVersion(hub, target)
	if err != nil {
		return value, err
	}
	return c.types.ObjectToTyped(converted)
}

// IsMissingVersionError reports a version that is no longer served. The managers that wrote in it are dropped.
func (c versionConverter) IsMissingVersionError(err error) bool {
	return runtime.IsNotRegisteredError(err)
}

// objectConverter converts objects between the versions of their kind, with the codecs of chapter 2.
type objectConverter struct{ codecs *kinds.Codecs }

// ConvertToVersion converts an object to a version of its kind. An unstructured object gets its Go type. An object that
// already has the version is normalized, like a stored one; any other is only read.
func (c objectConverter) ConvertToVersion(in runtime.Object, version schema.GroupVersion) (runtime.Object, error) {
	from, err := c.kind(in)
	if err != nil {
		return nil, err
	}
	to := version.WithKind(from.Kind)
	u, isUnstructured := in.(runtime.Unstructured)
	if isUnstructured {
		if in, err = c.structured(u, from); err != nil {
			return nil, err
		}
	}
	switch {
	case from == to && (isUnstructured || c.codecs.Converter == nil):
		return withKind(in, to), nil
	case from == to:
		return withKind(in, to), c.codecs.Converter.Normalize(in)
	case c.codecs.Converter == nil || !c.codecs.Scheme.Recognizes(to):
		return nil, runtime.NewNotRegisteredErrForKind(c.codecs.Scheme.Name(), to)
	}
	out, err := c.codecs.Converter.Convert(withKind(in, from), to)
	if err != nil {
		return nil, err
	}
	return withKind(out, to), nil
}

// kind returns the kind that an object names, or else that of its Go type.
func (c objectConverter) kind(obj runtime.Object) (schema.GroupVersionKind, error) {
	if kind := obj.GetObjectKind().GroupVersionKind(); !kind.Empty() {
		return kind, nil
	}
	known, _, err := c.codecs.Scheme.ObjectKinds(obj)
	if err != nil {
		return schema.GroupVersionKind{}, err
	}
	return known[0], nil
}

func (c objectConverter) structured(u runtime.Unstructured, kind schema.GroupVersionKind) (runtime.Object, error) {
	obj, err := c.codecs.Scheme.New(kind)
	if err != nil {
		return nil, err
	}
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(u.UnstructuredContent(), obj); err != nil {
		return nil, fmt.Errorf("unable to convert unstructured object to %v: %v", kind, err)
	}
	return obj, nil
}

// withKind returns obj with apiVersion and kind set: obj itself, or a shallow copy.
func withKind(obj runtime.Object, kind schema.GroupVersionKind) runtime.Object {
	if obj.GetObjectKind().GroupVersionKind() == kind {
		return obj
	}
	named := reflect.New(reflect.TypeOf(obj).Elem())
	named.Elem().Set(reflect.ValueOf(obj).Elem())
	obj = named.Interface().(runtime.Object)
	obj.GetObjectKind().SetGroupVersionKind(kind)
	return obj
}
