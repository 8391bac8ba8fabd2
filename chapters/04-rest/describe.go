package rest

import (
	"cmp"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	kinds "kubepath/chapters/02-kinds"
	installer "kubepath/chapters/03-installer"
)

// describe fills in what chapter 11 tells clients about a verb.
func (v Verb) describe(h *installer.VerbHandler, e *RequestScope) {
	h.Doc = sentence(v.Doc, e)
	h.Params = queryParams(v.Options)
	h.Writes = e.served(e.Storage.New())
	if v.Writes != nil {
		h.Writes = e.served(v.Writes(e.Storage))
	}
	if v.Reads != nil {
		h.Reads = e.served(v.Reads(e.Storage))
	}
	if v.MediaTypes != nil {
		h.Returns = v.MediaTypes(e.Codecs)
	}
}

// served is a sample in the version that clients see: a storage may work with another, and its lists are of no version.
func (e *RequestScope) served(sample any) any {
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

func sentence(doc string, e *RequestScope) string {
	article, sub, watch := "a ", "", ""
	switch kind := e.parentKind(); {
	case strings.HasSuffix(kind, "s") && !strings.HasSuffix(kind, "ss"): // Endpoints
		article = ""
	case strings.ContainsAny(kind[:1], "AEIOU"):
		article = "an "
	}
	if e.Subresource != "" {
		sub = e.Subresource + " of "
	}
	if Has[Watcher](e.Storage) {
		watch = "or watch "
	}
	return strings.NewReplacer("{a}", article, "{kind}", e.parentKind(), "{sub}", sub, "{watch}", watch).Replace(doc)
}

// parentKind is the kind that sentences name: for a subresource, that of the resource that has it.
func (e *RequestScope) parentKind() string { return cmp.Or(e.ParentKind, e.Kind.Kind) }

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
	for _, f := range reflect.VisibleFields(t) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if kind := paramType(f.Type); name != "" && kind != "" && !slices.Contains(typeMeta, name) {
			params = append(params, installer.Param{Name: name, In: "query", Type: kind, Doc: docs[name]})
		}
	}
	return params
}

// collectionOptions are the query of a deletecollection: which objects, and how to delete each.
type collectionOptions struct {
	metav1.DeleteOptions
	LabelSelector        string                      `json:"labelSelector"`
	FieldSelector        string                      `json:"fieldSelector"`
	ResourceVersion      string                      `json:"resourceVersion"`
	ResourceVersionMatch metav1.ResourceVersionMatch `json:"resourceVersionMatch"`
	TimeoutSeconds       *int64                      `json:"timeoutSeconds"`
	Limit                int64                       `json:"limit"`
	Continue             string                      `json:"continue"`
	SendInitialEvents    *bool                       `json:"sendInitialEvents"`
	ShardSelector        string                      `json:"shardSelector"`
}

// SwaggerDoc is that of both.
func (o collectionOptions) SwaggerDoc() map[string]string {
	docs := maps.Clone(metav1.ListOptions{}.SwaggerDoc())
	maps.Copy(docs, o.DeleteOptions.SwaggerDoc())
	return docs
}

// typeMeta are the fields that a query does not have.
var typeMeta = []string{"kind", "apiVersion"}

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
