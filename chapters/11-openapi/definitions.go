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

// openAPIVersion has the differences between the two versions of OpenAPI.
type openAPIVersion struct {
	refPrefix string // the prefix of references to definitions
	oneOf     bool   // schemas may have oneOf
	defaults  bool   // schemas have defaults
}

var (
	v2 = openAPIVersion{refPrefix: "#/definitions/"}
	v3 = openAPIVersion{refPrefix: "#/components/schemas/", oneOf: true, defaults: true}
)

// definitions makes the definitions of types, and of all types of their fields. Upstream: GetOpenAPIDefinitions, which
// openapi-gen generates.
type definitions struct {
	openAPIVersion
	schemaOf SchemaFunc
	sources  markersByType
	kinds    gvksByType
	byName   map[string]common.OpenAPIDefinition // by model name
	err      error                               // the first error of the SchemaFunc
}

// add defines a type, once, and returns its name.
func (d *definitions) add(t reflect.Type) string {
	name := modelName(t)
	if _, ok := d.byName[name]; !ok {
		d.byName[name] = common.OpenAPIDefinition{} // a type may contain itself
		d.byName[name] = d.define(t)
	}
	return name
}

// selfDescribed is a type that returns its own schema: IntOrString, Quantity, Time.
type selfDescribed interface {
	OpenAPISchemaType() []string
	OpenAPISchemaFormat() string
}

// oneOfTypes is a selfDescribed type whose JSON value has one of several types: IntOrString, Quantity.
type oneOfTypes interface{ OpenAPIV3OneOfTypes() []string }

// define makes the definition of a type.
func (d *definitions) define(t reflect.Type) common.OpenAPIDefinition {
	if own, ok := reflect.Zero(t).Interface().(selfDescribed); ok {
		return common.OpenAPIDefinition{Schema: d.selfDescribedSchema(t, own)}
	}
	needs := map[string]reflect.Type{} // by reference
	s, err := d.schemaOf(t, func(t reflect.Type) spec.Schema {
		name, _ := definitionName(modelName(t))
		s := *spec.RefSchema(d.refPrefix + name)
		needs[s.Ref.String()] = t
		return s
	})
	d.err = cmp.Or(d.err, err)
	(&markerWriter{d.openAPIVersion, d.sources, &s}).addToStruct(t)
	d.kinds.addGVKExtension(&s, t)
	made := common.OpenAPIDefinition{Schema: s}
	for _, property := range s.Properties { // markerWriter has removed fields that are newer than the served version
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

// selfDescribedSchema returns the schema of a selfDescribed type, which does not depend on its fields.
func (d *definitions) selfDescribedSchema(t reflect.Type, own selfDescribed) spec.Schema {
	s := spec.Schema{SchemaProps: spec.SchemaProps{
		Description: d.sources.of(t).description, Type: own.OpenAPISchemaType(), Format: own.OpenAPISchemaFormat(),
	}}
	if several, ok := own.(oneOfTypes); ok && d.oneOf {
		s.Type, s.OneOf = nil, common.GenerateOpenAPIV3OneOfSchema(several.OpenAPIV3OneOfTypes())
	}
	d.kinds.addGVKExtension(&s, t)
	return s
}

// modelName returns the name by which kube-openapi's builders look for a type's definition: io.k8s.api.core.v1.Pod, which a
// generated method returns, or import path and type name for a type without one.
func modelName(t reflect.Type) string { return util.GetCanonicalTypeName(reflect.New(t).Interface()) }

// gvksByType has the kinds of each Go type of a scheme, sorted. Upstream: openapi.DefinitionNamer.
type gvksByType map[reflect.Type][]schema.GroupVersionKind

func newGVKsByType(scheme *runtime.Scheme) gvksByType {
	all := gvksByType{}
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

// addGVKExtension adds the kinds of a type to its schema.
func (k gvksByType) addGVKExtension(s *spec.Schema, t reflect.Type) {
	var list []any
	for _, kind := range k[t] {
		list = append(list, map[string]any{"group": kind.Group, "version": kind.Version, "kind": kind.Kind})
	}
	if list != nil {
		s.AddExtension(installer.RouteMetaGVK, list)
	}
}

// crossRegisteredKinds has the kinds that are in every group version. The document of a group version has them only in
// that group version and in v1. Upstream: routes.crossRegisteredKinds.
var crossRegisteredKinds = []string{"DeleteOptions", "WatchEvent"}

// filterScopedGVKs removes other group versions from the schemas of crossRegisteredKinds. Upstream:
// routes.filterScopedGVKs.
func filterScopedGVKs(schemas map[string]*spec.Schema, gv schema.GroupVersion) {
	for _, s := range schemas {
		all, _ := s.Extensions[installer.RouteMetaGVK].([]any)
		if len(all) < 2 || !slices.Contains(crossRegisteredKinds, all[0].(map[string]any)["kind"].(string)) {
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
