package cacher

import (
	"slices"
	"strings"

	"github.com/google/btree"

	storage "kubepath/chapters/05-storage"
)

// index leads from the value of a field or a label to the objects that have it, in the order of their keys. Which fields
// is known from the start; a label joins them when somebody first selects by it. Namespaces need no index: they are
// prefixes of keys.
type index struct {
	attrs  storage.AttrFunc // nil: nothing is indexed
	fields []string
	labels []string
	found  map[storage.IndexValue]snapshot
	nodes  *btree.FreeListG[*object] // shared, as many entries hold one object
}

// mostLabels bounds how many labels a cache learns, as each costs a little with every write. Selectors by others scan.
const mostLabels = 16

func newIndex(fields []string, attrs storage.AttrFunc) index {
	if attrs == nil {
		fields = nil
	}
	return index{
		attrs: attrs, fields: fields,
		found: map[storage.IndexValue]snapshot{}, nodes: btree.NewFreeListG[*object](btree.DefaultFreeListSize),
	}
}

// values are the entries that an object belongs to; one whose attributes cannot be read belongs to none.
func (x *index) values(o *object) []storage.IndexValue {
	if o == nil || len(x.fields)+len(x.labels) == 0 {
		return nil
	}
	given, set, err := o.attributes(x.attrs)
	if err != nil {
		return nil
	}
	values := make([]storage.IndexValue, 0, len(x.fields)+len(x.labels))
	for _, field := range x.fields {
		values = append(values, storage.IndexValue{Index: storage.FieldIndex(field), Value: set[field]})
	}
	for _, label := range x.labels {
		if value, ok := given[label]; ok {
			values = append(values, storage.IndexValue{Index: storage.LabelIndex(label), Value: value})
		}
	}
	return values
}

// apply follows a change.
func (x *index) apply(c *change) {
	for _, v := range x.values(c.old) {
		if objects, ok := x.found[v]; ok {
			if objects.remove(c.old.key); objects.tree.Len() == 0 {
				delete(x.found, v)
			}
		}
	}
	for _, v := range x.values(c.current) {
		x.put(v, c.current)
	}
}

func (x *index) put(v storage.IndexValue, o *object) {
	if _, ok := x.found[v]; !ok {
		x.found[v] = snapshot{btree.NewWithFreeListG(degree, byKey, x.nodes)}
	}
	x.found[v].put(o)
}

// entry is the entry in which everything lies that a predicate wants; the zero value: it takes a scan.
func (x *index) entry(p storage.SelectionPredicate) storage.IndexValue {
	for _, v := range p.MatcherIndex(x.fields, x.labels) {
		return v
	}
	return storage.IndexValue{}
}

// lacks is a label by whose value a predicate selects, where no entry leads to what it wants; "": there is none, or no
// room for it.
func (x *index) lacks(p storage.SelectionPredicate) string {
	if x.attrs == nil || p.Label == nil || len(x.labels) == mostLabels || x.entry(p) != (storage.IndexValue{}) {
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

// learn adds an index over a label.
func (x *index) learn(label string, objects snapshot) {
	if slices.Contains(x.labels, label) {
		return
	}
	x.labels = append(x.labels, label)
	objects.scan("", "", func(o *object) bool {
		if given, _, err := o.attributes(x.attrs); err == nil {
			if value, ok := given[label]; ok {
				x.put(storage.IndexValue{Index: storage.LabelIndex(label), Value: value}, o)
			}
		}
		return true
	})
}

// has reports whether an object belongs to an entry.
func (x *index) has(v storage.IndexValue, o *object) bool {
	given, set, err := o.attributes(x.attrs)
	if err != nil {
		return false
	}
	if field, ok := strings.CutPrefix(v.Index, storage.FieldIndex("")); ok {
		return set[field] == v.Value
	}
	value, ok := given[strings.TrimPrefix(v.Index, storage.LabelIndex(""))]
	return ok && value == v.Value
}
