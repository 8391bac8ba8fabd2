package exercise

import (
	"reflect"

	"k8s.io/kube-openapi/pkg/validation/spec"
)

// simple is the schema of Go's own kinds; false: t is of none of them.
func simple(t reflect.Type) (spec.Schema, bool) {
	s, ok := map[reflect.Kind][2]string{
		reflect.Bool:      {"boolean", ""},
		reflect.String:    {"string", ""},
		reflect.Int:       {"integer", "int32"},
		reflect.Int32:     {"integer", "int32"},
		reflect.Int64:     {"integer", "int64"},
		reflect.Uint8:     {"integer", "byte"},
		reflect.Uint32:    {"integer", "int64"},
		reflect.Uint64:    {"integer", "int64"},
		reflect.Float32:   {"number", "float"},
		reflect.Float64:   {"number", "double"},
		reflect.Interface: {"object", ""},
	}[t.Kind()]
	return typed(s[0], s[1]), ok
}

// bytes is the schema of a []byte, which encoding/json writes as a string in base64.
func bytes() spec.Schema { return typed("string", "byte") }

// list is the schema of a list of items.
func list(items spec.Schema) spec.Schema {
	s := typed("array", "")
	s.Items = &spec.SchemaOrArray{Schema: &items}
	return s
}

// mapOf is the schema of a map of values.
func mapOf(values spec.Schema) spec.Schema {
	s := typed("object", "")
	s.AdditionalProperties = &spec.SchemaOrBool{Allows: true, Schema: &values}
	return s
}

// object is the schema of a struct without fields.
func object() spec.Schema { return typed("object", "") }

func typed(name, format string) spec.Schema {
	return spec.Schema{SchemaProps: spec.SchemaProps{Type: spec.StringOrArray{name}, Format: format}}
}
