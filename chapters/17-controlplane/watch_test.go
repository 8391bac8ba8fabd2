package controlplane

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	kinds "kubepath/chapters/02-kinds"
)

// watchEvent is a frame.
type watchEvent struct {
	Type   string
	Object struct {
		metav1.TypeMeta
		Metadata        metav1.ObjectMeta
		Code            int
		Reason, Message string
	}
}

// events opens a watch and returns all of its events until it ends.
func (w *watched) events(path string) (all []watchEvent) {
	w.t.Helper()
	answer, err := w.client.Get(w.url + path)
	if err != nil {
		w.t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		w.t.Fatalf("%s: %s", path, answer.Status)
	}
	for frames := json.NewDecoder(answer.Body); ; {
		var e watchEvent
		if err := frames.Decode(&e); err == io.EOF {
			return all
		} else if err != nil {
			w.t.Fatal(err)
		}
		all = append(all, e)
	}
}

func TestAWatchHasABookmarkBeforeItsEnd(t *testing.T) {
	t.Parallel()
	api := serveWatched(t, newEtcd(t), kinds.NewCodecs(kinds.NewScheme()))
	start, err := api.write("a", 10)
	if err != nil {
		t.Fatal(err)
	}
	from := fmt.Sprintf("%s?watch=true&resourceVersion=%d&timeoutSeconds=3", configMaps, start)
	if got := api.events(from); len(got) > 0 {
		t.Errorf("a watch that does not know bookmarks got %v", got)
	}
	got := api.events(from + "&allowWatchBookmarks=true")
	if len(got) == 0 || got[0].Type != "BOOKMARK" || got[0].Object.Kind != "ConfigMap" || got[0].Object.Metadata.Name != "" || got[0].Object.Metadata.ResourceVersion == "" {
		t.Errorf("got %+v, want a bookmark: an object with a version and nothing else", got)
	}
}

func TestInitialEventsFromTheCacheEndWithTheirBookmark(t *testing.T) {
	t.Parallel()
	api := serveWatched(t, newEtcd(t), kinds.NewCodecs(kinds.NewScheme()))
	for _, name := range []string{"a", "b"} {
		if _, err := api.write(name, 10); err != nil {
			t.Fatal(err)
		}
	}
	got := api.events(configMaps + "?watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&timeoutSeconds=1")
	var kinds []string
	for _, e := range got {
		kinds = append(kinds, e.Type+e.Object.Metadata.Name+e.Object.Metadata.Annotations[metav1.InitialEventsAnnotationKey])
	}
	if text := strings.Join(kinds, " "); !strings.HasPrefix(text, "ADDEDa ADDEDb BOOKMARKtrue") {
		t.Errorf("got %s, want what exists, and then the bookmark that says so", text)
	}
}

func TestAWatchFromAForgottenVersionIsToldSoAndEnds(t *testing.T) {
	t.Parallel()
	etcd := newEtcd(t)
	before := serveWatched(t, etcd, kinds.NewCodecs(kinds.NewScheme()))
	var last uint64
	for i := range 3 {
		version, err := before.write(fmt.Sprint("c-", i), 10)
		if err != nil {
			t.Fatal(err)
		}
		last = version
	}
	if _, err := etcd.Compact(t.Context(), int64(last)); err != nil {
		t.Fatal(err)
	}
	after := serveWatched(t, etcd, kinds.NewCodecs(kinds.NewScheme())) // remembers nothing that etcd does not
	got := after.events(configMaps + "?watch=true&resourceVersion=1&timeoutSeconds=5")
	if len(got) != 1 || got[0].Type != "ERROR" || got[0].Object.Code != http.StatusGone || got[0].Object.Reason != "Expired" ||
		!strings.HasPrefix(got[0].Object.Message, "too old resource version: 1 (") {
		t.Errorf("got %+v, want ERROR with the Status 410 Expired", got)
	}
}

func TestWhatCanBeListedOnlyRefusesToBeWatched(t *testing.T) {
	t.Parallel()
	api := newServer(t, Config{Etcd: newEtcd(t)})
	code, status := ask(t, api, http.MethodGet, "/api/v1/componentstatuses?watch=true", "")
	if want := `watch is not supported on resources of kind "componentstatuses"`; code != http.StatusMethodNotAllowed || status["message"] != want {
		t.Errorf("got %d %v, want 405 %s", code, status["message"], want)
	}
	for _, createOnly := range []string{"/api/v1/namespaces/default/bindings?watch=true"} {
		code, status := ask(t, api, http.MethodGet, createOnly, "")
		if want := "the server does not allow this method on the requested resource"; code != http.StatusMethodNotAllowed || status["message"] != want {
			t.Errorf("%s: %d %v, want 405 %s", createOnly, code, status["message"], want)
		}
	}
}

func TestTheDeprecatedWatchPathsAreDescribed(t *testing.T) {
	t.Parallel()
	_, document := ask(t, newServer(t, Config{Etcd: newEtcd(t)}), http.MethodGet, "/openapi/v3/api/v1", "")
	paths, _ := document["paths"].(map[string]any)
	for path, want := range map[string]string{
		"/api/v1/watch/configmaps":                               "watchlist",
		"/api/v1/watch/namespaces/{namespace}/configmaps":        "watchlist",
		"/api/v1/watch/namespaces/{namespace}/configmaps/{name}": "watch",
		"/api/v1/namespaces/{namespace}/configmaps":              "list", // and watch, which has no operation of its own
	} {
		operations, _ := paths[path].(map[string]any)
		get, _ := operations["get"].(map[string]any)
		if get["x-kubernetes-action"] != want {
			t.Errorf("%s has the action %v, want %s", path, get["x-kubernetes-action"], want)
		}
	}
}
