package openapi

import (
	"cmp"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"k8s.io/kube-openapi/pkg/validation/spec"
)

// annotation adds the content of comments to the schema of a struct: descriptions, defaults, values of enums, list
// types, and which fields exist and are required in the served version.
type annotation struct {
	version
	sources
	*spec.Schema
}

// documented returns the description of a type (under "") and of its fields, by their JSON names.
type documented interface{ SwaggerDoc() map[string]string }

func docsOf(t reflect.Type) map[string]string {
	if own, ok := reflect.Zero(t).Interface().(documented); ok {
		return own.SwaggerDoc()
	}
	return nil
}

// object annotates the whole schema of a struct.
func (a *annotation) object(t reflect.Type) {
	a.fields(t)
	notes := a.sources.of(t)
	a.Description = cmp.Or(notes.text, docsOf(t)[""])
	notes.extend(a.Schema)
	if notes.has("union") {
		a.AddExtension("x-kubernetes-unions", notes.union(t))
	}
}

// fields annotates the properties of a struct's fields, and of the structs that it inlines.
func (a *annotation) fields(t reflect.Type) {
	docs, notes := docsOf(t), a.sources.of(t)
	for i := range t.NumField() {
		f := fieldOf(t.Field(i))
		if f.inline {
			a.fields(element(f.Type))
			continue
		}
		s, ok := a.Properties[f.json]
		if !ok {
			continue
		}
		n := notes.fields[f.Name]
		if n.has("absent") {
			delete(a.Properties, f.json)
			continue
		}
		if n.text == "" && !n.has("undocumented") {
			n.text = docs[f.json]
		}
		a.field(&s, f, n)
		a.Properties[f.json] = s
	}
	a.require(t, notes)
}

// require corrects which fields are required: the json tags are from the library, which may be newer than the served
// version.
func (a *annotation) require(t reflect.Type, n notes) {
	for i := range t.NumField() {
		f := fieldOf(t.Field(i))
		if note := n.fields[f.Name]; f.json == "" || note.has("optional") || note.has("absent") {
			a.Required = slices.DeleteFunc(a.Required, func(name string) bool { return name == f.json })
		} else if note.has("required") {
			a.Required = append(a.Required, f.json)
		}
	}
}

// field annotates one property.
func (a *annotation) field(s *spec.Schema, f field, n note) {
	s.Description = n.text
	if !f.quoted {
		a.value(s, f.Type)
		s.Default = a.zero(f.Type, f.omitEmpty)
	}
	if text, ok := n.value("default"); ok && a.defaults && s.Default == nil {
		_ = json.Unmarshal([]byte(text), &s.Default) // a test checks that all values are valid
	}
	if values := a.enum(element(f.Type)); values != nil {
		if n.has("gap") {
			s.Description += "\n"
		}
		s.Description += meanings(values)
	}
	n.extend(s)
}

// value annotates the schema of a value, and of its elements. Elements have no omitempty, so their default is always
// set.
func (a *annotation) value(s *spec.Schema, t reflect.Type) {
	t = element(t)
	var held *spec.Schema
	switch {
	case s.Items != nil:
		held = s.Items.Schema
	case s.AdditionalProperties != nil:
		held = s.AdditionalProperties.Schema
	default:
		for _, v := range a.enum(t) {
			s.Enum = append(s.Enum, v.value)
		}
		return
	}
	a.value(held, t.Elem())
	held.Default = a.zero(t.Elem(), false)
}

// union returns the extension for a union: the discriminator is the field whose value selects one of the others.
// Upstream: union.emit.
func (n notes) union(t reflect.Type) any {
	union, by := map[string]any{}, map[string]any{}
	for i := range t.NumField() {
		f := fieldOf(t.Field(i))
		if n.fields[f.Name].has("unionDiscriminator") {
			union["discriminator"] = f.json
		} else {
			by[f.json] = f.Name
		}
	}
	union["fields-to-discriminateBy"] = by
	return []any{union}
}

// extensions has the schema extension of each marker.
var extensions = []struct{ marker, name string }{
	{"listType", "x-kubernetes-list-type"},
	{"mapType", "x-kubernetes-map-type"},
	{"structType", "x-kubernetes-map-type"},
}

// extend adds the extensions for the markers to a schema.
func (n note) extend(s *spec.Schema) {
	for _, e := range extensions {
		if value, ok := n.value(e.marker); ok {
			s.AddExtension(e.name, value)
		}
	}
	if keys := n.values("listMapKey"); keys != nil {
		s.AddExtension("x-kubernetes-list-map-keys", keys)
	}
}

var (
	timeType = reflect.TypeFor[time.Time]()
	reader   = reflect.TypeFor[json.Unmarshaler]()
)

// zero returns the default value that a Go type implies: its zero value, unless a missing value is different from zero
// (a pointer, omitempty). Upstream: mustEnforceDefault.
func (v version) zero(t reflect.Type, omitEmpty bool) any {
	if !v.defaults {
		return nil
	}
	switch t.Kind() {
	case reflect.Pointer, reflect.Map, reflect.Slice, reflect.Array, reflect.Interface:
		return nil
	case reflect.Struct:
		if t == timeType || reflect.PointerTo(t).Implements(reader) {
			return nil
		}
		if t.NumField() == 1 && t.Field(0).Anonymous {
			return v.zero(t.Field(0).Type, omitEmpty)
		}
		return map[string]any{}
	}
	if omitEmpty {
		return nil
	}
	switch simple[t.Kind()].name {
	case "string":
		return ""
	case "boolean":
		return false
	}
	return 0
}

// enum returns the allowed values of a type; nil: it is not an enum.
func (s sources) enum(t reflect.Type) []enumValue {
	if t.Kind() != reflect.String {
		return nil
	}
	return s.of(t).values
}

// meanings returns the text for a description with the meaning of each value of an enum. Upstream:
// enumType.DescriptionLines.
func meanings(values []enumValue) string {
	var out strings.Builder
	out.WriteString("\n\nPossible enum values:")
	for _, v := range values {
		out.WriteString(strings.TrimRight(fmt.Sprintf("\n - `%q` %s", v.value, v.meaning), " "))
	}
	return out.String()
}
