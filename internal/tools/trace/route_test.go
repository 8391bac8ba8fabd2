package trace

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	installer "kubepath/chapters/03-installer"
	rest "kubepath/chapters/04-rest"
	server "kubepath/chapters/08-server"
)

// NamespaceScoped makes frozen a storage that a group can install.
func (frozen) NamespaceScoped() bool { return true }

// thaw answers a verb that no chapter has.
func thaw(scope *rest.RequestScope) http.Handler {
	s, _ := rest.As[thawer](scope.Storage)
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, s.Thaw()) })
}

func TestAVerbFromOutsideIsAHopAsThoseOfTheChapters(t *testing.T) {
	t.Parallel()
	recorder := &Recorder{}
	row := rest.Verb{
		Verb:      installer.Verb{Name: "thaw", Methods: []string{"THAW"}, On: installer.Item},
		Supported: rest.Has[thawer], Handle: thaw,
	}
	s, err := server.Config{
		Verbs: append(rest.Verbs(), row), TracerProvider: recorder.Provider(0), WrapStorage: REST, WrapFilter: Filter,
		Middleware: []installer.Middleware{Route},
	}.New()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.InstallLegacyAPIGroup(&server.APIGroupInfo{
		PrioritizedVersions:          []schema.GroupVersion{corev1.SchemeGroupVersion},
		VersionedResourcesStorageMap: map[string]map[string]rest.Storage{"v1": {"pods": frozen{}}},
	}); err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, httptest.NewRequest("THAW", "/api/v1/namespaces/n/pods/a", nil))
	if w.Body.String() != "thawed" {
		t.Fatalf("answer: %d %s", w.Code, w.Body)
	}
	var funcs []string
	for _, h := range recorder.Last(0)[0].Hops {
		funcs = append(funcs, h.Layer+" "+h.Func)
	}
	if len(funcs) != 3 || funcs[2] != "rest trace.thaw" {
		t.Errorf("hops are %q, want the server, where the route was made, and the function of the verb", funcs)
	}
}
