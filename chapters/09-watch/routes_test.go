package watch

import (
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	kinds "kubepath/chapters/02-kinds"
	installer "kubepath/chapters/03-installer"
	rest "kubepath/chapters/04-rest"
)

func TestAWatchIsAskedForInManyWays(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		claim, path string
		want        []string
	}{
		{"watch=true watches a collection", pods + "?watch=true", []string{"ADDED a", "ADDED b", "ADDED c"}},
		{"watch=1 too", pods + "?watch=1", []string{"ADDED a", "ADDED b", "ADDED c"}},
		{"in all namespaces", "/api/v1/pods?watch=true", []string{"ADDED a", "ADDED b", "ADDED o", "ADDED c"}},
		{"a single object is a collection with a selector", pods + "?watch=true&fieldSelector=metadata.name%3Db", []string{"ADDED b"}},
		{"watch/ is deprecated", "/api/v1/watch/namespaces/default/pods", []string{"ADDED a", "ADDED b", "ADDED c"}},
		{"also in all namespaces", "/api/v1/watch/pods", []string{"ADDED a", "ADDED b", "ADDED o", "ADDED c"}},
		{"and for a single object", "/api/v1/watch/namespaces/default/pods/b", []string{"ADDED b"}},
		{"and outside of namespaces", "/api/v1/watch/nodes/n", []string{"ADDED n"}},
		{"there watch=false means nothing", "/api/v1/watch/nodes?watch=false", []string{"ADDED n"}},
	} {
		t.Run(row.claim, func(t *testing.T) {
			t.Parallel()
			a := serve(t, Config{})
			a.send("POST", pods, pod("a"))
			a.send("POST", pods, pod("b"))
			a.send("POST", "/api/v1/namespaces/other/pods", pod("o"))
			a.send("POST", "/api/v1/nodes", `{"metadata":{"name":"n"}}`)
			s := a.watch(row.path)
			s.sees(row.want[:min(len(row.want), 1)]...)
			a.send("POST", pods, pod("c"))
			s.sees(row.want[1:]...)
		})
	}
}

func TestWatchFalseLists(t *testing.T) {
	t.Parallel()
	a := serve(t, Config{})
	for _, query := range []string{"", "?watch=false", "?watch=0"} {
		body, err := io.ReadAll(a.open(pods + query).Body)
		var list metav1.TypeMeta
		if err != nil || json.Unmarshal(body, &list) != nil || list.Kind != "PodList" {
			t.Errorf("%s: %s %v, want a list", query, body, err)
		}
	}
}

func TestASelectorThatContradictsThePathIsABadRequest(t *testing.T) {
	t.Parallel()
	a := serve(t, Config{})
	answer := a.open("/api/v1/watch/namespaces/default/pods/b?fieldSelector=metadata.name%3Da")
	if answer.StatusCode != http.StatusBadRequest {
		t.Errorf("got %s, want 400", answer.Status)
	}
}

// listOnly can be listed and not watched, as componentstatuses.
type listOnly struct {
	rest.Storage
	rest.Lister
	rest.Scoper
}

func TestWhatCanOnlyBeListedCannotBeWatched(t *testing.T) {
	t.Parallel()
	a := serve(t, Config{})
	whole := a.store("Pod", nil, func() runtime.Object { return &corev1.Pod{} })
	a.url = a.served(Config{}, map[string]rest.Storage{"pods": listOnly{whole, whole, namespaced{}}})
	body, err := io.ReadAll(a.open(pods + "?watch=true").Body)
	var status metav1.Status
	if err != nil || json.Unmarshal(body, &status) != nil {
		t.Fatalf("%s %v", body, err)
	}
	if want := `watch is not supported on resources of kind "pods"`; status.Code != http.StatusMethodNotAllowed || status.Message != want {
		t.Errorf("got %d %q, want 405 %q", status.Code, status.Message, want)
	}
	if answer := a.open("/api/v1/watch/pods"); answer.StatusCode != http.StatusNotFound {
		t.Errorf("a deprecated path that was not made answers %s, want 404", answer.Status)
	}
}

type namespaced struct{}

func (namespaced) NamespaceScoped() bool { return true }

func TestDiscoveryNamesTheVerbOnce(t *testing.T) {
	t.Parallel()
	a := serve(t, Config{})
	var list metav1.APIResourceList
	if err := json.NewDecoder(a.open("/api/v1").Body).Decode(&list); err != nil {
		t.Fatal(err)
	}
	for _, r := range list.APIResources {
		if i := slices.Index(r.Verbs, "watch"); i < 0 || slices.Contains(r.Verbs[i+1:], "watch") {
			t.Errorf("%s has the verbs %v, want watch once", r.Name, r.Verbs)
		}
	}
}

// The routes are described by their own actions: what they return, and that they are deprecated (chapter 11 prints it).
func TestTheDeprecatedPathsAreActionsOfTheirOwn(t *testing.T) {
	t.Parallel()
	got := map[string]string{}
	for _, v := range (Config{}).Verbs() {
		if _, ok := v.Writes(nil).(*metav1.WatchEvent); !ok {
			t.Errorf("%s writes %T, want a WatchEvent", v.Doc, v.Writes(nil))
		}
		got[v.Prefix+map[installer.Target]string{installer.Collection: " collection", installer.Item: " item"}[v.On]] = v.Doc
	}
	for place, doc := range map[string]string{
		" collection":      "watch changes to objects of kind {kind}",
		"watch collection": "watch individual changes to a list of {kind}. deprecated: use the 'watch' parameter with a list operation instead.",
		"watch item":       "watch changes to an object of kind {kind}. deprecated: use the 'watch' parameter with a list operation instead, filtered to a single item with the 'fieldSelector' parameter.",
	} {
		if got[place] != doc {
			t.Errorf("%q is described as %q, want %q", place, got[place], doc)
		}
	}
	media := mediaTypes(kinds.NewCodecs(kinds.NewScheme()))
	for _, want := range []string{"application/json;stream=watch", "application/vnd.kubernetes.protobuf;stream=watch"} {
		if !slices.Contains(media, want) {
			t.Errorf("the route returns %v, want also %s", media, want)
		}
	}
}
