package openapi

import (
	"cmp"
	"reflect"

	"k8s.io/kube-openapi/pkg/common"
	"k8s.io/kube-openapi/pkg/validation/spec"

	installer "kubepath/chapters/03-installer"
)

// version is what differs between the two versions of OpenAPI.
type version struct {
	refs     string // where definitions stand
	oneOf    bool   // a value may be of several types
	defaults bool   // clients expect them
}

var (
	v2 = version{refs: "#/definitions/"}
	v3 = version{refs: "#/components/schemas/", oneOf: true, defaults: true}
)

// definitions makes a definition for each type that it is given, and for each that those have in them. Upstream: what
// openapi-gen generates, GetOpenAPIDefinitions.
type definitions struct {
	version
	sources sources
	kinds   kindsOf
	made    map[string]common.OpenAPIDefinition // by model name
}

// add defines a type, once, and returns its name.
func (d *definitions) add(t reflect.Type) string {
	name := modelName(t)
	if _, ok := d.made[name]; !ok {
		d.made[name] = common.OpenAPIDefinition{} // a type may contain itself
		d.made[name] = d.define(t)
	}
	return name
}

// ref points to a type's definition.
func (d *definitions) ref(name string) spec.Ref { return spec.MustCreateRef(d.refs + name) }

// describes its own schema: IntOrString, Quantity, Time.
type schemaType interface {
	OpenAPISchemaType() []string
	OpenAPISchemaFormat() string
}

// may be of several types: IntOrString, Quantity.
type severalTypes interface{ OpenAPIV3OneOfTypes() []string }

// has sentences for itself ("") and its fields, by their names in JSON.
type documented interface{ SwaggerDoc() map[string]string }

// define makes the definition of a type.
func (d *definitions) define(t reflect.Type) common.OpenAPIDefinition {
	zero := reflect.Zero(t).Interface()
	notes := d.sources.of(t)
	s := spec.Schema{SchemaProps: spec.SchemaProps{Description: notes.text}}
	if kinds := d.kinds.extension(t); kinds != nil {
		s.AddExtension(installer.MetaKind, kinds)
	}
	if own, ok := zero.(schemaType); ok {
		s.Type, s.Format = own.OpenAPISchemaType(), own.OpenAPISchemaFormat()
		if several, ok := zero.(severalTypes); ok && d.oneOf {
			s.Type, s.OneOf = nil, common.GenerateOpenAPIV3OneOfSchema(several.OpenAPIV3OneOfTypes())
		}
		return common.OpenAPIDefinition{Schema: s}
	}
	s.Type = spec.StringOrArray{"object"}
	if own, ok := zero.(documented); ok {
		s.Description = cmp.Or(notes.text, own.SwaggerDoc()[""])
	}
	notes.extend(&s)
	if union := notes.union(t); union != nil {
		s.AddExtension("x-kubernetes-unions", union)
	}
	o := object{definitions: d, schema: &s}
	o.addFields(t)
	return common.OpenAPIDefinition{Schema: s, Dependencies: o.needs}
}
