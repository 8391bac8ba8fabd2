package patch

import (
	"encoding/json"
	"reflect"
	"strings"

	smd "sigs.k8s.io/structured-merge-diff/v6/schema"
)

// schemaBuilder builds the schema that structured-merge-diff needs to merge objects, from a Go type and the types of its
// fields.
type schemaBuilder struct {
	markers markers
	schema  *smd.Schema
	structs map[reflect.Type]smd.TypeRef
}

func newSchemaBuilder(markers markers) *schemaBuilder {
	return &schemaBuilder{markers: markers, schema: &smd.Schema{Types: untyped()}, structs: map[reflect.Type]smd.TypeRef{}}
}

var marshaler = reflect.TypeFor[json.Marshaler]()

// typeRef returns a reference to the type t. Structs are named types of the schema; other types are inlined.
func (b *schemaBuilder) typeRef(t reflect.Type) smd.TypeRef {
	switch {
	case t.Kind() == reflect.Pointer:
		return b.typeRef(t.Elem())
	case t.Implements(marshaler) || reflect.PointerTo(t).Implements(marshaler):
		return b.marshaled(t)
	}
	switch t.Kind() {
	case reflect.Struct:
		return b.structRef(t)
	case reflect.Map:
		return smd.TypeRef{Inlined: smd.Atom{Map: &smd.Map{ElementType: b.typeRef(t.Elem())}}}
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Uint8 {
			return scalar(smd.String)
		}
		return smd.TypeRef{Inlined: smd.Atom{List: &smd.List{ElementType: b.typeRef(t.Elem()), ElementRelationship: smd.Atomic}}}
	case reflect.String:
		return scalar(smd.String)
	case reflect.Bool:
		return scalar(smd.Boolean)
	case reflect.Interface:
		return named(deducedType)
	}
	return scalar(smd.Numeric)
}

// marshaled returns a reference to a type that marshals itself: to a string or a number (Time, Quantity, IntOrString), or,
// with the marker any, to any value (RawExtension).
func (b *schemaBuilder) marshaled(t reflect.Type) smd.TypeRef {
	if b.markers.ofType(t) == "any" {
		return smd.TypeRef{Inlined: smd.Atom{Map: &smd.Map{ElementType: named(deducedType)}}}
	}
	return scalar(smd.Untyped)
}

func (b *schemaBuilder) structRef(t reflect.Type) smd.TypeRef {
	if known, ok := b.structs[t]; ok {
		return known
	}
	ref := named(t.PkgPath() + "." + t.Name())
	b.structs[t] = ref
	m := &smd.Map{}
	if b.markers.ofType(t) == "atomic" {
		m.ElementRelationship = smd.Atomic
	}
	b.addFields(m, t)
	if len(m.Fields) == 0 {
		m.ElementType = named(deducedType)
	}
	b.schema.Types = append(b.schema.Types, smd.TypeDef{Name: *ref.NamedType, Atom: smd.Atom{Map: m}})
	return ref
}

// addFields adds the fields of t with their JSON names, and those of embedded structs.
func (b *schemaBuilder) addFields(m *smd.Map, t reflect.Type) {
	for i := range t.NumField() {
		f := t.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case name == "-" || !f.IsExported():
		case name == "" && f.Anonymous:
			b.addFields(m, indirect(f.Type))
		default:
			m.Fields = append(m.Fields, b.field(t, f, name))
		}
	}
}

func indirect(t reflect.Type) reflect.Type {
	if t.Kind() == reflect.Pointer {
		return t.Elem()
	}
	return t
}

func (b *schemaBuilder) field(t reflect.Type, f reflect.StructField, name string) smd.StructField {
	if name == "" {
		name = f.Name
	}
	field := smd.StructField{Name: name, Type: b.typeRef(f.Type)}
	marker := b.markers.ofField(t, name)
	if list := field.Type.Inlined.List; list != nil && (marker.set || marker.keys != nil) {
		list.ElementRelationship, list.Keys = smd.Associative, marker.keys
	}
	if marker.relation != "" {
		setRelationship(&field.Type, marker.relation)
	}
	field.Default = marker.defaultValue
	if marker.defaultValue == nil {
		field.Default = zeroDefault(f)
	}
	return field
}

// zeroDefault returns the default of a field without omitempty: "", 0 or false. It is used for the key of a list element
// that an applied configuration omits.
func zeroDefault(f reflect.StructField) any {
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

// setRelationship makes a reference atomic or granular, independently of its type.
func setRelationship(ref *smd.TypeRef, relation smd.ElementRelationship) {
	switch m := ref.Inlined.Map; {
	case m == nil:
		ref.ElementRelationship = &relation
	case m.ElementType.NamedType != nil && *m.ElementType.NamedType == deducedType:
		*ref = named(atomicType)
	default:
		m.ElementRelationship = relation
	}
}

func scalar(s smd.Scalar) smd.TypeRef { return smd.TypeRef{Inlined: smd.Atom{Scalar: &s}} }

func named(name string) smd.TypeRef { return smd.TypeRef{NamedType: &name} }

// Names of the types for values of any type, as in kube-openapi's schemas. A value of the deduced type merges like a map, a
// list or a scalar, whichever it is; one of the atomic type is replaced as a whole.
const (
	deducedType = "__untyped_deduced_"
	atomicType  = "__untyped_atomic_"
)

func untyped() []smd.TypeDef {
	return []smd.TypeDef{
		{Name: deducedType, Atom: untypedAtom(deducedType, smd.Separable)},
		{Name: atomicType, Atom: untypedAtom(atomicType, smd.Atomic)},
	}
}

func untypedAtom(fields string, relation smd.ElementRelationship) smd.Atom {
	any := smd.Untyped
	return smd.Atom{
		Scalar: &any,
		List:   &smd.List{ElementType: named(atomicType), ElementRelationship: smd.Atomic},
		Map:    &smd.Map{ElementType: named(fields), ElementRelationship: relation},
	}
}
