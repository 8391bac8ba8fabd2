package cacher

import (
	storage "kubepath/chapters/05-storage"
)

// index leads from the value of a field to the objects that have it, in the order of their keys. Namespaces need none:
// they are prefixes of keys.
type index struct {
	fields []string
	attrs  storage.AttrFunc
	found  map[storage.IndexValue]snapshot
}

func newIndex(fields []string, attrs storage.AttrFunc) index {
	if attrs == nil {
		fields = nil
	}
	return index{fields, attrs, map[storage.IndexValue]snapshot{}}
}

// values are the entries that an object belongs to; one whose attributes cannot be read belongs to none.
func (x index) values(o *object) []storage.IndexValue {
	if o == nil || len(x.fields) == 0 {
		return nil
	}
	_, set, err := o.attributes(x.attrs)
	if err != nil {
		return nil
	}
	values := make([]storage.IndexValue, len(x.fields))
	for i, field := range x.fields {
		values[i] = storage.IndexValue{Index: storage.FieldIndex(field), Value: set[field]}
	}
	return values
}

// apply follows a change.
func (x index) apply(c *change) {
	for _, v := range x.values(c.old) {
		x.found[v].remove(c.old.key)
		if x.found[v].tree.Len() == 0 {
			delete(x.found, v)
		}
	}
	for _, v := range x.values(c.current) {
		if _, ok := x.found[v]; !ok {
			x.found[v] = newSnapshot()
		}
		x.found[v].put(c.current)
	}
}

// entry is the entry in which everything lies that a predicate wants; false: it takes a scan.
func (x index) entry(p storage.SelectionPredicate) (storage.IndexValue, bool) {
	if entries := p.MatcherIndex(x.fields, nil); len(entries) > 0 {
		return entries[0], true
	}
	return storage.IndexValue{}, false
}
