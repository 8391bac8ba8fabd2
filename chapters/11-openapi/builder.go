package openapi

import (
	"net/http"
	"reflect"
	"strings"
	"unicode"

	"github.com/emicklei/go-restful/v3"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/kube-openapi/pkg/builder"
	"k8s.io/kube-openapi/pkg/builder3"
	"k8s.io/kube-openapi/pkg/common"
	"k8s.io/kube-openapi/pkg/common/restfuladapter"
	"k8s.io/kube-openapi/pkg/spec3"
	"k8s.io/kube-openapi/pkg/util"
	"k8s.io/kube-openapi/pkg/validation/spec"
)

// Builder makes the documents of an API. Upstream: package builder of kube-openapi, with its Config.
type Builder struct {
	Title, Version string // of the API as a whole
	// Scheme has the kinds of each Go type.
	Scheme *runtime.Scheme
	// SchemaOf makes the schemas of Go types; nil: the function SchemaOf.
	SchemaOf SchemaFunc
	// WebServices have the routes: one web service for each group version, for each group, for /api, /apis and others.
	WebServices []*restful.WebService
}

func (b *Builder) info() *spec.Info {
	return &spec.Info{InfoProps: spec.InfoProps{Title: b.Title, Version: b.Version}}
}

// newDefinitions returns the definitions of all types that the routes of web services read or write.
func (b *Builder) newDefinitions(v openAPIVersion, services ...*restful.WebService) *definitions {
	d := &definitions{
		openAPIVersion: v, schemaOf: b.SchemaOf, sources: parseMarkersFile(markersText), kinds: newGVKsByType(b.Scheme),
		byName: map[string]common.OpenAPIDefinition{},
	}
	if d.schemaOf == nil {
		d.schemaOf = SchemaOf
	}
	for _, ws := range services {
		for _, route := range ws.Routes() {
			d.addSample(route.ReadSample)
			d.addSample(route.WriteSample)
			for _, answer := range route.ResponseErrors {
				d.addSample(answer.Model)
			}
		}
	}
	return d
}

// addSample defines the type of a route's body; plain values need no definition.
func (d *definitions) addSample(sample any) {
	if sample == nil {
		return
	}
	t := reflect.TypeOf(sample)
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Kind() == reflect.Struct {
		d.add(t)
	}
}

const unauthorized = "Unauthorized"

// v3 makes the document of one web service.
func (b *Builder) v3(ws *restful.WebService) (*spec3.OpenAPI, error) {
	definitions := b.newDefinitions(v3, ws)
	if definitions.err != nil {
		return nil, definitions.err
	}
	config := &common.OpenAPIV3Config{
		Info:                           b.info(),
		Definitions:                    definitions.byName,
		GetOperationIDAndTagsFromRoute: operationIDAndTags,
		GetDefinitionName:              definitionName,
		CommonResponses: map[int]*spec3.Response{
			http.StatusUnauthorized: {ResponseProps: spec3.ResponseProps{Description: unauthorized}},
		},
		SecuritySchemes: spec3.SecuritySchemes{
			"BearerToken": {SecuritySchemeProps: spec3.SecuritySchemeProps{
				Type: "apiKey", Name: "authorization", In: "header", Description: "Bearer Token authentication",
			}},
		},
	}
	document, err := builder3.BuildOpenAPISpecFromRoutes(restfuladapter.AdaptWebServices([]*restful.WebService{ws}), config)
	if err != nil {
		return nil, err
	}
	if gv, ok := groupVersion(ws.RootPath()); ok {
		filterScopedGVKs(document.Components.Schemas, gv)
	}
	return document, nil
}

// v2 makes the document of the whole API.
func (b *Builder) v2() (*spec.Swagger, error) {
	definitions := b.newDefinitions(v2, b.WebServices...)
	if definitions.err != nil {
		return nil, definitions.err
	}
	config := &common.Config{
		ProtocolList:                   []string{"https"},
		Info:                           b.info(),
		GetDefinitions:                 func(common.ReferenceCallback) map[string]common.OpenAPIDefinition { return definitions.byName },
		GetOperationIDAndTagsFromRoute: operationIDAndTags,
		GetDefinitionName:              definitionName,
		CommonResponses: map[int]spec.Response{
			http.StatusUnauthorized: {ResponseProps: spec.ResponseProps{Description: unauthorized}},
		},
		SecurityDefinitions: &spec.SecurityDefinitions{
			"BearerToken": {SecuritySchemeProps: spec.SecuritySchemeProps{
				Type: "apiKey", Name: "authorization", In: "header", Description: "Bearer Token authentication",
			}},
		},
		DefaultSecurity: []map[string][]string{{"BearerToken": {}}},
	}
	return builder.BuildOpenAPISpecFromRoutes(restfuladapter.AdaptWebServices(b.WebServices), config)
}

// definitionName returns the name of a definition for the name that the builders use: a model name, or an import path
// and a type name.
func definitionName(name string) (string, spec.Extensions) {
	if strings.Contains(name, "/") {
		return util.ToRESTFriendlyName(name), nil
	}
	return name, nil
}

// groupVersion returns the group version of a web service; false if it serves something else.
func groupVersion(path string) (schema.GroupVersion, bool) {
	parts := strings.Split(strings.Trim(path, "/"), "/")
	switch {
	case len(parts) == 2 && parts[0] == "api":
		return schema.GroupVersion{Version: parts[1]}, true
	case len(parts) == 3 && parts[0] == "apis":
		return schema.GroupVersion{Group: parts[1], Version: parts[2]}, true
	}
	return schema.GroupVersion{}, false
}

// operationIDAndTags returns the operation id of a route (from chapter 3), and its tag, which is made from the path:
// core_v1, apps, version. Upstream: openapi.GetOperationIDAndTags.
func operationIDAndTags(r common.Route) (id string, tags []string, err error) {
	parts := strings.Split(strings.Trim(r.Path(), "/"), "/")
	if parts[0] == "api" {
		parts = append([]string{"apis", "core"}, parts[1:]...)
	}
	switch {
	case len(parts) == 1:
		tags = []string{camelCase(parts[0])}
	case len(parts) == 2:
		tags = []string{camelCase(strings.TrimSuffix(parts[1], ".k8s.io"))}
	default:
		tags = []string{camelCase(strings.TrimSuffix(parts[1], ".k8s.io")) + "_" + camelCase(parts[2])}
	}
	return r.OperationName(), tags, nil
}

// camelCase converts s to camelCase: it removes all but letters, digits and underscores (rbacAuthorization).
func camelCase(s string) string {
	var out strings.Builder
	gap := false
	for _, r := range s {
		switch {
		case !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '_':
			gap = true
			continue
		case gap:
			r = unicode.ToUpper(r)
		}
		out.WriteRune(r)
		gap = false
	}
	return out.String()
}
