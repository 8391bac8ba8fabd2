package openapi_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/kube-openapi/pkg/validation/spec"

	kinds "kubepath/chapters/02-kinds"
	installer "kubepath/chapters/03-installer"
	openapi "kubepath/chapters/11-openapi"
)

type Seat struct {
	Row string `json:"row"`
}

type Ticket struct {
	metav1.TypeMeta `json:",inline"`

	Price *int32 `json:"price"`
	Seats []Seat `json:"seats,omitempty" patchStrategy:"merge" patchMergeKey:"row"`
	spare int
}

// A Go type says nearly all of its schema.
func ExampleSchemaOf() {
	ref := func(t reflect.Type) spec.Schema { return *spec.RefSchema("#/" + t.Name()) }
	schema, err := openapi.SchemaOf(reflect.TypeFor[Ticket](), ref)
	if err != nil {
		fmt.Println(err)
	}
	fmt.Println("required:", schema.Required)
	for _, name := range []string{"apiVersion", "kind", "price", "seats"} {
		property, _ := json.Marshal(schema.Properties[name])
		fmt.Printf("%s: %s\n", name, property)
	}
	// Output:
	// required: [price]
	// apiVersion: {"type":"string"}
	// kind: {"type":"string"}
	// price: {"type":"integer","format":"int32"}
	// seats: {"type":"array","items":{"$ref":"#/Seat"},"x-kubernetes-patch-merge-key":"row","x-kubernetes-patch-strategy":"merge"}
}

// A client that has a document asks whether it is still the same.
func ExampleService() {
	scheme := kinds.NewScheme()
	codecs := kinds.NewCodecs(scheme)
	container := installer.NewContainer(codecs, nil)
	group := installer.APIGroupVersion{Root: "/api", GroupVersion: corev1.SchemeGroupVersion, Codecs: codecs,
		Resources: []installer.Resource{{Name: "configmaps", Kind: corev1.SchemeGroupVersion.WithKind("ConfigMap"),
			Verbs: []installer.VerbHandler{{Verb: installer.Verb{Name: "get", Methods: []string{"GET"}, On: installer.Item, OperationID: "read{version}{object}"}, Writes: &corev1.ConfigMap{},
				Handler: http.NotFoundHandler()}}}}}
	if _, err := group.InstallREST(container); err != nil {
		fmt.Println(err)
	}
	service := openapi.NewService(func() *openapi.Builder {
		return &openapi.Builder{Title: "Shelf", Version: "1", Scheme: scheme, WebServices: container.RegisteredWebServices()}
	})
	ask := func(etag string) *httptest.ResponseRecorder {
		r := httptest.NewRequest("GET", "/openapi/v3/api/v1", nil)
		r.Header.Set("If-None-Match", etag)
		w := httptest.NewRecorder()
		service.HandleGroupVersion(w, r)
		return w
	}
	first := ask("")
	again := ask(first.Header().Get("ETag"))
	var document struct{ Info, Paths map[string]any }
	if err := json.Unmarshal(first.Body.Bytes(), &document); err != nil {
		fmt.Println(err)
	}
	fmt.Println(first.Code, document.Info["title"])
	fmt.Println(slices.Sorted(maps.Keys(document.Paths)))
	fmt.Println(again.Code, again.Body.Len(), "bytes")
	// Output:
	// 200 Shelf
	// [/api/v1/ /api/v1/configmaps/{name}]
	// 304 0 bytes
}
