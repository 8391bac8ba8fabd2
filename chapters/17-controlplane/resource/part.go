package resource

import (
	"context"
	"reflect"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	rest "kubepath/chapters/04-rest"
	registry "kubepath/chapters/06-registry"
)

// Part is a subresource that shows the whole object and changes a part of it: the resource's own Store under another
// strategy. Upstream: the StatusREST of each resource.
type Part struct{ store *registry.Store }

var _ rest.Patcher = (*Part)(nil)

// NewPart makes the part of a resource for which strategy answers.
func NewPart(s *registry.Store, strategy registry.Strategy) *Part {
	own := *s
	own.Strategy = strategy
	own.BeginUpdate = nil // allocations follow the spec, which a part does not change
	return &Part{&own}
}

// New returns an empty object of the resource's kind.
func (p *Part) New() runtime.Object { return p.store.New() }

// Destroy has nothing to end: the Store is the resource's.
func (p *Part) Destroy() {}

// Get reads the whole object.
func (p *Part) Get(ctx context.Context, name string, options *metav1.GetOptions) (runtime.Object, error) {
	return p.store.Get(ctx, name, options)
}

// Update changes the part; it never creates.
func (p *Part) Update(ctx context.Context, name string, update *rest.Update) (runtime.Object, bool, error) {
	only := *update
	only.AllowCreate = false
	return p.store.Update(ctx, name, &only)
}

// GetResetFields are the fields that are not of this part.
func (p *Part) GetResetFields() rest.ResetFields { return p.store.GetResetFields() }

// ConvertToTable shows the object as the resource does.
func (p *Part) ConvertToTable(ctx context.Context, obj, options runtime.Object) (*metav1.Table, error) {
	return p.store.ConvertToTable(ctx, obj, options)
}

// replace copies what from points to into what to points to; both have the same type.
func replace(to, from any) { reflect.ValueOf(to).Elem().Set(reflect.ValueOf(from).Elem()) }

func generation(obj runtime.Object) int64 {
	object, err := meta.Accessor(obj)
	if err != nil {
		return 0
	}
	return object.GetGeneration()
}

func setGeneration(obj runtime.Object, n int64) {
	if object, err := meta.Accessor(obj); err == nil {
		object.SetGeneration(n)
	}
}
