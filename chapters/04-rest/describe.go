package rest

import (
	"fmt"
	"reflect"
	"strings"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	kinds "kubepath/chapters/02-kinds"
	installer "kubepath/chapters/03-installer"
)

// describe fills in what chapter 11 tells clients about a verb.
func (g *Group) describe(row *installer.Verb, v Verb, e *Endpoint) {
	row.Doc = sentence(v.Doc, e)
	row.Params = append(pathParams(v.On, e), queryParams(v.Options)...)
	row.Writes = e.served(e.Storage.New())
	if v.Writes != nil {
		row.Writes = e.served(v.Writes(e.Storage))
	}
	if v.Reads != nil {
		row.Reads = e.served(v.Reads(e.Storage))
	}
	row.Accepts = v.Accepts
}

// served is a sample in the version that clients see: a storage may work with another, and its lists are of no version.
func (e *Endpoint) served(sample any) any {
	kind := e.Kind
	switch _, list := sample.(*kinds.List); {
	case list:
		kind.Kind += "List"
	case reflect.TypeOf(sample) != reflect.TypeOf(e.Storage.New()):
		return sample
	}
	if obj, err := e.Codecs.Scheme.New(kind); err == nil {
		return obj
	}
	return sample
}

func sentence(doc string, e *Endpoint) string {
	article, sub := "a", ""
	if strings.ContainsAny(e.Kind.Kind[:1], "AEIOU") {
		article = "an"
	}
	if e.Subresource != "" {
		sub = e.Subresource + " of "
	}
	return strings.NewReplacer("{a}", article, "{kind}", e.Kind.Kind, "{sub}", sub).Replace(doc)
}

func pathParams(on installer.Target, e *Endpoint) []installer.Param {
	var params []installer.Param
	add := func(wanted bool, name, doc string) {
		if wanted {
			params = append(params, installer.Param{Name: name, In: "path", Type: "string", Doc: doc, Required: true})
		}
	}
	add(on != installer.Collection || e.Subresource != "", "name", "name of the "+e.Kind.Kind)
	add(e.Namespaced, "namespace", "object name and auth scope, such as for teams and projects")
	add(on == installer.ItemPath, "path", "path to the resource")
	return params
}

// queryParams are the parameters that options are read from, with the documentation of their type's fields.
// Upstream: endpoints.AddObjectParams.
func queryParams(options any) []installer.Param {
	params := []installer.Param{{Name: "pretty", In: "query", Type: "string", Doc: "If 'true', then the output is pretty " +
		"printed. Defaults to 'false' unless the user-agent indicates a browser or command-line HTTP tool (curl and wget)."}}
	if options == nil {
		return params
	}
	var docs map[string]string
	if documented, ok := options.(interface{ SwaggerDoc() map[string]string }); ok {
		docs = documented.SwaggerDoc()
	}
	t := reflect.TypeOf(options)
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		if kind := paramType(t.Field(i).Type); name != "" && kind != "" {
			params = append(params, installer.Param{Name: name, In: "query", Type: kind, Doc: docs[name]})
		}
	}
	return params
}

// paramType is the OpenAPI type of a field that a query can hold; "" for one that it cannot.
func paramType(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Pointer:
		return paramType(t.Elem())
	case reflect.Slice:
		return paramType(t.Elem())
	case reflect.String:
		return "string"
	case reflect.Bool:
		return "boolean"
	case reflect.Int32, reflect.Int64:
		return "integer"
	}
	return ""
}

// currentMinor is the minor version of the API that is served, 1.36: what was deprecated later is not deprecated yet.
const currentMinor = 36

// lifecycle is generated for the kinds that come and go.
type lifecycle interface {
	APILifecycleDeprecated() (major, minor int)
}

// deprecation is the warning that every request for a deprecated kind gets; "" for others.
// Upstream: deprecation.WarningMessage.
func deprecation(kind schema.GroupVersionKind, scheme *runtime.Scheme) string {
	obj, err := scheme.New(kind)
	deprecated, ok := obj.(lifecycle)
	if err != nil || !ok {
		return ""
	}
	major, minor := deprecated.APILifecycleDeprecated()
	if major == 0 || major == 1 && minor > currentMinor {
		return ""
	}
	text := fmt.Sprintf("%s %s is deprecated in v%d.%d+", kind.GroupVersion(), kind.Kind, major, minor)
	if removed, ok := obj.(interface{ APILifecycleRemoved() (major, minor int) }); ok {
		if major, minor := removed.APILifecycleRemoved(); major != 0 || minor != 0 {
			text += fmt.Sprintf(", unavailable in v%d.%d+", major, minor)
		}
	}
	if replaced, ok := obj.(interface {
		APILifecycleReplacement() schema.GroupVersionKind
	}); ok {
		if by := replaced.APILifecycleReplacement(); !by.Empty() {
			text += fmt.Sprintf("; use %s %s", by.GroupVersion(), by.Kind)
		}
	}
	return text
}
