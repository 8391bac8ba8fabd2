package patch

import (
	"reflect"
	"slices"
	"strings"

	smd "sigs.k8s.io/structured-merge-diff/v6/schema"
	"sigs.k8s.io/structured-merge-diff/v6/value"
)

// plan is how to compare two values of one Go type: a schema and the fields of the type, found once.
type plan struct {
	form   form
	fields []planField // of a record, sorted by name
	below  *plan       // elements of a mapping or list
	keys   []planField // of a keyed list: fields of its elements, sorted by name
}

// form is what a plan's value is.
type form int

const (
	one     form = iota // has one owner, whatever it is made of
	record              // a struct with fields
	mapping             // a map
	keyed               // a list of structs that are known by some of their fields
	set                 // a list of scalars
)

// planField is a field of a struct.
type planField struct {
	name    string // as managedFields writes it: f:image
	index   []int
	omits   *value.FieldCacheEntry // knows when JSON leaves the field out
	missing any                    // as a key: the default; nil: none
	plan    *plan
}

// planning turns a type with its schema into a plan. It fails (ok is false) for types with parts of which Go says
// nothing.
type planning struct {
	schema *smd.Schema
	known  map[reflect.Type]*plan
	failed bool
}

func (p *planning) of(t reflect.Type, ref smd.TypeRef) *plan {
	t = indirect(t)
	atom, _ := p.schema.Resolve(ref)
	switch {
	case atom.Scalar != nil && atom.Map != nil:
		p.failed = true
		return &plan{}
	case atom.Scalar != nil || atom.Map != nil && atom.Map.ElementRelationship == smd.Atomic:
		return &plan{}
	case atom.List != nil:
		return p.list(t, atom.List)
	case t.Kind() == reflect.Map:
		return &plan{form: mapping, below: p.of(t.Elem(), atom.Map.ElementType)}
	case t.Implements(marshaler) || reflect.PointerTo(t).Implements(marshaler):
		p.failed = true
		return &plan{}
	}
	return p.record(t, atom.Map)
}

func (p *planning) list(t reflect.Type, l *smd.List) *plan {
	switch {
	case l.ElementRelationship != smd.Associative:
		return &plan{}
	case t.Elem().Kind() == reflect.Pointer: // none has a kind of Kubernetes
		p.failed = true
		return &plan{}
	case len(l.Keys) == 0:
		return &plan{form: set, below: p.of(t.Elem(), l.ElementType)}
	}
	list := &plan{form: keyed, below: p.of(t.Elem(), l.ElementType)}
	element, _ := p.schema.Resolve(l.ElementType)
	fields := p.record(indirect(t.Elem()), element.Map) // the element itself may be one value
	for _, key := range l.Keys {
		field := fields.field("f:" + key)
		if field == nil {
			p.failed = true
			return &plan{}
		}
		known, _ := element.Map.FindField(key)
		of := *field
		of.missing = known.Default
		list.keys = append(list.keys, of)
	}
	slices.SortFunc(list.keys, func(a, b planField) int { return strings.Compare(a.name, b.name) })
	return list
}

func (p *planning) record(t reflect.Type, m *smd.Map) *plan {
	if known, ok := p.known[t]; ok {
		return known
	}
	made := &plan{form: record}
	p.known[t] = made
	p.addFields(made, t, m, nil)
	slices.SortFunc(made.fields, func(a, b planField) int { return strings.Compare(a.name, b.name) })
	return made
}

func (p *planning) addFields(to *plan, t reflect.Type, m *smd.Map, path []int) {
	omits := value.TypeReflectEntryOf(t).Fields()
	for i := range t.NumField() {
		f := t.Field(i)
		at := append(path[:len(path):len(path)], i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch field, ok := m.FindField(name); {
		case name == "" && f.Anonymous && f.Type.Kind() == reflect.Struct:
			p.addFields(to, f.Type, m, at)
		case ok:
			to.fields = append(to.fields, planField{name: "f:" + name, index: at, omits: omits[name], plan: p.of(f.Type, field.Type)})
		case name != "-" && f.IsExported():
			p.failed = true
		}
	}
}

// field finds a field by the name that managedFields gives it; nil: there is none.
func (p *plan) field(name string) *planField {
	at, ok := slices.BinarySearchFunc(p.fields, name, func(f planField, name string) int { return strings.Compare(f.name, name) })
	if !ok {
		return nil
	}
	return &p.fields[at]
}

// step is the plan of an element of the value, by the name that managedFields gives it; nil: unknown.
func (p *plan) step(name []byte) *plan {
	switch p.form {
	case record:
		if f := p.field(string(name)); f != nil {
			return f.plan
		}
		return nil
	case one:
		return nil
	}
	return p.below
}
