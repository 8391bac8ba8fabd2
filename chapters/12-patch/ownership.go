package patch

import (
	"sync"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/managedfields"

	kinds "kubepath/chapters/02-kinds"
	rest "kubepath/chapters/04-rest"
)

// Ownership returns what makes an account of each endpoint's objects: a server's Config.NewFieldManager.
func Ownership(codecs *kinds.Codecs) func(*rest.RequestScope) rest.FieldManager {
	shapes := sync.OnceValue(func() *shapes { return newShapes(codecs.Scheme) })
	return func(e *rest.RequestScope) rest.FieldManager {
		a := account{kind: e.Kind, subresource: e.Subresource, codecs: codecs}
		if resetter, ok := rest.As[rest.ResetFieldsStrategy](e.Storage); ok {
			a.reset = resetter.GetResetFields()
		}
		return &ownership{
			shortcut: a.shortcut(shapes),
			manager:  sync.OnceValues(func() (*managedfields.FieldManager, error) { return a.open(shapes()) }),
		}
	}
}

// account is what an endpoint's field manager is made from.
type account struct {
	kind        schema.GroupVersionKind
	subresource string
	codecs      *kinds.Codecs
	reset       rest.ResetFields
}

func (a account) open(shapes *shapes) (*managedfields.FieldManager, error) {
	hub := a.kind
	if a.codecs.Converter != nil {
		hub = a.codecs.Converter.Hub(a.kind)
	}
	return managedfields.NewDefaultFieldManager(shapes, converter{a.codecs}, a.codecs.Scheme, a.codecs.Scheme,
		a.kind, hub.GroupVersion(), a.subresource, filters(a.reset, a.codecs.Scheme.VersionsForGroupKind(a.kind.GroupKind())))
}

// ownership is the account of one endpoint's objects, kept by apimachinery's field manager.
type ownership struct {
	shortcut *shortcut
	manager  func() (*managedfields.FieldManager, error) // made when it is needed first
}

var _ rest.FieldManager = (*ownership)(nil)

// UpdateNoErrors carries the account on. What cannot be accounted for keeps the account that it had.
func (o *ownership) UpdateNoErrors(live, obj runtime.Object, manager string) runtime.Object {
	if live == nil {
		live = empty(obj)
	}
	if o.shortcut.update(live, obj, manager) {
		return obj
	}
	return o.updateLong(live, obj, manager)
}

// updateLong has the library do it.
func (o *ownership) updateLong(live, obj runtime.Object, manager string) runtime.Object {
	m, err := o.manager()
	if err != nil {
		return obj
	}
	return m.UpdateNoErrors(live, obj, manager)
}

// Apply merges the patch into live.
func (o *ownership) Apply(live runtime.Object, patch *unstructured.Unstructured, manager string, force bool) (runtime.Object, error) {
	if obj := o.shortcut.again(live, patch.Object, manager); obj != nil {
		return obj, nil
	}
	m, err := o.manager()
	if err != nil {
		return nil, err
	}
	return m.Apply(live, patch, manager, force)
}
