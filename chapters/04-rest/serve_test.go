package rest

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	kinds "kubepath/chapters/02-kinds"
	installer "kubepath/chapters/03-installer"
)

// serve installs storages as core/v1 and returns the server: the real routes, with the request's info read as
// chapter 8 will read it.
func serve(t testing.TB, g *APIInstaller, storages map[string]Storage) http.Handler {
	t.Helper()
	if g.Codecs == nil {
		g.Codecs = kinds.NewCodecs(kinds.NewScheme())
	}
	if g.GroupVersion.Empty() {
		g.GroupVersion = schema.GroupVersion{Version: "v1"}
	}
	rows, err := g.Resources(storages)
	if err != nil {
		t.Fatal(err)
	}
	root := "/api"
	if g.GroupVersion.Group != "" {
		root = "/apis"
	}
	gv := installer.APIGroupVersion{Root: root, GroupVersion: g.GroupVersion, Resources: rows, Codecs: g.Codecs}
	container := installer.NewContainer(g.Codecs, nil)
	if _, err := gv.InstallREST(container); err != nil {
		t.Fatal(err)
	}
	table := g.Verbs
	if table == nil {
		table = Verbs()
	}
	infos := NewRequestInfoFactory(table)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		info, err := infos.NewRequestInfo(r)
		if err != nil {
			t.Errorf("%s %s: %v", r.Method, r.URL, err)
		}
		container.ServeHTTP(w, r.WithContext(installer.WithRequestInfo(r.Context(), info)))
	})
}

// serveShelf serves a shelf that holds what the bodies make.
func serveShelf(t testing.TB, bodies ...string) http.Handler {
	t.Helper()
	h := serve(t, &APIInstaller{}, map[string]Storage{"configmaps": newConfigMapStorage()})
	for _, body := range bodies {
		if got := ask(h, "POST", configMapsPath, body); got.Code != http.StatusCreated {
			t.Fatalf("create %s: %d %s", body, got.Code, got.Body)
		}
	}
	return h
}

const configMapsPath = "/api/v1/namespaces/ns/configmaps"

// ask sends a request; headers are "Name: value".
func ask(h http.Handler, method, url, body string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, strings.ReplaceAll(url, " ", "%20"), strings.NewReader(body))
	if body == "" {
		r.Body, r.ContentLength = nil, 0
	}
	for _, line := range headers {
		name, value, _ := strings.Cut(line, ": ")
		r.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// statusOf decodes a Status.
func statusOf(t testing.TB, w *httptest.ResponseRecorder) metav1.Status {
	t.Helper()
	var status metav1.Status
	if err := json.Unmarshal(w.Body.Bytes(), &status); err != nil || status.Kind != "Status" {
		t.Fatalf("answer %d is no Status (%v): %s", w.Code, err, w.Body)
	}
	return status
}

// refusal is a request that is refused and the Status that says why.
type refusal struct {
	name, method, url, body, header string
	code                            int
	reason                          metav1.StatusReason
	message                         string
}

func (r refusal) run(t *testing.T, h http.Handler) {
	t.Run(r.name, func(t *testing.T) {
		t.Parallel()
		var headers []string
		if r.header != "" {
			headers = append(headers, r.header)
		}
		w := ask(h, r.method, r.url, r.body, headers...)
		status := statusOf(t, w)
		if w.Code != r.code || int(status.Code) != r.code || status.Reason != r.reason || status.Status != metav1.StatusFailure {
			t.Errorf("answer %d, status %d %q %s; want %d %q", w.Code, status.Code, status.Reason, status.Status, r.code, r.reason)
		}
		if message := schemeName.ReplaceAllString(status.Message, "in scheme <scheme>"); message != r.message {
			t.Errorf("message\n got %q\nwant %q", message, r.message)
		}
	})
}
