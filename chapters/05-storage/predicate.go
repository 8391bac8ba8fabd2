package storage

import (
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
)

// AttrFunc returns what selectors of a resource can see of an object. Upstream: storage.AttrFunc.
type AttrFunc func(obj runtime.Object) (labels.Set, fields.Set, error)

// SelectionPredicate says which objects a list or watch wants, and how many at a time. The zero value wants all.
// Upstream: storage.SelectionPredicate.
type SelectionPredicate struct {
	Label    labels.Selector // nil: everything
	Field    fields.Selector // nil: everything
	GetAttrs AttrFunc        // nil: labels, metadata.name and metadata.namespace
	Limit    int64           // 0: no limit
	Continue string
	// AllowWatchBookmarks: the watcher understands BOOKMARK events.
	AllowWatchBookmarks bool
}

// Empty reports whether the predicate wants every object.
func (p SelectionPredicate) Empty() bool {
	return (p.Label == nil || p.Label.Empty()) && (p.Field == nil || p.Field.Empty())
}
