package request_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	request "kubepath/chapters/01-request"
)

// clientOf is a client for a server that answers every request alike.
func clientOf(code int, body string) (client *request.RESTClient, closeServer func()) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Println(r.Method, r.URL)
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(code)
		fmt.Fprint(w, body)
	}))
	client, err := request.RESTClientFor(&request.Config{Host: server.URL, GroupVersion: schema.GroupVersion{Version: "v1"}})
	if err != nil {
		panic(err)
	}
	return client, server.Close
}

// A chain may be looked at before it is sent.
func ExampleRequest_URL() {
	client, err := request.RESTClientFor(&request.Config{
		Host:         "https://server:6443",
		GroupVersion: schema.GroupVersion{Group: "apps", Version: "v1"},
	})
	if err != nil {
		panic(err)
	}
	fmt.Println(client.Get().Namespace("default").Resource("deployments").Name("web").SubResource("scale").URL())
	fmt.Println(client.Get().Resource("deployments").VersionedParams(&metav1.ListOptions{LabelSelector: "app=web"}, metav1.ParameterCodec).URL())
	fmt.Println(client.Get().AbsPath("/readyz").URL())
	fmt.Println(client.Get().Name("a/b").Namespace("default").Error())
	// Output:
	// https://server:6443/apis/apps/v1/namespaces/default/deployments/web/scale
	// https://server:6443/apis/apps/v1/deployments?labelSelector=app%3Dweb
	// https://server:6443/readyz
	// invalid resource name "a/b": [may not contain '/']
}

// An answer becomes an object.
func ExampleResult_Into() {
	client, closeServer := clientOf(200, `{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"paint"},"data":{"colour":"blue"}}`)
	defer closeServer()

	var paint corev1.ConfigMap
	err := client.Get().Namespace("default").Resource("configmaps").Name("paint").Do(context.Background()).Into(&paint)
	fmt.Println(paint.Data["colour"], err)
	// Output:
	// GET /api/v1/namespaces/default/configmaps/paint
	// blue <nil>
}

// A Status becomes an error that can be asked what it means.
func ExampleResult_Error() {
	client, closeServer := clientOf(404, `{"kind":"Status","apiVersion":"v1","status":"Failure","message":"pods \"x\" not found","reason":"NotFound","code":404}`)
	defer closeServer()

	err := client.Delete().Namespace("default").Resource("pods").Name("x").Do(context.Background()).Error()
	fmt.Println(err, apierrors.IsNotFound(err))
	// Output:
	// DELETE /api/v1/namespaces/default/pods/x
	// pods "x" not found true
}

// A watch is a GET whose answer does not end.
func ExampleRequest_Watch() {
	client, closeServer := clientOf(200, `
{"type":"ADDED","object":{"kind":"Pod","apiVersion":"v1","metadata":{"name":"web"}}}
{"type":"DELETED","object":{"kind":"Pod","apiVersion":"v1","metadata":{"name":"web"}}}
`)
	defer closeServer()

	w, err := client.Get().Resource("pods").Param("watch", "true").Watch(context.Background())
	if err != nil {
		panic(err)
	}
	defer w.Stop()
	for event := range w.ResultChan() {
		fmt.Println(event.Type, event.Object.(*unstructured.Unstructured).GetName())
	}
	// Output:
	// GET /api/v1/pods?watch=true
	// ADDED web
	// DELETED web
}
