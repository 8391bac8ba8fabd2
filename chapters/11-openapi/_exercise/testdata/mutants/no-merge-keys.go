package exercise

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"k8s.io/kube-openapi/pkg/validation/spec"
)

// SchemaOf makes the schema of the struct t from what its Go type says. ref returns a reference to the schema of another
// struct, and has that schema made too. It fails for a type that JSON cannot hold.
func SchemaOf(t reflect.Type, ref func(reflect.Type) spec.Schema) (spec.Schema, error) {
	s := object()
	return s, addFields(&s, t, ref)
}

func addFields(s *spec.Schema, t reflect.Type, ref func(reflect.Type) spec.Schema) error {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	for i := range t.NumField() {
		f := t.Field(i)
		tag, tagged := f.Tag.Lookup("json")
		parts := strings.Split(tag, ",")
		name, options := parts[0], parts[1:]
		if !tagged {
			name = f.Name
		}
		var err error
		switch {
		case f.Anonymous && name == "":
			err = addFields(s, f.Type, ref)
		case name == "-" || !f.IsExported():
		default:
			err = addField(s, f, name, options, ref)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", f.Name, err)
		}
	}
	return nil
}

func addField(s *spec.Schema, f reflect.StructField, name string, options []string, ref func(reflect.Type) spec.Schema) error {
	property, err := value(f.Type, ref)
	if err != nil {
		return err
	}
	if strategy := f.Tag.Get("patchStrategy"); strategy != "" {
		property.AddExtension("x-kubernetes-patch-strategy", strategy)
	}
	s.SetProperty(name, property)
	if !slices.Contains(options, "omitempty") {
		s.AddRequired(name)
	}
	return nil
}

func value(t reflect.Type, ref func(reflect.Type) spec.Schema) (spec.Schema, error) {
	switch t.Kind() {
	case reflect.Pointer:
		return value(t.Elem(), ref)
	case reflect.Struct:
		return ref(t), nil
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Uint8 {
			return bytes(), nil
		}
		items, err := value(t.Elem(), ref)
		return list(items), err
	case reflect.Map:
		values, err := value(t.Elem(), ref)
		return mapOf(values), err
	}
	if s, ok := simple(t); ok {
		return s, nil
	}
	return spec.Schema{}, fmt.Errorf("JSON cannot hold a %s", t)
}
