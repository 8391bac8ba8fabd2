package patch

import (
	"encoding/json"
	"reflect"
	"strings"

	smd "sigs.k8s.io/structured-merge-diff/v6/schema"
)

// learning turns a Go type, and all that it is made of, into the schema by which objects are merged.
type learning struct {
	merges  merges
	schema  *smd.Schema
	learned map[reflect.Type]smd.TypeRef // structs
}

var marshaler = reflect.TypeFor[json.Marshaler]()

// learn returns a reference to the type t. Structs get a name in the schema, what else there is stands where it is used.
func (l *learning) learn(t reflect.Type) smd.TypeRef {
	switch {
	case t.Kind() == reflect.Pointer:
		return l.learn(t.Elem())
	case t.Implements(marshaler) || reflect.PointerTo(t).Implements(marshaler):
		return l.marshaled(t)
	}
	switch t.Kind() {
	case reflect.Struct:
		return l.learnStruct(t)
	case reflect.Map:
		return smd.TypeRef{Inlined: smd.Atom{Map: &smd.Map{ElementType: l.learn(t.Elem())}}}
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Uint8 {
			return scalar(smd.String)
		}
		return smd.TypeRef{Inlined: smd.Atom{List: &smd.List{ElementType: l.learn(t.Elem()), ElementRelationship: smd.Atomic}}}
	case reflect.String:
		return scalar(smd.String)
	case reflect.Bool:
		return scalar(smd.Boolean)
	case reflect.Interface:
		return named(anything)
	}
	return scalar(smd.Numeric)
}

// marshaled is a type with a JSON of its own making: text or a number (Time, Quantity, IntOrString) or, if it is named
// so below, anything at all (RawExtension).
func (l *learning) marshaled(t reflect.Type) smd.TypeRef {
	if l.merges.of(t) == "any" {
		return smd.TypeRef{Inlined: smd.Atom{Map: &smd.Map{ElementType: named(anything)}}}
	}
	return scalar(smd.Untyped)
}

func (l *learning) learnStruct(t reflect.Type) smd.TypeRef {
	if known, ok := l.learned[t]; ok {
		return known
	}
	ref := named(t.PkgPath() + "." + t.Name())
	l.learned[t] = ref
	m := &smd.Map{}
	if l.merges.of(t) == "atomic" {
		m.ElementRelationship = smd.Atomic
	}
	l.addFields(m, t)
	if len(m.Fields) == 0 {
		m.ElementType = named(anything)
	}
	l.schema.Types = append(l.schema.Types, smd.TypeDef{Name: *ref.NamedType, Atom: smd.Atom{Map: m}})
	return ref
}

// addFields adds the fields of t as JSON names them, those of embedded structs among them.
func (l *learning) addFields(m *smd.Map, t reflect.Type) {
	for i := range t.NumField() {
		f := t.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case name == "-" || !f.IsExported():
		case name == "" && f.Anonymous:
			l.addFields(m, indirect(f.Type))
		default:
			m.Fields = append(m.Fields, l.field(t, f, name))
		}
	}
}

func indirect(t reflect.Type) reflect.Type {
	if t.Kind() == reflect.Pointer {
		return t.Elem()
	}
	return t
}

func (l *learning) field(t reflect.Type, f reflect.StructField, name string) smd.StructField {
	if name == "" {
		name = f.Name
	}
	field := smd.StructField{Name: name, Type: l.learn(f.Type)}
	merge := l.merges.field(t, name)
	if list := field.Type.Inlined.List; list != nil && (merge.set || merge.keys != nil) {
		list.ElementRelationship, list.Keys = smd.Associative, merge.keys
	}
	if merge.relation != "" {
		relate(&field.Type, merge.relation)
	}
	field.Default = merge.missing
	if merge.missing == nil {
		field.Default = required(f)
	}
	return field
}

// required is the value of a field that is always written, where a patch leaves it out: "", 0 or false. It counts where
// the field is a key of a list.
func required(f reflect.StructField) any {
	if strings.Contains(f.Tag.Get("json"), ",omit") {
		return nil
	}
	switch f.Type.Kind() {
	case reflect.String:
		return ""
	case reflect.Bool:
		return false
	case reflect.Int32, reflect.Int64:
		return float64(0)
	}
	return nil
}

// relate has a reference say otherwise than its type whether that is one value.
func relate(ref *smd.TypeRef, relation smd.ElementRelationship) {
	switch m := ref.Inlined.Map; {
	case m == nil:
		ref.ElementRelationship = &relation
	case m.ElementType.NamedType != nil && *m.ElementType.NamedType == anything:
		*ref = named(oneValue)
	default:
		m.ElementRelationship = relation
	}
}

func scalar(s smd.Scalar) smd.TypeRef { return smd.TypeRef{Inlined: smd.Atom{Scalar: &s}} }

func named(name string) smd.TypeRef { return smd.TypeRef{NamedType: &name} }

// The types of what has no type: whatever the value is, it merges as if it had been written for that.
const (
	anything = "__untyped_deduced_"
	oneValue = "__untyped_atomic_"
)

func untyped() []smd.TypeDef {
	any := smd.Untyped
	atom := func(maps string, relation smd.ElementRelationship) smd.Atom {
		return smd.Atom{
			Scalar: &any,
			List:   &smd.List{ElementType: named(oneValue), ElementRelationship: smd.Atomic},
			Map:    &smd.Map{ElementType: named(maps), ElementRelationship: relation},
		}
	}
	return []smd.TypeDef{
		{Name: anything, Atom: atom(anything, smd.Separable)},
		{Name: oneValue, Atom: atom(oneValue, smd.Atomic)},
	}
}
