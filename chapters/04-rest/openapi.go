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

// describe sets the documentation of a verb for OpenAPI (chapter 11).
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

// servedSample returns a sample in the served version: the storage may use another one, and its lists have no version.
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

// parentKind returns the kind for the documentation: for a subresource, the kind of its resource.
func (scope *RequestScope) parentKind() string { return cmp.Or(scope.ParentKind, scope.Kind.Kind) }

// queryParams returns the query parameters of options, with the documentation of the type's fields.
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

// collectionOptions are the query parameters of a deletecollection: those of a list and those of a delete.
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

// SwaggerDoc returns the documentation of ListOptions and DeleteOptions.
func (o collectionOptions) SwaggerDoc() map[string]string {
	docs := maps.Clone(metav1.ListOptions{}.SwaggerDoc())
	maps.Copy(docs, o.DeleteOptions.SwaggerDoc())
	return docs
}

// typeMeta are the fields of options that are not query parameters.
var typeMeta = []string{"kind", "apiVersion"}

// paramType returns the OpenAPI type of a field; "" if it cannot be a query parameter.
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
