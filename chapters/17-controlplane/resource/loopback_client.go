package resource

import (
	"context"
	"errors"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"

	rest "kubepath/chapters/04-rest"
	registry "kubepath/chapters/06-registry"
)

// serverManager is the field manager of objects that the server writes itself. Upstream: the user agent of
// kube-apiserver's loopback client.
const serverManager = "kube-apiserver"

// LoopbackClient is a client with which the server writes objects to its own Store, as the manager of the fields. Reads
// and deletes use the Store directly. Upstream: the loopback client, which sends requests to its own server.
type LoopbackClient struct {
	*registry.Store
	fields  rest.FieldManager // nil: fields are not managed
	manager string
}

// LoopbackClient returns a client for a Store, or for a subresource whose strategy the Store has.
func (deps *Dependencies) LoopbackClient(s *registry.Store, subresource string) LoopbackClient {
	if deps.NewFieldManager == nil {
		return LoopbackClient{Store: s}
	}
	return LoopbackClient{s, deps.NewFieldManager(&rest.RequestScope{Kind: s.Kind, Storage: s, Subresource: subresource}), serverManager}
}

// WithFieldManager returns a client with another name as field manager.
func (c LoopbackClient) WithFieldManager(manager string) LoopbackClient {
	c.manager = manager
	return c
}

// Create stores a new object, whose defaults must be set.
func (c LoopbackClient) Create(ctx context.Context, obj runtime.Object, options *rest.CreateOptions) (runtime.Object, error) {
	return c.Store.Create(ctx, c.managed(nil, obj), options)
}

// Update is Store.Update; the client becomes the manager of the fields that update.Mutate changes.
func (c LoopbackClient) Update(ctx context.Context, name string, update *rest.Update) (runtime.Object, bool, error) {
	managed := *update
	managed.Mutate = func(ctx context.Context, old runtime.Object) (runtime.Object, error) {
		live := old.DeepCopyObject()
		obj, err := update.Mutate(ctx, old)
		if err != nil {
			return nil, err
		}
		return c.managed(live, obj), nil
	}
	return c.Store.Update(ctx, name, &managed)
}

// Apply applies fields (decoded JSON without kind and name) to the object called name, and takes them from other managers
// (force).
func (c LoopbackClient) Apply(ctx context.Context, name string, fields map[string]any) error {
	if c.fields == nil {
		return errors.New("apply needs a field manager")
	}
	_, _, err := c.Store.Update(ctx, name, &rest.Update{Mutate: func(_ context.Context, old runtime.Object) (runtime.Object, error) {
		patch := &unstructured.Unstructured{Object: runtime.DeepCopyJSON(fields)}
		patch.SetGroupVersionKind(c.Kind)
		patch.SetName(name)
		return c.fields.Apply(old, patch, c.manager, true)
	}})
	return err
}

func (c LoopbackClient) managed(live, obj runtime.Object) runtime.Object {
	if c.fields == nil {
		return obj
	}
	return c.fields.UpdateNoErrors(live, obj, c.manager)
}
