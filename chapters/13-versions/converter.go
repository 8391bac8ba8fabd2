package versions

import (
	"fmt"
	"reflect"
	"slices"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	kinds "kubepath/chapters/02-kinds"
)

// Converter knows every kind that is served in more than one version: which of them is the hub, in which the server works,
// and the way from each of the others to it and back. With n versions there are n-1 ways each way, not n*n: a served
// version never turns into another one directly. Upstream: the internal version of each group, and the generated
// Convert functions.
type Converter struct {
	scheme *runtime.Scheme
	served map[schema.GroupVersionKind]*conversion
	types  map[reflect.Type]*conversion // by the served Go type
}

var _ kinds.Converter = (*Converter)(nil)

// NewConverter returns the table of all conversions. The kinds of one version are not in it.
func NewConverter(scheme *runtime.Scheme) *Converter {
	t := &Converter{scheme: scheme, served: map[schema.GroupVersionKind]*conversion{}, types: map[reflect.Type]*conversion{}}
	for _, c := range slices.Concat(autoscalerConversions, eventConversions, oldConversions, earlyConversions) {
		t.served[c.served] = &c
		t.types[c.servedType] = &c
	}
	return t
}

// Hub is the version that the server works with; the served one itself where there is no other.
func (t *Converter) Hub(served schema.GroupVersionKind) schema.GroupVersionKind {
	if c, ok := t.served[served]; ok {
		return c.hub
	}
	return served
}

// Convert returns obj as target. The result is new, but shares what it can with obj: neither may be changed while the
// other is in use. An object that is of target's type already is returned as it is.
func (t *Converter) Convert(obj runtime.Object, target schema.GroupVersionKind) (runtime.Object, error) {
	if _, ok := obj.(runtime.Unstructured); ok {
		return obj, nil // a custom resource: its own table converts it
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

// conversion is one row: the way from a served version to the hub, and back.
type conversion struct {
	served, hub         schema.GroupVersionKind
	servedType, hubType reflect.Type
	toHub, fromHub      func(runtime.Object) (runtime.Object, error)
}

// between makes the row of a kind from the two functions that know its fields; names and types it finds itself.
func between[S, H any, PS object[S], PH object[H]](
	served, hub schema.GroupVersionKind, toHub func(PS) (PH, error), fromHub func(PH) (PS, error),
) conversion {
	return conversion{
		served: served, hub: hub, servedType: reflect.TypeFor[PS](), hubType: reflect.TypeFor[PH](),
		toHub: func(obj runtime.Object) (runtime.Object, error) {
			made, err := toHub(obj.(PS))
			return named(made, err, hub)
		},
		fromHub: func(obj runtime.Object) (runtime.Object, error) {
			made, err := fromHub(obj.(PH))
			return named(made, err, served)
		},
	}
}

// named has a converted object say what it is now.
func named(made runtime.Object, err error, kind schema.GroupVersionKind) (runtime.Object, error) {
	if err != nil {
		return nil, err
	}
	made.GetObjectKind().SetGroupVersionKind(kind)
	return made, nil
}
