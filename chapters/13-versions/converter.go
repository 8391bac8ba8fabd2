package versions

import (
	"fmt"
	"reflect"
	"slices"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	kinds "kubepath/chapters/02-kinds"
)

// Converter converts between the versions of kinds that have more than one. One version of each kind is the hub, which
// the server works with; each other version is converted to the hub and back. For n versions that takes n-1 pairs of
// functions, not n*(n-1): no served version is converted to another one directly. Upstream: the internal version of
// each group, and the generated Convert functions.
type Converter struct {
	scheme *runtime.Scheme
	served map[schema.GroupVersionKind]*conversion
	types  map[reflect.Type]*conversion // by the served Go type
}

var _ kinds.Converter = (*Converter)(nil)

// NewConverter returns a converter with all conversions. Kinds with one version need none.
func NewConverter(scheme *runtime.Scheme) *Converter {
	t := &Converter{scheme: scheme, served: map[schema.GroupVersionKind]*conversion{}, types: map[reflect.Type]*conversion{}}
	for _, c := range slices.Concat(autoscalerConversions, eventConversions, removedVersionConversions, storageOnlyConversions) {
		t.served[c.served] = &c
		t.types[c.servedType] = &c
	}
	return t
}

// Hub returns the version that the server works with: served itself if the kind has one version.
func (t *Converter) Hub(served schema.GroupVersionKind) schema.GroupVersionKind {
	if c, ok := t.served[served]; ok {
		return c.hub
	}
	return served
}

// Convert returns obj as target. The result is a new object that shares memory with obj: neither may be changed while
// the other is in use. An object that has target's type already is returned itself.
func (t *Converter) Convert(obj runtime.Object, target schema.GroupVersionKind) (runtime.Object, error) {
	if _, ok := obj.(runtime.Unstructured); ok {
		return obj, nil // custom resources have their own converter
	}
	have := reflect.TypeOf(obj)
	to, from := t.served[target], t.types[have]
	switch {
	case to != nil && have == to.servedType:
		return obj, nil
	case to != nil && have == to.hubType:
		return to.fromHub(obj)
	case to != nil && from != nil && from.hub == to.hub:
		hub, err := from.toHub(obj)
		if err != nil {
			return nil, err
		}
		return to.fromHub(hub)
	case from != nil && from.hub == target:
		return from.toHub(obj)
	}
	return obj, t.check(obj, target)
}

// check fails for an object whose type is not target's.
func (t *Converter) check(obj runtime.Object, target schema.GroupVersionKind) error {
	known, unversioned, err := t.scheme.ObjectKinds(obj)
	if err != nil || unversioned || slices.Contains(known, target) {
		return err
	}
	return fmt.Errorf("%T is not a %s in version %q", obj, target.Kind, target.GroupVersion())
}

// conversion is one row: the functions from a served version to the hub and back.
type conversion struct {
	served, hub         schema.GroupVersionKind
	servedType, hubType reflect.Type
	toHub, fromHub      func(runtime.Object) (runtime.Object, error)
}

// newConversion returns the row of a kind; toHub and fromHub convert the fields.
func newConversion[S, H any, PS object[S], PH object[H]](
	served, hub schema.GroupVersionKind, toHub func(PS) (PH, error), fromHub func(PH) (PS, error),
) conversion {
	return conversion{
		served: served, hub: hub, servedType: reflect.TypeFor[PS](), hubType: reflect.TypeFor[PH](),
		toHub: func(obj runtime.Object) (runtime.Object, error) {
			made, err := toHub(obj.(PS))
			return withKind(made, err, hub)
		},
		fromHub: func(obj runtime.Object) (runtime.Object, error) {
			made, err := fromHub(obj.(PH))
			return withKind(made, err, served)
		},
	}
}

// withKind sets apiVersion and kind of a converted object.
func withKind(made runtime.Object, err error, kind schema.GroupVersionKind) (runtime.Object, error) {
	if err != nil {
		return nil, err
	}
	made.GetObjectKind().SetGroupVersionKind(kind)
	return made, nil
}
