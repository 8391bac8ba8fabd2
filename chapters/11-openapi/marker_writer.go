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

// markerWriter adds the content of comments to the schema of a struct: descriptions, defaults, values of enums, list
// types, and which fields exist and are required in the served version.
type markerWriter struct {
	openAPIVersion
	sources markersByType
	*spec.Schema
}

// swaggerDocer is a type whose SwaggerDoc returns the description of a type (under "") and of its fields, by their JSON
// names.
type swaggerDocer interface{ SwaggerDoc() map[string]string }

func swaggerDoc(t reflect.Type) map[string]string {
	if own, ok := reflect.Zero(t).Interface().(swaggerDocer); ok {
		return own.SwaggerDoc()
	}
	return nil
}

// addToStruct completes the whole schema of a struct.
func (w *markerWriter) addToStruct(t reflect.Type) {
	w.addToFields(t)
	m := w.sources.of(t)
	w.Description = cmp.Or(m.description, swaggerDoc(t)[""])
	m.addExtensions(w.Schema)
	if m.has("union") {
		w.AddExtension("x-kubernetes-unions", m.union(t))
	}
}

// addToFields completes the properties of a struct's fields, and of the structs that it inlines.
func (w *markerWriter) addToFields(t reflect.Type) {
	docs, m := swaggerDoc(t), w.sources.of(t)
	for i := range t.NumField() {
		f := fieldOf(t.Field(i))
		if f.inline {
			w.addToFields(element(f.Type))
			continue
		}
		s, ok := w.Properties[f.json]
		if !ok {
			continue
		}
		n := m.fields[f.Name]
		if n.has("absent") {
			delete(w.Properties, f.json)
			continue
		}
		if n.description == "" && !n.has("undocumented") {
			n.description = docs[f.json]
		}
		w.addToField(&s, f, n)
		w.Properties[f.json] = s
	}
	w.correctRequired(t, m)
}

// correctRequired corrects which fields are required: the json tags are from the library, which may be newer than the
// served version.
func (w *markerWriter) correctRequired(t reflect.Type, n typeMarkers) {
	for i := range t.NumField() {
		f := fieldOf(t.Field(i))
		if field := n.fields[f.Name]; f.json == "" || field.has("optional") || field.has("absent") {
			w.Required = slices.DeleteFunc(w.Required, func(name string) bool { return name == f.json })
		} else if field.has("required") {
			w.Required = append(w.Required, f.json)
		}
	}
}

// addToField completes one property.
func (w *markerWriter) addToField(s *spec.Schema, f field, n markers) {
	s.Description = n.description
	if !f.quoted {
		w.addToValue(s, f.Type)
		s.Default = w.defaultForType(f.Type, f.omitEmpty)
	}
	if text, ok := n.value("default"); ok && w.defaults && s.Default == nil {
		_ = json.Unmarshal([]byte(text), &s.Default) // a test checks that all values are valid
	}
	if values := w.sources.enum(element(f.Type)); values != nil {
		if n.has("gap") {
			s.Description += "\n"
		}
		s.Description += enumDescription(values)
	}
	n.addExtensions(s)
}

// addToValue completes the schema of a value, and of its elements. Elements have no omitempty, so their default is
// always set.
func (w *markerWriter) addToValue(s *spec.Schema, t reflect.Type) {
	t = element(t)
	var held *spec.Schema
	switch {
	case s.Items != nil:
		held = s.Items.Schema
	case s.AdditionalProperties != nil:
		held = s.AdditionalProperties.Schema
	default:
		for _, v := range w.sources.enum(t) {
			s.Enum = append(s.Enum, v.value)
		}
		return
	}
	w.addToValue(held, t.Elem())
	held.Default = w.defaultForType(t.Elem(), false)
}

// union returns the extension for a union: the discriminator is the field whose value selects one of the others.
// Upstream: union.emit.
func (n typeMarkers) union(t reflect.Type) any {
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

// markerExtensions has the schema extension of each marker.
var markerExtensions = []struct{ marker, name string }{
	{"listType", "x-kubernetes-list-type"},
	{"mapType", "x-kubernetes-map-type"},
	{"structType", "x-kubernetes-map-type"},
}

// addExtensions adds the extensions for the markers to a schema.
func (n markers) addExtensions(s *spec.Schema) {
	for _, e := range markerExtensions {
		if value, ok := n.value(e.marker); ok {
			s.AddExtension(e.name, value)
		}
	}
	if keys := n.values("listMapKey"); keys != nil {
		s.AddExtension("x-kubernetes-list-map-keys", keys)
	}
}

var (
	timeType        = reflect.TypeFor[time.Time]()
	unmarshalerType = reflect.TypeFor[json.Unmarshaler]()
)

// defaultForType returns the default value that a Go type implies: its zero value, unless a missing value is different
// from zero (a pointer, omitempty). Upstream: mustEnforceDefault.
func (v openAPIVersion) defaultForType(t reflect.Type, omitEmpty bool) any {
	if !v.defaults {
		return nil
	}
	switch t.Kind() {
	case reflect.Pointer, reflect.Map, reflect.Slice, reflect.Array, reflect.Interface:
		return nil
	case reflect.Struct:
		if t == timeType || reflect.PointerTo(t).Implements(unmarshalerType) {
			return nil
		}
		if t.NumField() == 1 && t.Field(0).Anonymous {
			return v.defaultForType(t.Field(0).Type, omitEmpty)
		}
		return map[string]any{}
	}
	if omitEmpty {
		return nil
	}
	switch openAPITypeFormats[t.Kind()].name {
	case "string":
		return ""
	case "boolean":
		return false
	}
	return 0
}

// enum returns the allowed values of a type; nil: it is not an enum.
func (s markersByType) enum(t reflect.Type) []enumValue {
	if t.Kind() != reflect.String {
		return nil
	}
	return s.of(t).enumValues
}

// enumDescription returns the text for a description with the meaning of each value of an enum. Upstream:
// enumType.DescriptionLines.
func enumDescription(values []enumValue) string {
	var out strings.Builder
	out.WriteString("\n\nPossible enum values:")
	for _, v := range values {
		out.WriteString(strings.TrimRight(fmt.Sprintf("\n - `%q` %s", v.value, v.description), " "))
	}
	return out.String()
}
