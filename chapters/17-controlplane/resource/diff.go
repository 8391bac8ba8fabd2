package resource

import (
	"bytes"
	"encoding/json"
	"reflect"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/util/diff"
)

// Diff shows, in lines, what an update changes in a part that it may not change. Upstream prints its internal types
// there, which have no JSON names: the answer has the fields' Go names, and null for all that is empty.
func Diff(old, now any) string { return diff.Diff(goNamed{old}, goNamed{now}) }

// GoNamed wraps a part of an object that a fault shows, so that its message has the names that upstream's has.
func GoNamed(part any) any { return goNamed{part} }

// goNamed is a value whose JSON has Go's names.
type goNamed struct{ value any }

var _ json.Marshaler = goNamed{}

// MarshalJSON fails where encoding/json does.
func (g goNamed) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	err := writeGoNamed(&b, reflect.ValueOf(g.value))
	return b.Bytes(), err
}

var marshaler = reflect.TypeFor[json.Marshaler]()

// writeGoNamed walks into what the API's own types are made of; the rest, quantities and times, knows its own form.
func writeGoNamed(b *bytes.Buffer, v reflect.Value) error {
	switch {
	case !v.IsValid(), isNil(v):
		b.WriteString("null")
		return nil
	case v.Type().Implements(marshaler), reflect.PointerTo(v.Type()).Implements(marshaler):
		return writePlain(b, v)
	}
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		return writeGoNamed(b, v.Elem())
	case reflect.Struct:
		if !strings.HasPrefix(v.Type().PkgPath(), "k8s.io/api/") {
			return writePlain(b, v)
		}
		return writeFields(b, v)
	case reflect.Map:
		return writeMap(b, v)
	case reflect.Slice:
		if v.Type().Elem().Kind() != reflect.Uint8 {
			return writeSlice(b, v)
		}
	}
	return writePlain(b, v)
}

func isNil(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface, reflect.Map, reflect.Slice:
		return v.IsNil()
	}
	return false
}

func writePlain(b *bytes.Buffer, v reflect.Value) error {
	if v.CanAddr() {
		v = v.Addr() // a quantity is written by a method of its pointer
	}
	text, err := json.Marshal(v.Interface())
	b.Write(text)
	return err
}

func writeFields(b *bytes.Buffer, v reflect.Value) error {
	b.WriteByte('{')
	err := writeMembers(b, v)
	b.WriteByte('}')
	return err
}

// writeMembers writes a struct's fields, those of an embedded one among them.
func writeMembers(b *bytes.Buffer, v reflect.Value) error {
	for _, f := range membersOf(v.Type()) {
		if err := writeMember(b, f, v.FieldByIndex(f.Index)); err != nil {
			return err
		}
	}
	return nil
}

func writeMember(b *bytes.Buffer, f reflect.StructField, v reflect.Value) error {
	switch {
	case f.Anonymous && strings.HasPrefix(f.Type.PkgPath(), "k8s.io/api/"):
		return writeMembers(b, v)
	case f.Anonymous: // metadata has JSON names inside upstream too
		text, err := json.Marshal(v.Interface())
		if inner := bytes.Trim(text, "{}"); len(inner) > 0 {
			comma(b, '{')
			b.Write(text[1 : len(text)-1])
		}
		return err
	}
	comma(b, '{')
	b.WriteString(`"` + f.Name + `":`)
	return writeGoNamed(b, v)
}

func writeMap(b *bytes.Buffer, v reflect.Value) error {
	keys := v.MapKeys()
	slices.SortFunc(keys, func(x, y reflect.Value) int { return strings.Compare(x.String(), y.String()) })
	b.WriteByte('{')
	for _, key := range keys {
		comma(b, '{')
		name, err := json.Marshal(key.String())
		if err != nil {
			return err
		}
		b.Write(name)
		b.WriteByte(':')
		value := reflect.New(v.Type().Elem()).Elem()
		value.Set(v.MapIndex(key))
		if err := writeGoNamed(b, value); err != nil {
			return err
		}
	}
	b.WriteByte('}')
	return nil
}

func writeSlice(b *bytes.Buffer, v reflect.Value) error {
	b.WriteByte('[')
	for i := range v.Len() {
		comma(b, '[')
		if err := writeGoNamed(b, v.Index(i)); err != nil {
			return err
		}
	}
	b.WriteByte(']')
	return nil
}

// comma separates what follows from what stands before it, unless that opens the collection.
func comma(b *bytes.Buffer, opening byte) {
	if text := b.Bytes(); text[len(text)-1] != opening {
		b.WriteByte(',')
	}
}
