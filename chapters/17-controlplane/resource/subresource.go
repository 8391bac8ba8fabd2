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

// SubresourceREST is a subresource that returns the whole object and changes a part of it: the resource's Store with
// another strategy. Upstream: the StatusREST, ResizeREST, EphemeralContainersREST of each resource.
type SubresourceREST struct{ store *registry.Store }

var _ rest.Patcher = (*SubresourceREST)(nil)

// NewSubresourceREST returns a subresource of s whose updates use the strategy.
func NewSubresourceREST(s *registry.Store, strategy registry.Strategy) *SubresourceREST {
	own := *s
	own.Strategy = strategy
	own.BeginUpdate = nil // allocations follow the spec, which a subresource does not change
	return &SubresourceREST{&own}
}

// New returns an empty object of the resource's kind.
func (r *SubresourceREST) New() runtime.Object { return r.store.New() }

// Destroy does nothing: the resource destroys the Store.
func (r *SubresourceREST) Destroy() {}

// Get returns the whole object.
func (r *SubresourceREST) Get(ctx context.Context, name string, options *metav1.GetOptions) (runtime.Object, error) {
	return r.store.Get(ctx, name, options)
}

// Update changes the subresource's part of the object; it never creates.
func (r *SubresourceREST) Update(ctx context.Context, name string, update *rest.Update) (runtime.Object, bool, error) {
	only := *update
	only.AllowCreate = false
	return r.store.Update(ctx, name, &only)
}

// GetResetFields returns the fields that the subresource does not change.
func (r *SubresourceREST) GetResetFields() rest.ResetFields { return r.store.GetResetFields() }

// ConvertToTable returns the table of the resource.
func (r *SubresourceREST) ConvertToTable(ctx context.Context, obj, options runtime.Object) (*metav1.Table, error) {
	return r.store.ConvertToTable(ctx, obj, options)
}

// replace sets *to to *from; both have the same type.
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
