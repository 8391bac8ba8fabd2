package rest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	kinds "kubepath/chapters/02-kinds"
	installer "kubepath/chapters/03-installer"
)

// greeter is a whole resource: it has a kind, a scope and one capability, so it has one verb.
type greeter struct{}

func (greeter) New() runtime.Object   { return &corev1.ConfigMap{} }
func (greeter) Destroy()              {}
func (greeter) NamespaceScoped() bool { return true }

func (greeter) Get(ctx context.Context, name string, _ *metav1.GetOptions) (runtime.Object, error) {
	if name == "nobody" {
		return nil, apierrors.NewNotFound(schema.GroupResource{Resource: "greetings"}, name)
	}
	return &corev1.ConfigMap{Data: map[string]string{"text": "hello " + name + " of " + NamespaceFrom(ctx)}}, nil
}

func Example() {
	g := &APIInstaller{GroupVersion: schema.GroupVersion{Version: "v1"}, Codecs: kinds.NewCodecs(kinds.NewScheme())}
	rows, err := g.Resources(map[string]Storage{"greetings": greeter{}})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, verb := range rows[0].Verbs {
		fmt.Println(verb.Name, verb.Methods, "-", verb.Doc)
	}
	for _, name := range []string{"ada", "nobody"} {
		info := &installer.RequestInfo{Namespace: "london", Name: name}
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		w := httptest.NewRecorder()
		rows[0].Verbs[0].Handler.ServeHTTP(w, r.WithContext(installer.WithRequestInfo(r.Context(), info)))
		fmt.Println(w.Code, strings.TrimSpace(w.Body.String()))
	}
	// Output:
	// get [GET] - read the specified ConfigMap
	// 200 {"kind":"ConfigMap","apiVersion":"v1","metadata":{},"data":{"text":"hello ada of london"}}
	// 404 {"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"greetings \"nobody\" not found","reason":"NotFound","details":{"name":"nobody","kind":"greetings"},"code":404}
}

func ExampleVerbs() {
	for _, verb := range Verbs() {
		if verb.Supported(newConfigMapStorage()) {
			fmt.Printf("%-16s %s\n", verb.Name, verb.Methods[0])
		}
	}
	// Output:
	// get              GET
	// list             GET
	// create           POST
	// update           PUT
	// delete           DELETE
	// deletecollection DELETE
}

func ExampleErrorToAPIStatus() {
	for _, err := range []error{
		apierrors.NewConflict(schema.GroupResource{Resource: "pods"}, "web", errors.New("it changed")),
		errors.New("something broke"),
		context.DeadlineExceeded,
	} {
		status := ErrorToAPIStatus(err)
		fmt.Printf("%d %q %s\n", status.Code, status.Reason, status.Message)
	}
	// Output:
	// 409 "Conflict" Operation cannot be fulfilled on pods "web": it changed
	// 500 "" something broke
	// 504 "Timeout" Timeout: request did not complete within requested timeout - context deadline exceeded
}
