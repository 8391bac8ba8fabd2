package patch

import (
	"fmt"
	"reflect"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	kinds "kubepath/chapters/02-kinds"
)

// converter gives the codecs of chapter 2 the interface by which managedfields asks for an object in another version:
// owners keep their accounts in the version in which they wrote.
type converter struct{ codecs *kinds.Codecs }

var _ runtime.ObjectConvertor = converter{}

// ConvertToVersion returns in, of any version, in the version of target, under whose name it then goes. What is
// unstructured gets its Go type, no more; what has its version already is normalized, as what is stored is. All else is
// only read.
func (c converter) ConvertToVersion(in runtime.Object, target runtime.GroupVersioner) (runtime.Object, error) {
	version, ok := target.(schema.GroupVersion)
	if !ok {
		return nil, fmt.Errorf("cannot convert to %v: not one version", target)
	}
	from, err := c.kind(in)
	if err != nil {
		return nil, err
	}
	to := version.WithKind(from.Kind)
	u, untyped := in.(runtime.Unstructured)
	if untyped {
		if in, err = c.typed(u, from); err != nil {
			return nil, err
		}
	}
	switch {
	case from == to && (untyped || c.codecs.Converter == nil):
		return under(in, to), nil
	case from == to:
		return under(in, to), c.codecs.Converter.Normalize(in)
	case c.codecs.Converter == nil || !c.codecs.Scheme.Recognizes(to):
		return nil, runtime.NewNotRegisteredErrForKind(c.codecs.Scheme.Name(), to)
	}
	out, err := c.codecs.Converter.Convert(under(in, from), to)
	if err != nil {
		return nil, err
	}
	return under(out, to), nil
}

// kind is the one that an object has; an empty one tells by its Go type.
func (c converter) kind(obj runtime.Object) (schema.GroupVersionKind, error) {
	if kind := obj.GetObjectKind().GroupVersionKind(); !kind.Empty() {
		return kind, nil
	}
	known, _, err := c.codecs.Scheme.ObjectKinds(obj)
	if err != nil {
		return schema.GroupVersionKind{}, err
	}
	return known[0], nil
}

func (c converter) typed(u runtime.Unstructured, kind schema.GroupVersionKind) (runtime.Object, error) {
	obj, err := c.codecs.Scheme.New(kind)
	if err != nil {
		return nil, err
	}
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(u.UnstructuredContent(), obj); err != nil {
		return nil, fmt.Errorf("unable to convert unstructured object to %v: %v", kind, err)
	}
	return obj, nil
}

// under is obj with the name of its kind: itself, or a shallow copy.
func under(obj runtime.Object, kind schema.GroupVersionKind) runtime.Object {
	if obj.GetObjectKind().GroupVersionKind() == kind {
		return obj
	}
	named := reflect.New(reflect.TypeOf(obj).Elem())
	named.Elem().Set(reflect.ValueOf(obj).Elem())
	obj = named.Interface().(runtime.Object)
	obj.GetObjectKind().SetGroupVersionKind(kind)
	return obj
}

// Convert is not asked for.
func (c converter) Convert(in, out, _ any) error {
	return fmt.Errorf("no conversion of %T to %T", in, out)
}

// ConvertFieldLabel is not asked for.
func (c converter) ConvertFieldLabel(kind schema.GroupVersionKind, label, value string) (string, string, error) {
	return c.codecs.Scheme.ConvertFieldLabel(kind, label, value)
}

// empty is a new object of obj's Go type and kind.
func empty(obj runtime.Object) runtime.Object {
	none := reflect.New(reflect.TypeOf(obj).Elem()).Interface().(runtime.Object)
	none.GetObjectKind().SetGroupVersionKind(obj.GetObjectKind().GroupVersionKind())
	return none
}
