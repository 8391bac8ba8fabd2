package cacher

import (
	"slices"
	"strings"

	"github.com/google/btree"

	storage "kubepath/chapters/05-storage"
)

// snapshot holds objects in the order of their keys. Cloning copies nothing; a later write copies the nodes that it
// changes. A clone is read without a lock. Upstream: cacher/store.Snapshot, over the same tree.
type snapshot struct {
	tree *btree.BTreeG[*cachingObject]
}

// degree of the tree: a write after a clone copies a few nodes, each with up to twice as many pointers.
const degree = 16

func byKey(a, b *cachingObject) bool { return a.key < b.key }

func newSnapshot() snapshot { return snapshot{btree.NewG(degree, byKey)} }

func (s snapshot) get(key string) *cachingObject {
	found, _ := s.tree.Get(&cachingObject{key: key})
	return found
}

func (s snapshot) put(o *cachingObject) { s.tree.ReplaceOrInsert(o) }

func (s snapshot) remove(key string) { s.tree.Delete(&cachingObject{key: key}) }

func (s snapshot) clone() snapshot { return snapshot{s.tree.Clone()} }

// scan yields the objects below a prefix, from a first key on.
func (s snapshot) scan(prefix, from string, yield func(*cachingObject) bool) {
	s.tree.AscendGreaterOrEqual(&cachingObject{key: from}, func(o *cachingObject) bool {
		return strings.HasPrefix(o.key, prefix) && yield(o)
	})
}

// apply makes the event's change.
func (s snapshot) apply(e *watchCacheEvent) {
	if e.current != nil {
		s.put(e.current)
	} else if e.old != nil {
		s.remove(e.old.key)
	}
}

// undo reverts the event's change. belongs tells which objects the snapshot may hold.
func (s snapshot) undo(e *watchCacheEvent, belongs func(*cachingObject) bool) {
	if e.old != nil && belongs(e.old) {
		s.put(e.old)
	} else if e.current != nil {
		s.remove(e.current.key)
	}
}

// index maps the value of a field or a label to the objects that have it, in the order of their keys.
// Config.IndexedFields names the fields; a label is added when a selector first names it. Namespaces need no index: they
// are prefixes of keys. Upstream: cacher/store.indexer.
type index struct {
	attrs   storage.AttrFunc // nil: nothing is indexed
	fields  []string
	labels  []string
	entries map[storage.MatchValue]snapshot
	nodes   *btree.FreeListG[*cachingObject] // shared by all entries: most of them are small
}

// maxLabels limits how many labels an index has, since every write updates each. Selectors by other labels scan.
const maxLabels = 16

func newIndex(fields []string, attrs storage.AttrFunc) index {
	if attrs == nil {
		fields = nil
	}
	return index{
		attrs: attrs, fields: fields,
		entries: map[storage.MatchValue]snapshot{}, nodes: btree.NewFreeListG[*cachingObject](btree.DefaultFreeListSize),
	}
}

// values returns the index values of an object; none if its attributes cannot be read.
func (x *index) values(o *cachingObject) []storage.MatchValue {
	if o == nil || len(x.fields)+len(x.labels) == 0 {
		return nil
	}
	labelSet, fieldSet, err := o.attributes(x.attrs)
	if err != nil {
		return nil
	}
	values := make([]storage.MatchValue, 0, len(x.fields)+len(x.labels))
	for _, field := range x.fields {
		values = append(values, storage.MatchValue{IndexName: storage.FieldIndex(field), Value: fieldSet[field]})
	}
	for _, label := range x.labels {
		if value, ok := labelSet[label]; ok {
			values = append(values, storage.MatchValue{IndexName: storage.LabelIndex(label), Value: value})
		}
	}
	return values
}

// apply makes the event's change.
func (x *index) apply(e *watchCacheEvent) {
	for _, v := range x.values(e.old) {
		if objects, ok := x.entries[v]; ok {
			if objects.remove(e.old.key); objects.tree.Len() == 0 {
				delete(x.entries, v)
			}
		}
	}
	for _, v := range x.values(e.current) {
		x.put(v, e.current)
	}
}

func (x *index) put(v storage.MatchValue, o *cachingObject) {
	if _, ok := x.entries[v]; !ok {
		x.entries[v] = snapshot{btree.NewWithFreeListG(degree, byKey, x.nodes)}
	}
	x.entries[v].put(o)
}

// match returns an index value that every object has which a predicate selects; the zero value: there is none, and the
// predicate needs a scan.
func (x *index) match(p storage.SelectionPredicate) storage.MatchValue {
	for _, v := range p.MatcherIndex(x.fields, x.labels) {
		return v
	}
	return storage.MatchValue{}
}

// missingLabel returns a label that the index lacks and that would save a predicate the scan; "": there is none, or the
// index is full.
func (x *index) missingLabel(p storage.SelectionPredicate) string {
	if x.attrs == nil || p.Label == nil || len(x.labels) == maxLabels || x.match(p) != (storage.MatchValue{}) {
		return ""
	}
	requirements, _ := p.Label.Requirements()
	for _, r := range requirements {
		if _, exact := p.Label.RequiresExactMatch(r.Key()); exact {
			return r.Key()
		}
	}
	return ""
}

// addLabel adds a label to the index.
func (x *index) addLabel(label string, objects snapshot) {
	if slices.Contains(x.labels, label) {
		return
	}
	x.labels = append(x.labels, label)
	objects.scan("", "", func(o *cachingObject) bool {
		if labelSet, _, err := o.attributes(x.attrs); err == nil {
			if value, ok := labelSet[label]; ok {
				x.put(storage.MatchValue{IndexName: storage.LabelIndex(label), Value: value}, o)
			}
		}
		return true
	})
}

// has reports whether an object has an index value.
func (x *index) has(v storage.MatchValue, o *cachingObject) bool {
	labelSet, fieldSet, err := o.attributes(x.attrs)
	if err != nil {
		return false
	}
	if field, ok := strings.CutPrefix(v.IndexName, storage.FieldIndex("")); ok {
		return fieldSet[field] == v.Value
	}
	value, ok := labelSet[strings.TrimPrefix(v.IndexName, storage.LabelIndex(""))]
	return ok && value == v.Value
}
