package patch

import (
	"sync"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/managedfields"
	"sigs.k8s.io/structured-merge-diff/v6/fieldpath"

	kinds "kubepath/chapters/02-kinds"
	rest "kubepath/chapters/04-rest"
)

// Ownership returns what makes an account of each endpoint's objects: a server's Config.Ownership.
func Ownership(codecs *kinds.Codecs) func(*rest.Endpoint) rest.Ownership {
	shapes := sync.OnceValue(func() *shapes { return newShapes(codecs.Scheme) })
	return func(e *rest.Endpoint) rest.Ownership {
		a := account{kind: e.Kind, subresource: e.Subresource, codecs: codecs, reset: resets(e, codecs.Scheme)}
		return &ownership{manager: sync.OnceValues(func() (*managedfields.FieldManager, error) { return a.open(shapes()) })}
	}
}

// account is what an endpoint's field manager is made from.
type account struct {
	kind        schema.GroupVersionKind
	subresource string
	codecs      *kinds.Codecs
	reset       map[fieldpath.APIVersion]fieldpath.Filter
}

func (a account) open(shapes *shapes) (*managedfields.FieldManager, error) {
	hub := a.kind
	if a.codecs.Versions != nil {
		hub = a.codecs.Versions.Hub(a.kind)
	}
	return managedfields.NewDefaultFieldManager(shapes, converter{a.codecs}, a.codecs.Scheme, a.codecs.Scheme,
		a.kind, hub.GroupVersion(), a.subresource, a.reset)
}

// ownership is the account of one endpoint's objects, kept by apimachinery's field manager.
type ownership struct {
	manager func() (*managedfields.FieldManager, error) // made when it is needed first
}

var _ rest.Ownership = (*ownership)(nil)

// Update carries the account on. What cannot be accounted for keeps the account that it had.
func (o *ownership) Update(live, obj runtime.Object, manager string) runtime.Object {
	m, err := o.manager()
	if err != nil {
		return obj
	}
	if live == nil {
		live = empty(obj)
	}
	return m.UpdateNoErrors(live, obj, manager)
}

// Apply merges the patch into live.
func (o *ownership) Apply(live runtime.Object, patch *unstructured.Unstructured, manager string, force bool) (runtime.Object, error) {
	m, err := o.manager()
	if err != nil {
		return nil, err
	}
	return m.Apply(live, patch, manager, force)
}
