package controlplane

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	kinds "kubepath/chapters/02-kinds"
	server "kubepath/chapters/08-server"
	"kubepath/internal/embedetcd"
)

// TestFinalizersAreCheckedAsEachKindChecksThem compares with recorded answers of kube-apiserver.
func TestFinalizersAreCheckedAsEachKindChecksThem(t *testing.T) {
	t.Parallel()
	etcd, err := embedetcd.Start(t.Context(), embedetcd.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { etcd.Close() })
	api, err := New(Config{
		Server: server.Config{Codecs: kinds.NewCodecs(kinds.NewScheme()), ErrorLog: slog.New(slog.DiscardHandler)}, Etcd: etcd.Client(),
	})
	if err != nil {
		t.Fatal(err)
	}
	facts := map[string]storedFact{}
	for _, fact := range storedFacts(t) {
		facts[fact.served.GroupVersion().String()+" "+fact.served.Resource] = fact
	}
	text, err := os.ReadFile(filepath.Join("testdata", "finalizers.txt"))
	if err != nil {
		t.Fatal(err)
	}
	made := map[string]*finalized{}
	for line := range strings.Lines(string(text)) {
		columns := strings.Fields(line)
		if columns[0] == "#" {
			continue
		}
		name := columns[0] + " " + columns[1]
		if made[name] == nil {
			made[name] = newFinalized(t, api, facts[name])
		}
		for _, recorded := range columns[3:] {
			way, want, _ := strings.Cut(recorded, "=")
			if got := made[name].try(way, columns[2]); got != want {
				t.Errorf("%s, finalizer %s: %s is answered %s, and by kube-apiserver %s", name, columns[2], way, got, want)
			}
		}
	}
}

// finalized is an object to which finalizers are added.
type finalized struct {
	*testing.T
	http.Handler
	path, name string
	object     string // as it is stored
	manifest   map[string]any
}

func newFinalized(t *testing.T, api http.Handler, fact storedFact) *finalized {
	t.Helper()
	f := &finalized{T: t, Handler: api, path: fact.collection("default"), name: "finalized", manifest: map[string]any{}}
	if fact.served.Resource == "ipaddresses" {
		f.name = "192.0.2.77" // its name is its value
	}
	if err := json.Unmarshal([]byte(in(fact.manifest, "default", f.name)), &f.manifest); err != nil {
		t.Fatal(err)
	}
	f.send(http.MethodPost, f.path, "application/json", f.with(f.manifest, map[string]any{"name": f.name}))
	code, body := f.send(http.MethodGet, f.path+"/"+f.name, "", "")
	if code != http.StatusOK {
		t.Fatalf("%s/%s: %d %s", f.path, f.name, code, body)
	}
	f.object = body
	return f
}

// try sends one request and returns the code and the number of causes, as the recording has them.
func (f *finalized) try(way, finalizer string) string {
	f.Helper()
	verb, part, _ := strings.Cut(way, "/")
	item := strings.TrimSuffix(f.path+"/"+f.name+"/"+part, "/") + "?dryRun=All"
	finalizers := map[string]any{"finalizers": []any{finalizer}}
	var code int
	var body string
	switch verb {
	case "create":
		finalizers["name"] = f.name
		if !strings.Contains(f.name, ".") {
			finalizers["name"] = "another"
		}
		code, body = f.send(http.MethodPost, f.path+"?dryRun=All", "application/json", f.with(f.manifest, finalizers))
	case "put":
		object := map[string]any{}
		if err := json.Unmarshal([]byte(f.object), &object); err != nil {
			f.Fatal(err)
		}
		code, body = f.send(http.MethodPut, item, "application/json", f.with(object, finalizers))
	case "merge":
		code, body = f.send(http.MethodPatch, item, "application/merge-patch+json", text(map[string]any{"metadata": finalizers}))
	}
	if causes := strings.Count(body, `"field":"metadata.`); code == http.StatusUnprocessableEntity {
		return fmt.Sprintf("%dx%d", code, causes)
	}
	return fmt.Sprint(code)
}

// with is an object as text, with more metadata.
func (f *finalized) with(object, metadata map[string]any) string {
	return text(merged(copied(object).(map[string]any), map[string]any{"metadata": metadata}))
}

func (f *finalized) send(method, path, media, body string) (int, string) {
	w := httptest.NewRecorder()
	r := httptest.NewRequestWithContext(f.Context(), method, path, strings.NewReader(body))
	r.Header.Set("Content-Type", media)
	f.ServeHTTP(w, r)
	return w.Code, w.Body.String()
}
