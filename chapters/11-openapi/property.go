package openapi

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"

	"k8s.io/kube-openapi/pkg/validation/spec"
)

// object is the schema of a struct while its fields are added.
type object struct {
	*definitions
	schema *spec.Schema
	needs  []string // model names of the types of fields
}

// addFields adds the fields of a struct, and of those that it embeds without a name. Upstream:
// openAPITypeWriter.generateMembers.
func (o *object) addFields(t reflect.Type) {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	var docs map[string]string
	if own, ok := reflect.Zero(t).Interface().(documented); ok {
		docs = own.SwaggerDoc()
	}
	notes := o.sources.of(t)
	for i := range t.NumField() {
		f := t.Field(i)
		name, options, tagged := jsonTag(f)
		switch {
		case f.Anonymous && tagged && name == "":
			o.addFields(f.Type)
			continue
		case name == "-" || !f.IsExported() || name == "":
			continue
		}
		note := notes.fields[f.Name]
		if _, ok := note.value("absent"); ok {
			continue
		}
		if _, ok := note.value("undocumented"); note.text == "" && !ok {
			note.text = docs[name]
		}
		if o.schema.Properties == nil {
			o.schema.Properties = map[string]spec.Schema{}
		}
		o.schema.Properties[name] = o.property(f, note, options)
		if !optional(note, options) {
			o.schema.Required = append(o.schema.Required, name)
		}
	}
}

// jsonTag is a field's name in JSON and what follows it in its tag. A field without a tag has its own name.
func jsonTag(f reflect.StructField) (name string, options []string, tagged bool) {
	tag, ok := f.Tag.Lookup("json")
	if !ok {
		return f.Name, nil, false
	}
	parts := strings.Split(tag, ",")
	return parts[0], parts[1:], true
}

func optional(n note, options []string) bool {
	if _, ok := n.value("required"); ok {
		return false
	}
	_, ok := n.value("optional")
	return ok || slices.Contains(options, "omitempty")
}

// property is the schema of a field. Upstream: openAPITypeWriter.generateProperty.
func (o *object) property(f reflect.StructField, n note, options []string) spec.Schema {
	s := spec.Schema{}
	if len(options) > 0 && options[0] == "string" {
		s.Type = spec.StringOrArray{"string"}
	} else {
		s = o.value(f.Type)
		s.Default = o.zero(f.Type, slices.Contains(options, "omitempty"))
	}
	s.Description = n.text
	if text, ok := n.value("default"); ok && o.defaults && s.Default == nil {
		_ = json.Unmarshal([]byte(text), &s.Default) // a test holds that all can be read
	}
	if values := o.enum(f.Type); values != nil {
		if _, ok := n.value("gap"); ok {
			s.Description += "\n"
		}
		s.Description += meanings(values)
	}
	n.extend(&s)
	for _, tag := range []struct{ name, extension string }{
		{"patchMergeKey", "x-kubernetes-patch-merge-key"},
		{"patchStrategy", "x-kubernetes-patch-strategy"},
	} {
		if value := f.Tag.Get(tag.name); value != "" {
			s.AddExtension(tag.extension, value)
		}
	}
	return s
}

// union says which field of a struct tells which of the others is set. Upstream: union.emit.
func (n notes) union(t reflect.Type) any {
	if _, ok := n.value("union"); !ok {
		return nil
	}
	union, by := map[string]any{}, map[string]any{}
	for i := range t.NumField() {
		f := t.Field(i)
		name, _, _ := jsonTag(f)
		if _, ok := n.fields[f.Name].value("unionDiscriminator"); ok {
			union["discriminator"] = name
		} else {
			by[name] = f.Name
		}
	}
	union["fields-to-discriminateBy"] = by
	return []any{union}
}

// extensions are the markers that a schema has under another name.
var extensions = []struct{ marker, name string }{
	{"listType", "x-kubernetes-list-type"},
	{"mapType", "x-kubernetes-map-type"},
	{"structType", "x-kubernetes-map-type"},
}

// extend says in a schema what markers say.
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
