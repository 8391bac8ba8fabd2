package storage

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
)

// AttrFunc returns the labels and fields of an object that selectors can match. Upstream: storage.AttrFunc.
type AttrFunc func(obj runtime.Object) (labels.Set, fields.Set, error)

// SelectionPredicate selects the objects of a list or watch, and limits the size of a page. The zero value selects all.
// Upstream: storage.SelectionPredicate.
type SelectionPredicate struct {
	Label    labels.Selector // nil: everything
	Field    fields.Selector // nil: everything
	GetAttrs AttrFunc        // nil: labels, metadata.name and metadata.namespace
	Limit    int64           // 0: no limit
	Continue string
	// AllowWatchBookmarks: the watcher accepts BOOKMARK events.
	AllowWatchBookmarks bool
}

// Empty reports whether the predicate selects every object.
func (p SelectionPredicate) Empty() bool {
	return (p.Label == nil || p.Label.Empty()) && (p.Field == nil || p.Field.Empty())
}

// RemainingItemCount returns a list's remainingItemCount if rest keys follow its last item. With a selector it returns
// nil (unknown), because some of them may not match.
func (p SelectionPredicate) RemainingItemCount(rest int) *int64 {
	if !p.Empty() {
		return nil
	}
	count := int64(rest)
	return &count
}

// Matches reports whether the predicate selects obj. Upstream: SelectionPredicate.Matches.
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

// MatchesObjectAttributes is Matches for the labels and fields of an object. Upstream: MatchesObjectAttributes.
func (p SelectionPredicate) MatchesObjectAttributes(l labels.Set, f fields.Set) bool {
	return p.matchesLabels(l) && (p.Field == nil || p.Field.Matches(f))
}

func (p SelectionPredicate) matchesLabels(l labels.Set) bool {
	return p.Label == nil || p.Label.Matches(l)
}

// MatchesSingle returns the name if the predicate selects one name only (metadata.name=x). One key can then be read
// instead of a whole prefix. Upstream: SelectionPredicate.MatchesSingle.
func (p SelectionPredicate) MatchesSingle() (string, bool) {
	if p.Continue != "" {
		return "", false
	}
	return p.requiresExactMatch("metadata.name")
}

// MatchesSingleNamespace returns the namespace if the predicate selects objects of one namespace only.
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

// DefaultAttrs returns an AttrFunc with the labels, metadata.name and, for namespaced objects, metadata.namespace.
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

// metaFields has the fields of DefaultAttrs, without a map for each object.
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

// MatchValue is one entry of an index: the objects whose value in the index IndexName is Value.
// Upstream: storage.MatchValue.
type MatchValue struct{ IndexName, Value string }

// FieldIndex returns the name of the index of a field (spec.nodeName).
func FieldIndex(field string) string { return "f:" + field }

// LabelIndex returns the name of the index of a label.
func LabelIndex(label string) string { return "l:" + label }

// MatcherIndex returns, for the indexed fields and labels, the index entries that the predicate requires: each entry
// contains all objects that match. None: the predicate needs a scan. Upstream: SelectionPredicate.MatcherIndex.
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
