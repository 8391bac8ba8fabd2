package openapi

import (
	"cmp"
	"reflect"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/kube-openapi/pkg/common"
	"k8s.io/kube-openapi/pkg/util"
	"k8s.io/kube-openapi/pkg/validation/spec"

	installer "kubepath/chapters/03-installer"
)

// version has the differences between the two versions of OpenAPI.
type version struct {
	refs     string // the prefix of references to definitions
	oneOf    bool   // schemas may have oneOf
	defaults bool   // schemas have defaults
}

var (
	v2 = version{refs: "#/definitions/"}
	v3 = version{refs: "#/components/schemas/", oneOf: true, defaults: true}
)

// definitions makes the definitions of types, and of all types of their fields. Upstream: GetOpenAPIDefinitions, which
// openapi-gen generates.
type definitions struct {
	version
	describe SchemaFunc
	sources  sources
	kinds    kindsOf
	made     map[string]common.OpenAPIDefinition // by model name
	err      error                               // the first error of the SchemaFunc
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

// schemaType is a type that returns its own schema: IntOrString, Quantity, Time.
type schemaType interface {
	OpenAPISchemaType() []string
	OpenAPISchemaFormat() string
}

// severalTypes is a schemaType whose JSON value has one of several types: IntOrString, Quantity.
type severalTypes interface{ OpenAPIV3OneOfTypes() []string }

// define makes the definition of a type.
func (d *definitions) define(t reflect.Type) common.OpenAPIDefinition {
	if own, ok := reflect.Zero(t).Interface().(schemaType); ok {
		return common.OpenAPIDefinition{Schema: d.own(t, own)}
	}
	needs := map[string]reflect.Type{} // by reference
	s, err := d.describe(t, func(t reflect.Type) spec.Schema {
		name, _ := definitionName(modelName(t))
		s := *spec.RefSchema(d.refs + name)
		needs[s.Ref.String()] = t
		return s
	})
	d.err = cmp.Or(d.err, err)
	(&annotation{d.version, d.sources, &s}).object(t)
	d.kinds.extend(&s, t)
	made := common.OpenAPIDefinition{Schema: s}
	for _, property := range s.Properties { // annotation has removed fields that are newer than the served version
		if needed := needs[innermost(&property).Ref.String()]; needed != nil {
			made.Dependencies = append(made.Dependencies, d.add(needed))
		}
	}
	return made
}

// innermost returns the schema of the elements of a list or a map, also of nested ones; any other schema itself.
func innermost(s *spec.Schema) *spec.Schema {
	switch {
	case s.Items != nil:
		return innermost(s.Items.Schema)
	case s.AdditionalProperties != nil:
		return innermost(s.AdditionalProperties.Schema)
	}
	return s
}

// own returns the schema of a schemaType, which does not depend on its fields.
func (d *definitions) own(t reflect.Type, own schemaType) spec.Schema {
	s := spec.Schema{SchemaProps: spec.SchemaProps{
		Description: d.sources.of(t).text, Type: own.OpenAPISchemaType(), Format: own.OpenAPISchemaFormat(),
	}}
	if several, ok := own.(severalTypes); ok && d.oneOf {
		s.Type, s.OneOf = nil, common.GenerateOpenAPIV3OneOfSchema(several.OpenAPIV3OneOfTypes())
	}
	d.kinds.extend(&s, t)
	return s
}

// modelName returns the name by which kube-openapi's builders look for a type's definition: io.k8s.api.core.v1.Pod, which a
// generated method returns, or import path and type name for a type without one.
func modelName(t reflect.Type) string { return util.GetCanonicalTypeName(reflect.New(t).Interface()) }

// kindsOf has the kinds of each Go type of a scheme, sorted. Upstream: openapi.DefinitionNamer.
type kindsOf map[reflect.Type][]schema.GroupVersionKind

func newKindsOf(scheme *runtime.Scheme) kindsOf {
	all := kindsOf{}
	for kind, t := range scheme.AllKnownTypes() {
		if kind.Version != runtime.APIVersionInternal {
			all[t] = append(all[t], kind)
		}
	}
	for _, kinds := range all {
		slices.SortFunc(kinds, func(a, b schema.GroupVersionKind) int {
			if c := strings.Compare(a.Group, b.Group); c != 0 {
				return c
			}
			if c := strings.Compare(a.Version, b.Version); c != 0 {
				return c
			}
			return strings.Compare(a.Kind, b.Kind)
		})
	}
	return all
}

// extend adds the kinds of a type to its schema.
func (k kindsOf) extend(s *spec.Schema, t reflect.Type) {
	var list []any
	for _, kind := range k[t] {
		list = append(list, map[string]any{"group": kind.Group, "version": kind.Version, "kind": kind.Kind})
	}
	if list != nil {
		s.AddExtension(installer.RouteMetaGVK, list)
	}
}

// everywhere has the kinds that are in every group version. The document of a group version has them only in that group
// version and in v1. Upstream: routes.crossRegisteredKinds.
var everywhere = []string{"DeleteOptions", "WatchEvent"}

// narrow removes other group versions from the schemas of the kinds in everywhere. Upstream: routes.filterScopedGVKs.
func narrow(schemas map[string]*spec.Schema, gv schema.GroupVersion) {
	for _, s := range schemas {
		all, _ := s.Extensions[installer.RouteMetaGVK].([]any)
		if len(all) < 2 || !slices.Contains(everywhere, all[0].(map[string]any)["kind"].(string)) {
			continue
		}
		var near []any
		for _, item := range all {
			kind := item.(map[string]any)
			own := kind["group"] == gv.Group && kind["version"] == gv.Version
			if own || kind["group"] == "" && kind["version"] == "v1" {
				near = append(near, item)
			}
		}
		s.Extensions = spec.Extensions{installer.RouteMetaGVK: near}
	}
}
