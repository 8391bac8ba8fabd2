package rest

import (
	"cmp"
	"maps"
	"reflect"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	kinds "kubepath/chapters/02-kinds"
	installer "kubepath/chapters/03-installer"
)

// describe fills in what chapter 11 tells clients about a verb.
func (v Verb) describe(h *installer.VerbHandler, scope *RequestScope) {
	h.Doc = verbDoc(v.Doc, scope)
	h.Params = queryParams(v.Options)
	h.Writes = scope.servedSample(scope.Storage.New())
	if v.Writes != nil {
		h.Writes = scope.servedSample(v.Writes(scope.Storage))
	}
	if v.Reads != nil {
		h.Reads = scope.servedSample(v.Reads(scope.Storage))
	}
	if v.MediaTypes != nil {
		h.Returns = v.MediaTypes(scope.Codecs)
	}
	if v.BodyMediaTypes != nil {
		h.Accepts = v.BodyMediaTypes(scope.Codecs)
	}
}

// servedSample is a sample in the version that clients see: a storage may work with another, and its lists are of no version.
func (scope *RequestScope) servedSample(sample any) any {
	kind := scope.Kind
	switch _, list := sample.(*kinds.List); {
	case list:
		kind.Kind += "List"
	case reflect.TypeOf(sample) != reflect.TypeOf(scope.Storage.New()):
		return sample
	}
	if obj, err := scope.Codecs.Scheme.New(kind); err == nil {
		return obj
	}
	return sample
}

func verbDoc(doc string, scope *RequestScope) string {
	article, sub, watch := "a ", "", ""
	switch kind := scope.parentKind(); {
	case strings.HasSuffix(kind, "s") && !strings.HasSuffix(kind, "ss"): // Endpoints
		article = ""
	case strings.ContainsAny(kind[:1], "AEIOU"):
		article = "an "
	}
	if scope.Subresource != "" {
		sub = scope.Subresource + " of "
	}
	if Has[Watcher](scope.Storage) {
		watch = "or watch "
	}
	return strings.NewReplacer("{a}", article, "{kind}", scope.parentKind(), "{sub}", sub, "{watch}", watch).Replace(doc)
}

// parentKind is the kind that sentences name: for a subresource, that of the resource that has it.
func (scope *RequestScope) parentKind() string { return cmp.Or(scope.ParentKind, scope.Kind.Kind) }

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
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
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
