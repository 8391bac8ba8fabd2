package installer

import (
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/emicklei/go-restful/v3"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	kinds "kubepath/chapters/02-kinds"
)

// Two rows become three routes: a list also runs across namespaces.
func ExampleAPIGroupVersion_InstallREST() {
	hello := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "hello") })
	job := schema.GroupVersionKind{Group: "batch", Version: "v1", Kind: "Job"}
	batch := &APIGroupVersion{
		Root:         "/apis",
		GroupVersion: job.GroupVersion(),
		Codecs:       kinds.NewCodecs(runtime.NewScheme()),
		Resources: []Resource{{Name: "jobs", Kind: job, Namespaced: true, Verbs: []VerbHandler{
			{Verb: Verb{Name: "list", Methods: []string{"GET"}, On: Collection, AllNamespaces: true}, Handler: hello},
			{Verb: Verb{Name: "get", Methods: []string{"GET"}, On: Item}, Handler: hello},
		}}},
	}
	container := restful.NewContainer()
	actions, err := batch.InstallREST(container)
	if err != nil {
		fmt.Println(err)
	}
	for _, a := range actions {
		fmt.Println(a.Method, a.Path, a.Operation)
	}
	w := httptest.NewRecorder()
	container.Dispatch(w, httptest.NewRequest("GET", "/apis/batch/v1/namespaces/default/jobs/pi", nil))
	fmt.Println(w.Body)
	// Output:
	// GET namespaces/{namespace}/jobs listBatchV1NamespacedJob
	// GET jobs listBatchV1JobForAllNamespaces
	// GET namespaces/{namespace}/jobs/{name} getBatchV1NamespacedJob
	// hello
}

// A path is understood before it is known whether anything serves it.
func ExampleRequestInfoFactory() {
	infos := NewRequestInfoFactory(Verb{Name: "watch", Methods: []string{"GET"}, When: WantsWatch})
	r := httptest.NewRequest("GET", "/apis/apps/v1/namespaces/shop/deployments?watch=true&labelSelector=tier%3Dweb", nil)
	info, err := infos.NewRequestInfo(r)
	if err != nil {
		fmt.Println(err)
	}
	fmt.Println(info.Verb, info.APIGroup, info.Resource, "in", info.Namespace, "where", info.LabelSelector)
	// Output: watch apps deployments in shop where tier=web
}

// Discovery follows the set of versions.
func ExampleDiscovery() {
	d := &Discovery{Codecs: kinds.NewCodecs(runtime.NewScheme())}
	d.AddGroupVersion(GroupVersionDiscovery{GroupVersion: schema.GroupVersion{Group: "apps", Version: "v1"}})
	show := func() {
		w := httptest.NewRecorder()
		d.ServeHTTP(w, httptest.NewRequest("GET", "/apis/apps", nil))
		fmt.Println(w.Code, w.Body)
	}
	show()
	d.RemoveGroupVersion(schema.GroupVersion{Group: "apps", Version: "v1"})
	fmt.Println(d.Serves("/apis/apps"))
	// Output:
	// 200 {"kind":"APIGroup","apiVersion":"v1","name":"apps","versions":[{"groupVersion":"apps/v1","version":"v1"}],"preferredVersion":{"groupVersion":"apps/v1","version":"v1"}}
	//
	// false
}
