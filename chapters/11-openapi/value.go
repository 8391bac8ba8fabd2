package openapi

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"time"

	"k8s.io/kube-openapi/pkg/validation/spec"
)

// simple are the types and formats of Go's own kinds. Upstream: common.OpenAPITypeFormat.
var simple = map[reflect.Kind]struct{ name, format string }{
	reflect.Bool:    {"boolean", ""},
	reflect.String:  {"string", ""},
	reflect.Int:     {"integer", "int32"},
	reflect.Int8:    {"integer", "byte"},
	reflect.Int16:   {"integer", "int32"},
	reflect.Int32:   {"integer", "int32"},
	reflect.Int64:   {"integer", "int64"},
	reflect.Uint8:   {"integer", "byte"},
	reflect.Uint16:  {"integer", "int32"},
	reflect.Uint32:  {"integer", "int64"},
	reflect.Uint64:  {"integer", "int64"},
	reflect.Float32: {"number", "float"},
	reflect.Float64: {"number", "double"},
}

var (
	timeType = reflect.TypeFor[time.Time]()
	anyType  = reflect.TypeFor[any]()
	reader   = reflect.TypeFor[json.Unmarshaler]()
)

// value is the schema of a value of a type, without what a field adds to it.
func (o *object) value(t reflect.Type) spec.Schema {
	var s spec.Schema
	switch t.Kind() {
	case reflect.Pointer:
		return o.value(t.Elem())
	case reflect.Struct:
		if t == timeType {
			return typed("string", "date-time")
		}
		name := o.add(t)
		o.needs = append(o.needs, name)
		s.Ref = o.ref(name)
	case reflect.Slice, reflect.Array:
		if t.Elem().Kind() == reflect.Uint8 {
			return typed("string", "byte")
		}
		s = typed("array", "")
		s.Items = &spec.SchemaOrArray{Schema: o.element(t.Elem())}
	case reflect.Map:
		s = typed("object", "")
		s.AdditionalProperties = &spec.SchemaOrBool{Allows: true, Schema: o.element(t.Elem())}
	case reflect.Interface:
		if t == anyType {
			return typed("object", "")
		}
	default:
		s = typed(simple[t.Kind()].name, simple[t.Kind()].format)
		for _, v := range o.enum(t) {
			s.Enum = append(s.Enum, v.value)
		}
	}
	return s
}

// element is the schema of what a list or a map holds. Elements have no omitempty: there is always one.
func (o *object) element(t reflect.Type) *spec.Schema {
	s := o.value(t)
	s.Default = o.zero(t, false)
	return &s
}

func typed(name, format string) spec.Schema {
	return spec.Schema{SchemaProps: spec.SchemaProps{Type: spec.StringOrArray{name}, Format: format}}
}

// zero is the default that a type implies: what a Go program reads where nothing is written, unless it can tell nothing
// from zero. Upstream: mustEnforceDefault.
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

// enum are the values that a type or what it points to is restricted to; nil: it is not.
func (d *definitions) enum(t reflect.Type) []enumValue {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Kind() != reflect.String {
		return nil
	}
	return d.sources.of(t).values
}

// meanings say what each value of an enum means. Upstream: enumType.DescriptionLines.
func meanings(values []enumValue) string {
	var out strings.Builder
	out.WriteString("\n\nPossible enum values:")
	for _, v := range values {
		out.WriteString(strings.TrimRight(fmt.Sprintf("\n - `%q` %s", v.value, v.meaning), " "))
	}
	return out.String()
}
