package openapi

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"k8s.io/kube-openapi/pkg/validation/spec"
)

// SchemaFunc makes the schema of a struct from its Go type: the names and types of properties, which are required, how
// lists merge. It adds no descriptions, defaults or list types, which are in comments. ref returns a reference to the
// schema of another struct, and adds that struct to the definitions. It fails for types that JSON cannot encode.
type SchemaFunc func(t reflect.Type, ref func(reflect.Type) spec.Schema) (spec.Schema, error)

// SchemaOf is the SchemaFunc of this package. Upstream: openAPITypeWriter.generateMembers and generateProperty.
func SchemaOf(t reflect.Type, ref func(reflect.Type) spec.Schema) (spec.Schema, error) {
	o := object{ref: ref, Schema: newSchema("object", "")}
	return o.Schema, o.addFields(t)
}

// object is the schema of a struct that is being made.
type object struct {
	spec.Schema
	ref func(reflect.Type) spec.Schema
}

// addFields adds the fields of a struct, and of the structs that it inlines.
func (o *object) addFields(t reflect.Type) error {
	for i := range t.NumField() {
		f := fieldOf(t.Field(i))
		var err error
		switch {
		case f.inline:
			err = o.addFields(element(f.Type))
		case f.json != "":
			err = o.addField(f)
		}
		if err != nil {
			return fmt.Errorf("%s.%s: %w", t.Name(), f.Name, err)
		}
	}
	return nil
}

func (o *object) addField(f field) error {
	s, err := o.value(f.Type)
	if err != nil {
		return err
	}
	if f.quoted {
		s = newSchema("string", "")
	}
	for _, tag := range mergeTags {
		if value := f.Tag.Get(tag.name); value != "" {
			s.AddExtension(tag.extension, value)
		}
	}
	o.SetProperty(f.json, s)
	if !f.omitEmpty {
		o.AddRequired(f.json)
	}
	return nil
}

// mergeTags are the struct tags for strategic merge patches (chapter 12): the merge key of a list, and the strategy.
var mergeTags = []struct{ name, extension string }{
	{"patchMergeKey", "x-kubernetes-patch-merge-key"},
	{"patchStrategy", "x-kubernetes-patch-strategy"},
}

// value returns the schema of a value of a type.
func (o *object) value(t reflect.Type) (spec.Schema, error) {
	switch t.Kind() {
	case reflect.Pointer:
		return o.value(t.Elem())
	case reflect.Struct:
		return o.ref(t), nil
	case reflect.Slice, reflect.Array:
		if t.Elem().Kind() == reflect.Uint8 {
			return newSchema("string", "byte"), nil
		}
		items, err := o.value(t.Elem())
		s := newSchema("array", "")
		s.Items = &spec.SchemaOrArray{Schema: &items}
		return s, err
	case reflect.Map:
		values, err := o.value(t.Elem())
		s := newSchema("object", "")
		s.AdditionalProperties = &spec.SchemaOrBool{Allows: true, Schema: &values}
		return s, err
	}
	if s, ok := openAPITypeFormats[t.Kind()]; ok {
		return newSchema(s.name, s.format), nil
	}
	return spec.Schema{}, fmt.Errorf("JSON cannot hold a %s", t)
}

// openAPITypeFormats has the types and formats of Go's basic kinds. Upstream: common.OpenAPITypeFormat.
var openAPITypeFormats = map[reflect.Kind]struct{ name, format string }{
	reflect.Bool:      {"boolean", ""},
	reflect.String:    {"string", ""},
	reflect.Int:       {"integer", "int32"},
	reflect.Int8:      {"integer", "byte"},
	reflect.Int16:     {"integer", "int32"},
	reflect.Int32:     {"integer", "int32"},
	reflect.Int64:     {"integer", "int64"},
	reflect.Uint8:     {"integer", "byte"},
	reflect.Uint16:    {"integer", "int32"},
	reflect.Uint32:    {"integer", "int64"},
	reflect.Uint64:    {"integer", "int64"},
	reflect.Float32:   {"number", "float"},
	reflect.Float64:   {"number", "double"},
	reflect.Interface: {"object", ""},
}

func newSchema(name, format string) spec.Schema {
	return spec.Schema{SchemaProps: spec.SchemaProps{Type: spec.StringOrArray{name}, Format: format}}
}

// field is a field of a struct, with the options of its json tag.
type field struct {
	reflect.StructField
	json      string // its name in JSON; "": it is not in JSON
	inline    bool   // its fields are fields of the outer struct in JSON
	omitEmpty bool   // it is omitted if it is zero
	quoted    bool   // a number in quotes
}

func fieldOf(f reflect.StructField) field {
	tag, tagged := f.Tag.Lookup("json")
	name, options, _ := strings.Cut(tag, ",")
	switch all := strings.Split(options, ","); {
	case f.Anonymous && tagged && name == "":
		return field{StructField: f, inline: true}
	case name == "-" || !f.IsExported():
		return field{StructField: f}
	case !tagged:
		return field{StructField: f, json: f.Name}
	default:
		return field{StructField: f, json: name, omitEmpty: slices.Contains(all, "omitempty"), quoted: all[0] == "string"}
	}
}

// element returns the type that a pointer type points to, or the type itself.
func element(t reflect.Type) reflect.Type {
	if t.Kind() == reflect.Pointer {
		return t.Elem()
	}
	return t
}
