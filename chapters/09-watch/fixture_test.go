package watch

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	kinds "kubepath/chapters/02-kinds"
	rest "kubepath/chapters/04-rest"
	"kubepath/chapters/05-storage/memory"
	registry "kubepath/chapters/06-registry"
	server "kubepath/chapters/08-server"
)

// api is a server with pods, in namespaces, and nodes, outside of them, over a storage in memory.
type api struct {
	t        testing.TB
	url      string
	db       *memory.Database
	server   *server.GenericAPIServer
	storages map[string]rest.Storage
	ended    chan struct{} // has an entry for each watch whose handler has returned
}

const pods = "/api/v1/namespaces/default/pods"

func serve(t testing.TB, o Config) *api {
	t.Helper()
	a := &api{t: t, db: memory.NewDatabase(), ended: make(chan struct{}, 100)}
	a.storages = map[string]rest.Storage{
		"pods":  a.store("Pod", registry.Namespaced{}, func() runtime.Object { return &corev1.Pod{} }),
		"nodes": a.store("Node", registry.ClusterScoped{}, func() runtime.Object { return &corev1.Node{} }),
	}
	a.url = a.served(o, a.storages)
	return a
}

func (a *api) store(kind string, strategy registry.Strategy, newFunc func() runtime.Object) *registry.Store {
	name := strings.ToLower(kind) + "s"
	return &registry.Store{
		Kind: corev1.SchemeGroupVersion.WithKind(kind), Resource: schema.GroupResource{Resource: name},
		NewFunc: newFunc, Singular: strings.ToLower(kind), Strategy: strategy,
		Storage: memory.Open(memory.Config{NewFunc: newFunc, Database: a.db}),
	}
}

// served serves storages of v1 and returns the URL.
func (a *api) served(o Config, storages map[string]rest.Storage) string {
	a.t.Helper()
	s, err := server.Config{Codecs: kinds.NewCodecs(kinds.NewScheme()), Verbs: append(rest.Verbs(), a.noted(o.Verbs())...)}.New()
	if err == nil {
		err = s.InstallLegacyAPIGroup(&server.APIGroupInfo{
			PrioritizedVersions: []schema.GroupVersion{corev1.SchemeGroupVersion}, VersionedResourcesStorageMap: map[string]map[string]rest.Storage{"v1": storages},
		})
	}
	if err != nil {
		a.t.Fatal(err)
	}
	a.server = s
	web := httptest.NewServer(s)
	a.t.Cleanup(web.Close)
	return web.URL
}

// noted has ended told of each watch.
func (a *api) noted(verbs []rest.Verb) []rest.Verb {
	for i := range verbs {
		handle := verbs[i].Handle
		verbs[i].Handle = func(e *rest.RequestScope) http.Handler {
			h := handle(e)
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				defer func() { a.ended <- struct{}{} }()
				h.ServeHTTP(w, r)
			})
		}
	}
	return verbs
}

// frame is an event as JSON has it.
type frame struct {
	Type   string
	Object struct {
		Kind       string
		APIVersion string
		Metadata   struct {
			Name, Namespace, ResourceVersion string
			Labels, Annotations              map[string]string
		}
		Code            int
		Reason, Message string
		Columns         []any `json:"columnDefinitions"`
		Rows            []struct{ Cells []any }
	}
}

func (f frame) String() string {
	if f.Type == "ERROR" {
		return fmt.Sprintf("ERROR %d %s", f.Object.Code, f.Object.Reason)
	}
	return f.Type + " " + f.Object.Metadata.Name
}

// open sends a request and returns the answer, which has begun.
func (a *api) open(path string, header ...string) *http.Response {
	a.t.Helper()
	r, err := http.NewRequestWithContext(a.t.Context(), http.MethodGet, a.url+path, nil)
	if err != nil {
		a.t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		a.t.Fatal(err)
	}
	a.t.Cleanup(func() { answer.Body.Close() })
	return answer
}

// opened is a watch as its client has it.
type opened struct {
	t testing.TB
	*bufio.Reader
	answer *http.Response
}

// watch opens a watch.
func (a *api) watch(path string, header ...string) *opened {
	a.t.Helper()
	answer := a.open(path, header...)
	if answer.StatusCode != http.StatusOK {
		body, _ := io.ReadAll(answer.Body)
		a.t.Fatalf("GET %s: %s %s", path, answer.Status, body)
	}
	return &opened{t: a.t, Reader: bufio.NewReader(answer.Body), answer: answer}
}

// next reads a frame: a line.
func (s *opened) next() (f frame) {
	s.t.Helper()
	line, err := s.ReadBytes('\n')
	if err != nil {
		s.t.Fatalf("the stream ended: %v", err)
	}
	if err := json.Unmarshal(line, &f); err != nil {
		s.t.Fatalf("%s: %v", line, err)
	}
	return f
}

// sees reads as many frames as are wanted.
func (s *opened) sees(want ...string) {
	s.t.Helper()
	for i, w := range want {
		if got := s.next().String(); got != w {
			s.t.Errorf("event %d is %q, want %q", i, got, w)
		}
	}
}

// ends expects the end, with all that belongs to it: a connection that breaks is no clean end.
func (s *opened) ends() {
	s.t.Helper()
	if rest, err := io.ReadAll(s); err != nil || len(rest) > 0 {
		s.t.Errorf("the stream goes on with %q and ends with %v, want a clean end", rest, err)
	}
}

// pod is a manifest.
func pod(name string, labels ...string) string {
	return fmt.Sprintf(`{"apiVersion":"v1","kind":"Pod","metadata":{"name":%q,"labels":{%s}}}`, name, strings.Join(labels, ","))
}

// send writes, and returns the version that the answer names.
func (a *api) send(method, path, body string) (version string) {
	a.t.Helper()
	f, err := a.try(method, path, body)
	if err != nil {
		a.t.Fatal(err)
	}
	return f.Metadata.ResourceVersion
}

func (a *api) try(method, path, body string) (f struct {
	Metadata struct{ ResourceVersion string }
}, err error) {
	r, err := http.NewRequest(method, a.url+path, strings.NewReader(body))
	if err != nil {
		return f, err
	}
	r.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return f, err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode >= 300 {
		err = fmt.Errorf("%s %s: %s", method, path, text)
	}
	return f, errors.Join(err, json.Unmarshal(text, &f))
}
