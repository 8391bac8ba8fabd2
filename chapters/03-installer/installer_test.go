package installer

import (
	"bytes"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"github.com/emicklei/go-restful/v3"
	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

var update = flag.Bool("update", false, "write testdata/routes.txt")

func TestRoutesOfTheTable(t *testing.T) {
	t.Parallel()
	var got bytes.Buffer
	container, _ := testServer(t)
	for _, ws := range container.RegisteredWebServices() {
		for _, r := range ws.Routes() {
			fmt.Fprintf(&got, "%-7s %-55s %s\n", r.Method, r.Path, r.Operation)
		}
	}
	const file = "testdata/routes.txt"
	if *update {
		if err := os.WriteFile(file, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got.String()); diff != "" {
		t.Error(diff)
	}
}

func TestActionsComeBackInTheOrderOfTheirRows(t *testing.T) {
	t.Parallel()
	table := &APIGroupVersion{
		Root: "/api", GroupVersion: schema.GroupVersion{Version: "v1"}, Codecs: testCodecs(),
		Resources: []Resource{
			{Name: "nodes", Kind: schema.GroupVersionKind{Version: "v1", Kind: "Node"}, Verbs: []VerbHandler{getRow, listRow, watchRow}},
			{Name: "nodes", Subresource: "proxy", Kind: schema.GroupVersionKind{Version: "v1", Kind: "NodeProxyOptions"},
				Verbs: []VerbHandler{connectRow(ItemPath, "GET", "PUT")}},
		},
	}
	actions, err := table.InstallREST(restful.NewContainer())
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for i := range actions {
		got = append(got, actions[i].String()+" "+actions[i].Operation)
	}
	want := []string{
		"get nodes: GET nodes/{name} readCoreV1Node",
		"list nodes: GET nodes listCoreV1Node",
		"watch nodes: GET nodes listCoreV1Node",
		"connect nodes/proxy: GET nodes/{name}/proxy connectCoreV1GetNodeProxy",
		"connect nodes/proxy: PUT nodes/{name}/proxy connectCoreV1PutNodeProxy",
		"connect nodes/proxy: GET nodes/{name}/proxy/{path:*} connectCoreV1GetNodeProxyWithPath",
		"connect nodes/proxy: PUT nodes/{name}/proxy/{path:*} connectCoreV1PutNodeProxyWithPath",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestRequestsReachTheirHandler(t *testing.T) {
	t.Parallel()
	container, _ := testServer(t)
	for _, row := range []struct{ method, path, handler string }{
		{"GET", "/api/v1/namespaces/a/pods/x", "serveGet"},
		{"GET", "/api/v1/namespaces/a/pods", "serveList"},
		{"GET", "/api/v1/pods", "serveList"},
		{"GET", "/api/v1/pods?watch=1", "serveWatch"},
		{"GET", "/api/v1/pods?watch=false", "serveList"},
		{"GET", "/api/v1/watch/pods", "serveWatch"},
		{"GET", "/api/v1/watch/namespaces/a/pods/x", "serveWatch"},
		{"POST", "/api/v1/namespaces/a/pods", "serveCreate"},
		{"POST", "/api/v1/namespaces/a/pods/x/eviction", "serveCreate"},
		{"DELETE", "/api/v1/namespaces/a/pods", "serveClear"},
		{"DELETE", "/api/v1/namespaces/a/pods/x", "serveDelete"},
		{"PUT", "/api/v1/namespaces/a", "serveUpdate"},
		{"PUT", "/api/v1/namespaces/a/finalize", "serveUpdate"},
		{"OPTIONS", "/api/v1/nodes/n/proxy/some/where", "serveConnect"},
		{"GET", "/apis/apps/v1/namespaces/a/deployments/d/scale", "serveGet"},
	} {
		got := ask(dispatched(container), row.method, row.path)
		if !strings.HasPrefix(got.Body.String(), row.handler+" ") {
			t.Errorf("%s %s: %s, want %s", row.method, row.path, got.Body, row.handler)
		}
	}
}

// The codes and messages are those of kube-apiserver.
func TestRequestsWithoutRouteAreAnsweredWithAStatus(t *testing.T) {
	t.Parallel()
	container, _ := testServer(t)
	const (
		notFound   = "the server could not find the requested resource"
		notAllowed = "the server does not allow this method on the requested resource"
	)
	for _, row := range []struct {
		what, method, path, contentType string
		code                            int
		reason, message                 string
	}{
		{"unknown resource in a known version", "GET", "/apis/apps/v1/nosuchresources", "", 404, "NotFound", notFound},
		{"unknown namespaced resource", "GET", "/api/v1/namespaces/default/nosuchresources/x", "", 404, "NotFound", notFound},
		{"unknown subresource", "GET", "/api/v1/namespaces/default/configmaps/x/nosuchsub", "", 404, "NotFound", notFound},
		{"put on a collection", "PUT", "/api/v1/namespaces/default/configmaps", "", 405, "MethodNotAllowed", notAllowed},
		{"patch on a collection", "PATCH", "/api/v1/namespaces/default/configmaps", patchTypes[1], 405, "MethodNotAllowed", notAllowed},
		{"post to a single object", "POST", "/api/v1/namespaces/default/configmaps/a", "", 405, "MethodNotAllowed", notAllowed},
		{"post to a namespaced kind without a namespace", "POST", "/api/v1/configmaps", "", 405, "MethodNotAllowed", notAllowed},
		{"watch of a kind that is create only", "GET", "/api/v1/namespaces/a/pods/x/eviction?watch=true", "", 405, "MethodNotAllowed", notAllowed},
		{"patch of the wrong content type", "PATCH", "/api/v1/namespaces/default/configmaps/a", "application/json", 415, "UnsupportedMediaType", "415: Unsupported Media Type"},
		{"patch of no content type", "PATCH", "/api/v1/namespaces/default/configmaps/a", "", 415, "UnsupportedMediaType", "415: Unsupported Media Type"},
	} {
		got := ask(dispatched(container), row.method, row.path, "Content-Type", row.contentType)
		want := fmt.Sprintf(`{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":%q,"reason":%q,"details":{},"code":%d}`+"\n",
			row.message, row.reason, row.code)
		if got.Code != row.code || got.Header().Get("Content-Type") != "application/json" || got.Body.String() != want {
			t.Errorf("%s: %d %s, want %d %s", row.what, got.Code, got.Body, row.code, want)
		}
	}
}

func TestATableThatContradictsItselfIsRefused(t *testing.T) {
	t.Parallel()
	pod := schema.GroupVersionKind{Version: "v1", Kind: "Pod"}
	rows := func(verbs ...VerbHandler) []Resource { return []Resource{{Name: "pods", Kind: pod, Verbs: verbs}} }
	for _, row := range []struct {
		what, want string
		resources  []Resource
	}{
		{
			"two actions for every request of a route",
			"GET pods belongs to list of pods and to list of pods: at most one may go without When",
			rows(listRow, listRow),
		},
		{
			"two resources of one kind",
			"list pods: GET pods and list morepods: GET morepods are both the operation listCoreV1Pod",
			append(rows(listRow), Resource{Name: "morepods", Kind: pod, Verbs: []VerbHandler{listRow}}),
		},
		{"a verb without handler", "get pods: GET pods/{name} has no handler", rows(VerbHandler{Verb: Verb{Name: "get", Methods: get, On: Item}})},
		{"a verb without method", `resource "pods": the verb get has no method`, rows(servedBy(serveGet, Verb{Name: "get", On: Item}))},
		{
			"a verb that a RequestInfo would call otherwise",
			`resource "pods": POST means create: give the verb touch a method of its own, a Prefix or a When`,
			rows(servedBy(serveGet, Verb{Name: "touch", Methods: []string{"POST"}, On: Item})),
		},
		{"a name of two segments", `resource "pods/status", subresource "": a name is one segment of a path`, []Resource{{Name: "pods/status"}}},
		{"a name that is a parameter", `resource "{pods}", subresource "": a name is one segment of a path`, []Resource{{Name: "{pods}"}}},
	} {
		container := restful.NewContainer()
		table := &APIGroupVersion{Root: "/api", GroupVersion: schema.GroupVersion{Version: "v1"}, Codecs: testCodecs(), Resources: row.resources}
		_, err := table.InstallREST(container)
		if err == nil || err.Error() != row.want {
			t.Errorf("%s:\n got %v\nwant %s", row.what, err, row.want)
		}
		if len(container.RegisteredWebServices()) > 0 {
			t.Errorf("%s: something was installed", row.what)
		}
	}
}

func TestAGroupVersionIsInstalledOnce(t *testing.T) {
	t.Parallel()
	container, _ := testServer(t)
	if _, err := coreTable().InstallREST(container); err == nil || err.Error() != "/api/v1 is installed already" {
		t.Errorf("error is %v", err)
	}
}

func TestMiddlewareRunsOutermostFirstAndKnowsWhoAddedTheRoute(t *testing.T) {
	t.Parallel()
	var order []string
	added := map[string]bool{}
	middleware := func(name string) Middleware {
		return func(a *Action, next http.Handler) http.Handler {
			added[runtime.FuncForPC(reflect.ValueOf(a.AddedBy).Pointer()).Name()] = true
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				order = append(order, name+" "+a.Name)
				next.ServeHTTP(w, r)
			})
		}
	}
	table := coreTable()
	table.Middleware = []Middleware{middleware("outer"), middleware("inner")}
	container := NewContainer(table.Codecs, nil)
	if _, err := table.InstallREST(container); err != nil {
		t.Fatal(err)
	}
	ask(dispatched(container), "GET", "/api/v1/pods?watch=1")
	if got := strings.Join(order, ", "); got != "outer watch, inner watch" {
		t.Errorf("middleware ran as %s", got)
	}
	if want := "kubepath/chapters/03-installer.(*APIGroupVersion).addRoute"; len(added) != 1 || !added[want] {
		t.Errorf("routes were added by %v, want %s", added, want)
	}
}

func TestAVerbIsOneRow(t *testing.T) {
	t.Parallel()
	asked := func(r *http.Request) bool { return r.URL.Query().Has("stats") }
	purge := servedBy(serveDelete, Verb{Name: "purge", Methods: []string{"PURGE"}, On: Item, OpenAPIAction: "purge"})
	stats := servedBy(serveList, Verb{Name: "stats", Methods: get, AllNamespaces: true, When: asked, ReadOnly: true})
	follow := servedBy(serveWatch, Verb{Name: "follow", Methods: get, On: Item, Prefix: "follow", LongRunning: true,
		OperationID: "track{version}{object}"})
	table := coreTable()
	table.Resources = []Resource{{Name: "pods", Kind: schema.GroupVersionKind{Version: "v1", Kind: "Pod"}, Namespaced: true,
		Verbs: []VerbHandler{getRow, listRow, purge, stats, follow}}}
	container := NewContainer(table.Codecs, nil)
	actions, err := table.InstallREST(container)
	if err != nil {
		t.Fatal(err)
	}
	operations := map[string]string{}
	for _, a := range actions {
		operations[a.Name] = a.Method + " " + a.Path + " " + a.Operation
	}
	infos := NewRequestInfoFactory(getRow.Verb, listRow.Verb, purge.Verb, stats.Verb, follow.Verb)
	for _, row := range []struct{ method, path, verb, handler, operation, class string }{
		{"PURGE", "/api/v1/namespaces/n/pods/p", "purge", "serveDelete",
			"PURGE namespaces/{namespace}/pods/{name} purgeCoreV1NamespacedPod", "false false"},
		{"GET", "/api/v1/pods?stats", "stats", "serveList", "GET pods listCoreV1PodForAllNamespaces", "true false"},
		{"GET", "/api/v1/follow/namespaces/n/pods/p", "follow", "serveWatch",
			"GET follow/namespaces/{namespace}/pods/{name} trackCoreV1NamespacedPod", "false true"},
	} {
		r := httptest.NewRequest(row.method, row.path, nil)
		info, err := infos.NewRequestInfo(r)
		if err != nil || info.Verb != row.verb || info.Resource != "pods" {
			t.Errorf("%s is read as the verb %q of %q (%v), want %s", row.path, info.Verb, info.Resource, err, row.verb)
		}
		if got := fmt.Sprint(info.ReadOnly, info.LongRunning); got != row.class {
			t.Errorf("%s: read-only, long-running are %s, want %s", row.verb, got, row.class)
		}
		if got := ask(dispatched(container), row.method, row.path).Body.String(); !strings.HasPrefix(got, row.handler+" ") {
			t.Errorf("%s: %s, want %s", row.path, got, row.handler)
		}
		if operations[row.verb] != row.operation {
			t.Errorf("%s is %s, want %s", row.verb, operations[row.verb], row.operation)
		}
	}
	if got := fmt.Sprint(table.Discovery().Resources[0].Verbs); got != "[follow get list purge stats]" {
		t.Errorf("discovery has the verbs %s", got)
	}
}

func TestARouteWhoseVerbsAllHaveWhenRefusesTheRest(t *testing.T) {
	t.Parallel()
	table := appsTable()
	table.Resources = table.Resources[:1]
	table.Resources[0].Verbs = []VerbHandler{watchRow, oldWatchRow}
	container := NewContainer(table.Codecs, nil)
	if _, err := table.InstallREST(container); err != nil {
		t.Fatal(err)
	}
	if got := ask(dispatched(container), "GET", "/apis/apps/v1/deployments?watch=1"); got.Code != 200 {
		t.Errorf("watch: %d", got.Code)
	}
	if got := ask(dispatched(container), "GET", "/apis/apps/v1/deployments"); got.Code != 405 {
		t.Errorf("list: %d", got.Code)
	}
}

func TestRoutesAreDescribedForOpenAPI(t *testing.T) {
	t.Parallel()
	verb := getRow
	verb.Doc, verb.Writes = "read the specified Pod", struct{}{}
	verb.Params = []Param{{Name: "pretty", In: "query", Type: "string", Doc: "indent"}}
	pod := schema.GroupVersionKind{Version: "v1", Kind: "Pod"}
	table := &APIGroupVersion{
		Root: "/api", GroupVersion: pod.GroupVersion(), Codecs: testCodecs(),
		Resources: []Resource{{Name: "pods", Kind: pod, Namespaced: true, Verbs: []VerbHandler{verb}}},
	}
	container := restful.NewContainer()
	if _, err := table.InstallREST(container); err != nil {
		t.Fatal(err)
	}
	route := container.RegisteredWebServices()[0].Routes()[1]
	var params []string
	for _, p := range route.ParameterDocs {
		params = append(params, fmt.Sprint(p.Data().Name, " ", p.Data().Required, " ", p.Data().Description))
	}
	got := fmt.Sprint(route.Doc, params, route.Metadata[RouteMetaAction], route.Metadata[RouteMetaGVK], route.Produces)
	want := "read the specified Pod[namespace true object name and auth scope, such as for teams and projects name true name of the Pod pretty false indent]" +
		"get/v1, Kind=Pod [application/json application/yaml application/vnd.kubernetes.protobuf]"
	if strings.Join(strings.Fields(got), " ") != strings.Join(strings.Fields(want), " ") {
		t.Errorf("got\n%s, want\n%s", got, want)
	}
}
