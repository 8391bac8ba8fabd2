package server

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/version"

	installer "kubepath/chapters/03-installer"
	rest "kubepath/chapters/04-rest"
)

func TestPathsThatAreNotServedAreRefusedAsKubeAPIServerDoes(t *testing.T) {
	t.Parallel()
	s := newServer(t, Config{})
	serve(t, s)
	group := schema.GroupVersion{Group: "example.com", Version: "v1"}
	if err := s.InstallAPIGroup(&APIGroupInfo{PrioritizedVersions: []schema.GroupVersion{group}}); err != nil {
		t.Fatal(err)
	}
	const page, notFound, notAllowed = "404 page not found\n",
		"the server could not find the requested resource", "the server does not allow this method on the requested resource"
	for _, row := range []struct {
		name, method, path string
		code               int
		says               string
	}{
		{"unknown path below the root", "GET", "/nosuchpath", 404, page},
		{"unknown group", "GET", "/apis/nosuch.example.com", 404, page},
		{"unknown version of a known group", "GET", "/apis/example.com/v9", 404, notFound},
		{"unknown version of the core group", "GET", "/api/v2", 404, notFound},
		{"unknown resource in a known version", "GET", "/api/v1/nosuchresources", 404, notFound},
		{"unknown subresource", "GET", "/api/v1/namespaces/default/configmaps/x/nosuchsub", 404, notFound},
		{"post to a discovery document", "POST", "/api/v1", 405, notAllowed},
		{"delete of the version document", "DELETE", "/version", 405, notAllowed},
		{"head of the version document", "HEAD", "/version", 405, notAllowed},
		{"put on a collection", "PUT", "/api/v1/namespaces/default/configmaps", 405, notAllowed},
		{"post to a single object", "POST", "/api/v1/namespaces/default/configmaps/a", 405, notAllowed},
		{"post without a namespace", "POST", "/api/v1/configmaps", 405, notAllowed},
	} {
		answer := ask(s, row.method, row.path)
		if answer.StatusCode != row.code {
			t.Errorf("%s: %d, want %d", row.name, answer.StatusCode, row.code)
			continue
		}
		if row.says == page {
			if got := body(answer); got != page || answer.Header.Get("Content-Type") != "text/plain; charset=utf-8" {
				t.Errorf("%s: %q", row.name, got)
			}
			continue
		}
		if got := status(t, answer); got.Message != row.says || got.Details == nil {
			t.Errorf("%s: %+v", row.name, got)
		}
	}
}

func TestTheIndexListsWhatIsServed(t *testing.T) {
	t.Parallel()
	s := newServer(t, Config{})
	serve(t, s)
	var index metav1.RootPaths
	if err := json.NewDecoder(ask(s, "GET", "/").Body).Decode(&index); err != nil {
		t.Fatal(err)
	}
	want := []string{"/api", "/api/v1", "/apis", "/apis/", "/healthz", "/healthz/log", "/healthz/ping",
		"/livez", "/livez/log", "/livez/ping", "/metrics", "/readyz", "/readyz/log", "/readyz/ping", "/readyz/shutdown", "/version"}
	if !slices.Equal(index.Paths, want) {
		t.Errorf("the index is %v, want %v", index.Paths, want)
	}
	for _, path := range index.Paths {
		if answer := ask(s, "GET", path); answer.StatusCode != 200 {
			t.Errorf("%s is listed and answers %d", path, answer.StatusCode)
		}
	}
}

func TestTheVersionHasKubeAPIServersKeys(t *testing.T) {
	t.Parallel()
	s := newServer(t, Config{Version: version.Info{
		Major: "1", Minor: "36", EmulationMajor: "1", EmulationMinor: "36", MinCompatibilityMajor: "1", MinCompatibilityMinor: "35",
	}})
	answer := ask(s, "GET", "/version")
	var document map[string]string
	if err := json.NewDecoder(answer.Body).Decode(&document); err != nil || answer.Header.Get("Content-Type") != "application/json" {
		t.Fatal(err, answer.Header)
	}
	want := []string{"buildDate", "compiler", "emulationMajor", "emulationMinor", "gitCommit", "gitTreeState", "gitVersion", "goVersion",
		"major", "minCompatibilityMajor", "minCompatibilityMinor", "minor", "platform"}
	if got := slices.Sorted(maps.Keys(document)); !slices.Equal(got, want) {
		t.Errorf("keys %v, want %v", got, want)
	}
}

func TestProfilesAreServed(t *testing.T) {
	t.Parallel()
	s := newServer(t, Config{})
	for _, path := range []string{"/debug/pprof/", "/debug/pprof/goroutine?debug=1", "/debug/pprof/cmdline"} {
		if answer := ask(s, "GET", path); answer.StatusCode != 200 {
			t.Errorf("%s: %d", path, answer.StatusCode)
		}
	}
}

func TestAGroupOfOthersHasItsPlaceInDiscovery(t *testing.T) {
	t.Parallel()
	s := newServer(t, Config{})
	custom := schema.GroupVersion{Group: "stable.example.com", Version: "v1"}
	s.Discovery().AddGroupVersion(installer.GroupVersionDiscovery{GroupVersion: custom, Custom: true})
	s.HandlePrefix("/apis/stable.example.com/v1/", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("mine")) }))
	for path, want := range map[string]int{
		"/apis/stable.example.com":         200,
		"/apis/stable.example.com/v1":      200,
		"/apis/stable.example.com/v1/tabs": 200,
		"/apis/stable.example.com/v2":      404,
		"/apis":                            200,
	} {
		if answer := ask(s, "GET", path); answer.StatusCode != want {
			t.Errorf("%s: %d, want %d", path, answer.StatusCode, want)
		}
	}
}

func TestAGroupIsInstalledWhereItBelongs(t *testing.T) {
	t.Parallel()
	s := newServer(t, Config{})
	core, apps, batch := corev1.SchemeGroupVersion, schema.GroupVersion{Group: "apps", Version: "v1"}, schema.GroupVersion{Group: "batch", Version: "v1"}
	for _, row := range []struct {
		name    string
		install func(*APIGroupInfo) error
		group   APIGroupInfo
	}{
		{"no version", s.InstallAPIGroup, APIGroupInfo{}},
		{"no name below /apis", s.InstallAPIGroup, APIGroupInfo{PrioritizedVersions: []schema.GroupVersion{core}}},
		{"a name below /api", s.InstallLegacyAPIGroup, APIGroupInfo{PrioritizedVersions: []schema.GroupVersion{apps}}},
		{"two groups in one", s.InstallAPIGroup, APIGroupInfo{PrioritizedVersions: []schema.GroupVersion{apps, batch}}},
	} {
		if err := row.install(&row.group); err == nil {
			t.Errorf("%s was installed", row.name)
		}
	}
	once := &APIGroupInfo{PrioritizedVersions: []schema.GroupVersion{apps}, VersionedResourcesStorageMap: map[string]map[string]rest.Storage{}}
	if err := s.InstallAPIGroup(once); err != nil {
		t.Fatal(err)
	}
	if err := s.InstallAPIGroup(once); err == nil {
		t.Error("a group was installed twice")
	}
}
