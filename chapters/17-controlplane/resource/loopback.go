package resource

import (
	"context"
	"errors"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"

	rest "kubepath/chapters/04-rest"
	registry "kubepath/chapters/06-registry"
)

// serverManager is the name under which the server manages the fields that it writes itself. Upstream: the user agent of
// kube-apiserver's loopback client.
const serverManager = "kube-apiserver"

// Loopback is the server as a client of itself: what it creates and updates through a Loopback has the server as the
// manager of its fields. It can do with the Store all else directly. Upstream: the loopback client, which sends requests
// to the server that it is in.
type Loopback struct {
	*registry.Store
	fields  rest.FieldManager // nil: nobody manages fields
	manager string
}

// Loopback writes to a Store, or to the subresource that the Store's strategy is that of.
func (p *Parts) Loopback(s *registry.Store, subresource string) Loopback {
	if p.NewFieldManager == nil {
		return Loopback{Store: s}
	}
	return Loopback{s, p.NewFieldManager(&rest.RequestScope{Kind: s.Kind, Storage: s, Subresource: subresource}), serverManager}
}

// As is the Loopback of a part of the server that manages fields under a name of its own.
func (l Loopback) As(manager string) Loopback {
	l.manager = manager
	return l
}

// Create stores a new object, which is complete: its defaults are set.
func (l Loopback) Create(ctx context.Context, obj runtime.Object, options *rest.CreateOptions) (runtime.Object, error) {
	return l.Store.Create(ctx, l.managed(nil, obj), options)
}

// Update is the Store's; the server manages what update.Mutate changes.
func (l Loopback) Update(ctx context.Context, name string, update *rest.Update) (runtime.Object, bool, error) {
	managed := *update
	managed.Mutate = func(ctx context.Context, old runtime.Object) (runtime.Object, error) {
		live := old.DeepCopyObject()
		obj, err := update.Mutate(ctx, old)
		if err != nil {
			return nil, err
		}
		return l.managed(live, obj), nil
	}
	return l.Store.Update(ctx, name, &managed)
}

// Apply applies fields (as JSON has them, without names and kind) to the object called name, and takes them from
// whoever manages them.
func (l Loopback) Apply(ctx context.Context, name string, fields map[string]any) error {
	if l.fields == nil {
		return errors.New("nobody manages fields: apply cannot work")
	}
	_, _, err := l.Store.Update(ctx, name, &rest.Update{Mutate: func(_ context.Context, old runtime.Object) (runtime.Object, error) {
		patch := &unstructured.Unstructured{Object: runtime.DeepCopyJSON(fields)}
		patch.SetGroupVersionKind(l.Kind)
		patch.SetName(name)
		return l.fields.Apply(old, patch, l.manager, true)
	}})
	return err
}

func (l Loopback) managed(live, obj runtime.Object) runtime.Object {
	if l.fields == nil {
		return obj
	}
	return l.fields.UpdateNoErrors(live, obj, l.manager)
}
