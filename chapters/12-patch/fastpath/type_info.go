package fastpath

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"

	smd "sigs.k8s.io/structured-merge-diff/v6/schema"
	"sigs.k8s.io/structured-merge-diff/v6/typed"
	"sigs.k8s.io/structured-merge-diff/v6/value"
)

var marshaler = reflect.TypeFor[json.Marshaler]()

// typeInfo says how to compare two values of a Go type: its schema and the fields of a struct.
type typeInfo struct {
	kind   typeKind
	fields []fieldInfo // of a struct, sorted by name
	below  *typeInfo   // of the elements of a map or list
	keys   []fieldInfo // of an associative list with keys: fields of its elements, sorted by name
}

// typeKind says how values of a type merge.
type typeKind int

const (
	atomicType typeKind = iota // as a whole
	structType                 // field by field
	mapType                    // key by key
	keyedList                  // an associative list of structs with keys
	setList                    // an associative list of scalars
)

// fieldInfo is a field of a struct.
type fieldInfo struct {
	name         string // in managed fields: f:image
	index        []int
	omits        *value.FieldCacheEntry // tells when JSON omits the field
	defaultValue any                    // of a key; nil: none
	info         *typeInfo
}

// newTypeInfo returns nil for a type that the fast path cannot compare, because the Go type does not describe all its parts.
func newTypeInfo(t reflect.Type, parseable *typed.ParseableType) *typeInfo {
	b := &typeInfoBuilder{schema: parseable.Schema, structs: map[reflect.Type]*typeInfo{}}
	info := b.typeInfo(t, parseable.TypeRef)
	if b.unsupported {
		return nil
	}
	return info
}

// typeInfoBuilder builds the infos of a type and of the types of its fields.
type typeInfoBuilder struct {
	schema      *smd.Schema
	structs     map[reflect.Type]*typeInfo
	unsupported bool
}

func (b *typeInfoBuilder) typeInfo(t reflect.Type, ref smd.TypeRef) *typeInfo {
	t = indirect(t)
	atom, _ := b.schema.Resolve(ref)
	switch {
	case atom.Scalar != nil && atom.Map != nil:
		b.unsupported = true
		return &typeInfo{}
	case atom.Scalar != nil || atom.Map != nil && atom.Map.ElementRelationship == smd.Atomic:
		return &typeInfo{}
	case atom.List != nil:
		return b.list(t, atom.List)
	case t.Kind() == reflect.Map:
		return &typeInfo{kind: mapType, below: b.typeInfo(t.Elem(), atom.Map.ElementType)}
	case t.Implements(marshaler) || reflect.PointerTo(t).Implements(marshaler):
		b.unsupported = true
		return &typeInfo{}
	}
	return b.structInfo(t, atom.Map)
}

func (b *typeInfoBuilder) list(t reflect.Type, l *smd.List) *typeInfo {
	switch {
	case l.ElementRelationship != smd.Associative:
		return &typeInfo{}
	case t.Elem().Kind() == reflect.Pointer: // no kind of Kubernetes has a list of pointers
		b.unsupported = true
		return &typeInfo{}
	case len(l.Keys) == 0:
		return &typeInfo{kind: setList, below: b.typeInfo(t.Elem(), l.ElementType)}
	}
	list := &typeInfo{kind: keyedList, below: b.typeInfo(t.Elem(), l.ElementType)}
	element, _ := b.schema.Resolve(l.ElementType)
	fields := b.structInfo(indirect(t.Elem()), element.Map) // also if the element itself is atomic
	for _, name := range l.Keys {
		field := fields.field("f:" + name)
		if field == nil {
			b.unsupported = true
			return &typeInfo{}
		}
		inSchema, _ := element.Map.FindField(name)
		key := *field
		key.defaultValue = inSchema.Default
		list.keys = append(list.keys, key)
	}
	slices.SortFunc(list.keys, fieldInfo.compare)
	return list
}

func (b *typeInfoBuilder) structInfo(t reflect.Type, m *smd.Map) *typeInfo {
	if known, ok := b.structs[t]; ok {
		return known
	}
	made := &typeInfo{kind: structType}
	b.structs[t] = made
	b.addFields(made, t, m, nil)
	slices.SortFunc(made.fields, fieldInfo.compare)
	return made
}

func (b *typeInfoBuilder) addFields(info *typeInfo, t reflect.Type, m *smd.Map, path []int) {
	omits := value.TypeReflectEntryOf(t).Fields()
	for i := range t.NumField() {
		f := t.Field(i)
		at := append(path[:len(path):len(path)], i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch field, ok := m.FindField(name); {
		case name == "" && f.Anonymous && f.Type.Kind() == reflect.Struct:
			b.addFields(info, f.Type, m, at)
		case ok:
			info.fields = append(info.fields, fieldInfo{name: "f:" + name, index: at, omits: omits[name], info: b.typeInfo(f.Type, field.Type)})
		case name != "-" && f.IsExported():
			b.unsupported = true
		}
	}
}

// field returns the field with a name of managed fields; nil if there is none.
func (t *typeInfo) field(name string) *fieldInfo {
	at, ok := slices.BinarySearchFunc(t.fields, name, fieldInfo.compareName)
	if !ok {
		return nil
	}
	return &t.fields[at]
}

func (f fieldInfo) compare(other fieldInfo) int { return strings.Compare(f.name, other.name) }
func (f fieldInfo) compareName(name string) int { return strings.Compare(f.name, name) }

// element returns the info of the element with a name of managed fields; nil if it is unknown.
func (t *typeInfo) element(name []byte) *typeInfo {
	switch t.kind {
	case structType:
		if f := t.field(string(name)); f != nil {
			return f.info
		}
		return nil
	case atomicType:
		return nil
	}
	return t.below
}

// indirect returns the type that a pointer points to.
func indirect(t reflect.Type) reflect.Type {
	if t.Kind() == reflect.Pointer {
		return t.Elem()
	}
	return t
}
