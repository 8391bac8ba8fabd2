package controlplane

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	kinds "kubepath/chapters/02-kinds"
	server "kubepath/chapters/08-server"
	"kubepath/internal/embedetcd"
)

// FuzzWrite sends anything to every handler that creates or changes something: of all resources, and of all their
// subresources. The objects begin as valid ones; body is put over them, and seed changes what it likes. Whatever they
// become: no panic and no answer that blames the server; and what was stored is read back as it was answered, alone, in
// a list and in a table.
func FuzzWrite(f *testing.F) {
	facts, api := storedFacts(f), newFuzzed(f)
	for i, fact := range facts {
		for seed := range int64(10) {
			f.Add(uint8(i), seed, "{}")
		}
		for _, shape := range shapes(f, fact) {
			f.Add(uint8(i), int64(0), shape)
		}
	}
	f.Add(uint8(0), int64(0), `{"spec":`)
	f.Add(uint8(0), int64(0), `[]`)
	f.Fuzz(func(t *testing.T, row uint8, seed int64, body string) {
		fact := facts[int(row)%len(facts)]
		w := writer{T: t, fuzzed: api, fact: fact, mutator: newMutator(seed), path: fact.collection("fuzz")}
		patch := map[string]any{}
		if err := json.Unmarshal([]byte(body), &patch); err != nil {
			w.send(http.MethodPost, w.path, body)
			return
		}
		w.run(patch)
	})
}

// shapes are parts of manifests that hit what validations look at: those that have fields of the kind.
func shapes(t testing.TB, of storedFact) []string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "shapes.txt"))
	if err != nil {
		t.Fatal(err)
	}
	full, shape := map[string]any{}, map[string]any{}
	_, example := recordedObject(t, of.stored)
	if err := json.Unmarshal(example, &full); err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(strings.Split(string(text), "\n"), func(line string) bool {
		clear(shape)
		return json.Unmarshal([]byte(line), &shape) != nil || !related(shape, full)
	})
}

// related: the objects have a field in common, in their specs or beside them.
func related(a, b map[string]any) bool {
	for key, value := range a {
		below, deeper := value.(map[string]any)
		there, _ := b[key].(map[string]any)
		if _, has := b[key]; has && !deeper && key != "metadata" || deeper && key != "metadata" && related(below, there) {
			return true
		}
	}
	return false
}

// fuzzed is a server with everything, and the list of its subresources.
type fuzzed struct {
	http.Handler
	scheme *runtime.Scheme
	parts  map[string][]metav1.APIResource // by the path of the version and the resource: /api/v1/pods
}

func newFuzzed(f *testing.F) fuzzed {
	f.Helper()
	etcd, err := embedetcd.Start(f.Context(), embedetcd.Options{})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { etcd.Close() })
	codecs := kinds.NewCodecs(kinds.NewScheme())
	api, err := New(Config{
		Server: server.Config{Codecs: codecs, ErrorLog: slog.New(slog.DiscardHandler)}, Etcd: etcd.Client(),
		RuntimeConfig: RuntimeConfig{"extensions/v1beta1": true, "batch/v1beta1": true},
	})
	if err != nil {
		f.Fatal(err)
	}
	all := fuzzed{Handler: api, scheme: codecs.Scheme, parts: map[string][]metav1.APIResource{}}
	for _, g := range slices.Concat(Groups(), RemovedGroups()) {
		root := "/apis/" + g.GroupVersion.String()
		if g.Group == "" {
			root = "/api/v1"
		}
		w := httptest.NewRecorder()
		api.ServeHTTP(w, httptest.NewRequestWithContext(f.Context(), http.MethodGet, root, http.NoBody))
		var list metav1.APIResourceList
		if err := json.Unmarshal(w.Body.Bytes(), &list); err != nil {
			f.Fatal(err)
		}
		for _, r := range list.APIResources {
			if of, _, ok := strings.Cut(r.Name, "/"); ok {
				all.parts[root+"/"+of] = append(all.parts[root+"/"+of], r)
			}
		}
	}
	return all
}

// ways to change an object. Strategic merge patches have a test of their own, in chapter 12.
var ways = []struct{ method, media, query string }{
	{http.MethodPut, "application/json", ""},
	{http.MethodPatch, "application/merge-patch+json", ""},
	{http.MethodPatch, "application/apply-patch+yaml", "?fieldManager=fuzz&force=true"},
}

// writer is one run of the test.
type writer struct {
	*testing.T
	fuzzed
	mutator
	fact storedFact
	path string
}

// run creates an object, changes it in each way there is, and deletes it.
func (w writer) run(patch map[string]any) {
	manifest, _ := w.fact.object(w, "fuzz", "fuzz")
	object := map[string]any{}
	if err := json.Unmarshal([]byte(manifest), &object); err != nil {
		w.Fatal(err)
	}
	object = merged(object, patch)
	if w.seed != 0 {
		w.mutate(object, w.of(w.fact.served.GroupVersion().WithKind(w.fact.stored.Kind)))
	}
	code, made := w.send(http.MethodPost, w.path, text(object))
	if code != http.StatusCreated {
		return
	}
	name, _ := made["metadata"].(map[string]any)["name"].(string)
	item := w.path + "/" + url.PathEscape(name)
	w.reads(item, made)
	for _, way := range ways {
		_, now := w.send(http.MethodGet, item, "")
		if metadata, ok := now["metadata"].(map[string]any); ok {
			delete(metadata, "managedFields") // no apply has them
		}
		w.mutate(now, w.of(w.fact.served.GroupVersion().WithKind(w.fact.stored.Kind)))
		if code, made := w.sendAs(way.media, way.method, item+way.query, text(now)); code == http.StatusOK {
			w.reads(item, made)
		}
	}
	root := strings.TrimSuffix(w.path, "/"+w.fact.served.Resource)
	root, _, _ = strings.Cut(root, "/namespaces/")
	for _, part := range w.parts[root+"/"+w.fact.served.Resource] {
		w.change(item, part)
	}
	w.send(http.MethodDelete, item+"?gracePeriodSeconds=0&propagationPolicy=Background", "")
	w.sendAs("application/merge-patch+json", http.MethodPatch, item, `{"metadata":{"finalizers":null}}`)
}

// change sends something to a subresource.
func (w writer) change(item string, part metav1.APIResource) {
	_, name, _ := strings.Cut(part.Name, "/")
	_, object := w.send(http.MethodGet, item+"/"+name, "")
	kind := w.fact.served.GroupVersion().WithKind(part.Kind)
	if part.Version != "" {
		kind.Group, kind.Version = part.Group, part.Version
	}
	if object["kind"] != part.Kind {
		object = map[string]any{"apiVersion": kind.GroupVersion().String(), "kind": part.Kind}
	}
	filled := w.of(kind)
	if status, ok := filled["status"]; ok && name == "status" && w.Intn(2) == 0 {
		object["status"] = status
	}
	w.mutate(object, filled)
	method := http.MethodPost
	if slices.Contains(part.Verbs, "update") {
		method = http.MethodPut
	}
	w.send(method, item+"/"+name, text(object))
	if code, answer := w.send(http.MethodGet, item, ""); code != http.StatusOK && code != http.StatusNotFound {
		w.Errorf("after %s %s/%s %s: %d %v", method, item, name, text(object), code, answer)
	}
}

// of is an object of a kind, filled.
func (w writer) of(kind schema.GroupVersionKind) map[string]any {
	obj, err := w.scheme.New(kind)
	if err != nil {
		w.Fatal(err)
	}
	return w.filled(obj)
}

// reads compares what was answered with what is read.
func (w writer) reads(item string, made map[string]any) {
	w.Helper()
	code, read := w.send(http.MethodGet, item, "")
	if code != http.StatusOK || !reflect.DeepEqual(made, read) {
		w.Errorf("answered:\n%s\nread: %d\n%s", text(made), code, text(read))
	}
	for _, form := range []string{"application/json", "application/json;as=Table;v=v1;g=meta.k8s.io"} {
		r := httptest.NewRequestWithContext(w.Context(), http.MethodGet, w.path, http.NoBody)
		r.Header.Set("Accept", form)
		if code, answer := w.answer(r); code != http.StatusOK || answer["items"] == nil && answer["rows"] == nil {
			w.Errorf("list as %s: %d %v", form, code, answer)
		}
	}
}

func (w writer) send(method, path, body string) (int, map[string]any) {
	w.Helper()
	return w.sendAs("application/json", method, path, body)
}

// sendAs fails the test for an answer that blames the server.
func (w writer) sendAs(media, method, path, body string) (int, map[string]any) {
	w.Helper()
	r := httptest.NewRequestWithContext(w.Context(), method, path, strings.NewReader(body))
	r.Header.Set("Content-Type", media)
	code, answer := w.answer(r)
	if code >= http.StatusInternalServerError && !upstreamBlamesItself(answer) {
		w.Fatalf("%s %s with\n%s\n%d %v", method, path, body, code, answer)
	}
	return code, answer
}

func (w writer) answer(r *http.Request) (int, map[string]any) {
	recorder := httptest.NewRecorder()
	w.ServeHTTP(recorder, r)
	answer := map[string]any{}
	if err := json.Unmarshal(recorder.Body.Bytes(), &answer); err != nil {
		w.Errorf("%s %s: %d %q", r.Method, r.URL, recorder.Code, recorder.Body)
	}
	return recorder.Code, answer
}

// internal are the mistakes of clients for which kube-apiserver blames itself, too.
var internal = []string{
	"resourceVersion should not be set on objects to be created", "strconv.ParseUint: parsing", "HealthCheck NodePort",
	"failed to create typed patch object", "failed to convert new object", // of an apply
}

func upstreamBlamesItself(answer map[string]any) bool {
	return slices.ContainsFunc(internal, func(known string) bool { return strings.Contains(fmt.Sprint(answer["message"]), known) })
}

func text(object map[string]any) string {
	written, err := json.Marshal(object)
	if err != nil {
		return err.Error()
	}
	return string(written)
}
