package storage

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
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

// RemainingItemCount is a list's remainingItemCount where rest keys follow its last item: nil, unknown, with a selector, which may
// not want all of them.
func (p SelectionPredicate) RemainingItemCount(rest int) *int64 {
	if !p.Empty() {
		return nil
	}
	count := int64(rest)
	return &count
}

// Matches reports whether the predicate wants obj. Upstream: SelectionPredicate.Matches.
func (p SelectionPredicate) Matches(obj runtime.Object) (bool, error) {
	if p.Empty() {
		return true, nil
	}
	if p.GetAttrs == nil {
		m, err := readOnlyMeta(obj)
		if err != nil {
			return false, err
		}
		return p.matchesLabels(m.GetLabels()) && (p.Field == nil || p.Field.Matches(metaFields{m})), nil
	}
	l, f, err := p.GetAttrs(obj)
	if err != nil {
		return false, err
	}
	return p.MatchesObjectAttributes(l, f), nil
}

// MatchesObjectAttributes is Matches for an object whose attributes are known. Upstream: MatchesObjectAttributes.
func (p SelectionPredicate) MatchesObjectAttributes(l labels.Set, f fields.Set) bool {
	return p.matchesLabels(l) && (p.Field == nil || p.Field.Matches(f))
}

func (p SelectionPredicate) matchesLabels(l labels.Set) bool {
	return p.Label == nil || p.Label.Matches(l)
}

// MatchesSingle is the name where the predicate wants the object of one name only (metadata.name=x), so that one
// key can be read in place of a whole prefix. Upstream: SelectionPredicate.MatchesSingle.
func (p SelectionPredicate) MatchesSingle() (string, bool) {
	if p.Continue != "" {
		return "", false
	}
	return p.requiresExactMatch("metadata.name")
}

// MatchesSingleNamespace is the namespace where the predicate wants objects of one namespace only.
// Upstream: SelectionPredicate.MatchesSingleNamespace.
func (p SelectionPredicate) MatchesSingleNamespace() (string, bool) {
	if p.Continue != "" {
		return "", false
	}
	return p.requiresExactMatch("metadata.namespace")
}

func (p SelectionPredicate) requiresExactMatch(field string) (string, bool) {
	if p.Field == nil {
		return "", false
	}
	return p.Field.RequiresExactMatch(field)
}

// DefaultAttrs lets selectors see labels, metadata.name and, of namespaced objects, metadata.namespace.
// Upstream: storage.DefaultNamespaceScopedAttr and DefaultClusterScopedAttr.
func DefaultAttrs(namespaced bool) AttrFunc {
	return func(obj runtime.Object) (labels.Set, fields.Set, error) {
		m, err := readOnlyMeta(obj)
		if err != nil {
			return nil, nil, err
		}
		set := fields.Set{"metadata.name": m.GetName()}
		if namespaced {
			set["metadata.namespace"] = m.GetNamespace()
		}
		return m.GetLabels(), set, nil
	}
}

// metaFields is what DefaultAttrs shows of an object, without a map for each object.
type metaFields struct{ metav1.Object }

var _ fields.Fields = metaFields{}

func (m metaFields) Has(field string) bool {
	return field == "metadata.name" || field == "metadata.namespace"
}

func (m metaFields) Get(field string) string {
	switch field {
	case "metadata.name":
		return m.GetName()
	case "metadata.namespace":
		return m.GetNamespace()
	}
	return ""
}

// MatchValue is one entry of an index: the objects whose attribute called Index has this Value.
// Upstream: storage.MatchValue.
type MatchValue struct{ IndexName, Value string }

// FieldIndex names the index over a field (spec.nodeName).
func FieldIndex(field string) string { return "f:" + field }

// LabelIndex names the index over a label.
func LabelIndex(label string) string { return "l:" + label }

// MatcherIndex lists, for the indexed fields and labels, the entries that the predicate requires: all that it wants is
// in each of them. None: the predicate needs a scan. Upstream: SelectionPredicate.MatcherIndex.
func (p SelectionPredicate) MatcherIndex(fieldNames, labelNames []string) []MatchValue {
	var found []MatchValue
	for _, field := range fieldNames {
		if value, ok := p.requiresExactMatch(field); ok {
			found = append(found, MatchValue{FieldIndex(field), value})
		}
	}
	if p.Label == nil {
		return found
	}
	for _, label := range labelNames {
		if value, ok := p.Label.RequiresExactMatch(label); ok {
			found = append(found, MatchValue{LabelIndex(label), value})
		}
	}
	return found
}
