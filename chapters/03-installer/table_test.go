package installer

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/emicklei/go-restful/v3"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	kinds "kubepath/chapters/02-kinds"
)

func testCodecs() *kinds.Codecs { return kinds.NewCodecs(runtime.NewScheme()) }

// coreTable is part of the core group, as kube-apiserver serves it.
func coreTable() *APIGroupVersion {
	core := corev1.SchemeGroupVersion.WithKind
	name := func(r Resource, singular string, short ...string) Resource {
		r.Singular, r.ShortNames, r.StorageKind = singular, short, r.Kind
		return r
	}
	eviction := schema.GroupVersionKind{Group: "policy", Version: "v1", Kind: "Eviction"}
	status := []VerbHandler{getRow, updateRow, patchRow}
	var withoutCollection []VerbHandler
	for _, v := range standard {
		if v.Name != "deletecollection" {
			withoutCollection = append(withoutCollection, v)
		}
	}
	return &APIGroupVersion{
		Root: "/api", GroupVersion: corev1.SchemeGroupVersion, Codecs: testCodecs(),
		Resources: append([]Resource{
			name(Resource{Name: "configmaps", Kind: core("ConfigMap"), Namespaced: true, Verbs: standard}, "configmap", "cm"),
			name(Resource{Name: "namespaces", Kind: core("Namespace"), Verbs: withoutCollection}, "namespace", "ns"),
			{Name: "namespaces", Subresource: "finalize", Kind: core("Namespace"), Verbs: []VerbHandler{updateRow}},
			{Name: "namespaces", Subresource: "status", Kind: core("Namespace"), Verbs: status},
			name(Resource{Name: "nodes", Kind: core("Node"), Verbs: standard}, "node", "no"),
			{Name: "nodes", Subresource: "proxy", Kind: core("NodeProxyOptions"), Verbs: []VerbHandler{proxyRow}},
			{Name: "nodes", Subresource: "status", Kind: core("Node"), Verbs: status},
			{Name: "pods", Subresource: "eviction", Kind: eviction, Namespaced: true, Verbs: []VerbHandler{createRow}},
		}, podRows()...),
	}
}

// appsTable is part of apps/v1.
func appsTable() *APIGroupVersion {
	deployment := appsv1.SchemeGroupVersion.WithKind("Deployment")
	status := []VerbHandler{getRow, updateRow, patchRow}
	scale := schema.GroupVersionKind{Group: "autoscaling", Version: "v1", Kind: "Scale"}
	return &APIGroupVersion{
		Root: "/apis", GroupVersion: appsv1.SchemeGroupVersion, Codecs: testCodecs(),
		Resources: []Resource{
			{
				Name: "deployments", Kind: deployment, Namespaced: true, Verbs: standard, StorageKind: deployment,
				Singular: "deployment", ShortNames: []string{"deploy"}, Categories: []string{"all"},
			},
			{Name: "deployments", Subresource: "scale", Kind: scale, Namespaced: true, Verbs: status},
			{Name: "deployments", Subresource: "status", Kind: deployment, Namespaced: true, Verbs: status},
		},
	}
}

// testServer has both tables and their discovery in one container, as chapter 8 will.
func testServer(t testing.TB) (*restful.Container, *Discovery) {
	t.Helper()
	codecs := testCodecs()
	container := NewContainer(codecs, http.NotFoundHandler())
	discovery := &Discovery{Codecs: codecs, Address: "10.0.0.1:6443"}
	for _, table := range []*APIGroupVersion{coreTable(), appsTable()} {
		if _, err := table.InstallREST(container); err != nil {
			t.Fatal(err)
		}
		discovery.AddGroupVersion(table.Discovery())
	}
	for _, path := range []string{"/api", "/apis", "/apis/apps"} {
		container.Add(discovery.WebService(path))
	}
	return container, discovery
}

// ask sends a request; headers come in pairs.
func ask(h http.Handler, method, path string, headers ...string) *httptest.ResponseRecorder {
	var body *strings.Reader = strings.NewReader("")
	r := httptest.NewRequest(method, path, body)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// dispatched sends requests to the container past its ServeMux, as chapter 8 does.
func dispatched(c *restful.Container) http.Handler { return http.HandlerFunc(c.Dispatch) }
