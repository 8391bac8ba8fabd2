package controlplane

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	clientv3 "go.etcd.io/etcd/client/v3"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/runtime/serializer/protobuf"
	"k8s.io/client-go/kubernetes/scheme"

	kinds "kubepath/chapters/02-kinds"
	server "kubepath/chapters/08-server"
)

// storedFact is one line of testdata/stored.txt: how kube-apiserver keeps the objects of a resource.
type storedFact struct {
	served   schema.GroupVersionResource
	stored   schema.GroupVersionKind
	key      string // with {ns} and {name}
	manifest string
}

func storedFacts(t testing.TB) []storedFact {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "stored.txt"))
	if err != nil {
		t.Fatal(err)
	}
	var facts []storedFact
	for line := range strings.Lines(string(text)) {
		columns := strings.Fields(line)
		if len(columns) == 0 || columns[0] == "#" {
			continue
		}
		served, err := schema.ParseGroupVersion(columns[0])
		if err != nil {
			t.Fatal(err)
		}
		stored, err := schema.ParseGroupVersion(columns[2])
		if err != nil {
			t.Fatal(err)
		}
		facts = append(facts, storedFact{
			served: served.WithResource(columns[1]), stored: stored.WithKind(columns[3]),
			key: columns[4], manifest: strings.Join(columns[5:], " "),
		})
	}
	return facts
}

func (f storedFact) namespaced() bool { return strings.Contains(f.key, "{ns}") }

// in fills in the object's names.
func in(pattern, namespace, name string) string {
	return strings.NewReplacer("{ns}", namespace, "{name}", name).Replace(pattern)
}

// collection is the path of the resource.
func (f storedFact) collection(namespace string) string {
	path := "/apis/" + f.served.GroupVersion().String()
	if f.served.Group == "" {
		path = "/api/v1"
	}
	if f.namespaced() {
		path += "/namespaces/" + namespace
	}
	return path + "/" + f.served.Resource
}

// object is the manifest of a name, and the name: the manifest may have one of its own.
func (f storedFact) object(t testing.TB, namespace, name string) (string, string) {
	t.Helper()
	fields := map[string]any{}
	if err := json.Unmarshal([]byte(in(f.manifest, namespace, name)), &fields); err != nil {
		t.Fatalf("%s: %v", f.served, err)
	}
	metadata, _ := fields["metadata"].(map[string]any)
	if own, ok := metadata["name"].(string); ok {
		name = own
	}
	fields["metadata"] = map[string]any{"name": name}
	text, err := json.Marshal(fields)
	if err != nil {
		t.Fatal(err)
	}
	return string(text), name
}

// swapServer serves everything, the old versions too.
func swapServer(t testing.TB, etcd *clientv3.Client) http.Handler {
	t.Helper()
	api, err := New(Config{
		Server: server.Config{Codecs: kinds.NewCodecs(kinds.NewScheme())}, Etcd: etcd,
		RuntimeConfig: RuntimeConfig{"extensions/v1beta1": true, "batch/v1beta1": true},
	})
	if err != nil {
		t.Fatal(err)
	}
	return api
}

func TestTheFactsOfStoredObjectsCoverTheWholeTable(t *testing.T) {
	t.Parallel()
	known := map[schema.GroupVersionResource]bool{}
	for _, f := range storedFacts(t) {
		known[f.served] = true
	}
	for _, g := range append(Groups(), RemovedGroups()...) {
		for _, r := range g.Resources {
			if r.NewREST == nil && !known[g.WithResource(r.Name)] {
				t.Errorf("testdata/stored.txt does not say how %s %s is kept", g.GroupVersion, r.Name)
			}
			delete(known, g.WithResource(r.Name))
		}
	}
	if len(known) > 0 {
		t.Errorf("not served: %v", known)
	}
}

// What we write is what kube-apiserver would have written: under its key, in its form, in its version.
func TestWhatIsCreatedLiesInEtcdAsUpstreamKeepsIt(t *testing.T) {
	t.Parallel()
	etcd := newEtcd(t)
	api := swapServer(t, etcd)
	upstream := protobuf.NewSerializer(scheme.Scheme, scheme.Scheme)
	for i, f := range storedFacts(t) {
		manifest, name := f.object(t, "swap", fmt.Sprintf("x%d", i))
		if code, answer := ask(t, api, http.MethodPost, f.collection("swap"), manifest); code != http.StatusCreated {
			t.Errorf("create %s: %d %v", f.served, code, answer["message"])
			continue
		}
		key := in(f.key, "swap", name)
		found, err := etcd.Get(t.Context(), key)
		if err != nil || len(found.Kvs) != 1 {
			t.Errorf("%s: %d values at %s, %v", f.served, len(found.Kvs), key, err)
			continue
		}
		obj, kind, err := upstream.Decode(found.Kvs[0].Value, nil, nil)
		if err != nil || *kind != f.stored {
			t.Errorf("%s: stored as %v, %v; want %v", key, kind, err, f.stored)
			continue
		}
		if object, err := meta.Accessor(obj); err != nil || object.GetName() != name || object.GetUID() == "" || object.GetResourceVersion() != "" {
			t.Errorf("%s: stored is %v, %v", key, object, err)
		}
	}
}

// recordedObject is what upstream keeps beside the Go types: an object of the kind with a value in every field, as it
// lies in etcd and as JSON.
func recordedObject(t testing.TB, kind schema.GroupVersionKind) (stored, text []byte) {
	t.Helper()
	group := kind.Group
	if group == "" {
		group = "core"
	}
	file := filepath.Join(apiModule(t), "testdata", "HEAD", group+"."+kind.Version+"."+kind.Kind)
	stored, err := os.ReadFile(file + ".pb")
	if err != nil {
		t.Fatal(err)
	}
	if text, err = os.ReadFile(file + ".json"); err != nil {
		t.Fatal(err)
	}
	return stored, text
}

func apiModule(t testing.TB) string {
	t.Helper()
	folder, err := exec.CommandContext(t.Context(), "go", "list", "-m", "-f", "{{.Dir}}", "k8s.io/api").Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(folder))
}

// What kube-apiserver has written is read: an object of each kind that has a value in every field, put into etcd by an
// etcd client under upstream's key.
func TestWhatUpstreamHasStoredIsRead(t *testing.T) {
	t.Parallel()
	const namespace, name = "namespaceValue", "nameValue"
	etcd := newEtcd(t)
	facts := storedFacts(t)
	texts := map[schema.GroupVersionKind][]byte{}
	for _, f := range facts {
		stored, text := recordedObject(t, f.stored)
		if _, err := etcd.Put(t.Context(), in(f.key, namespace, name), string(stored)); err != nil {
			t.Fatal(err)
		}
		texts[f.stored] = text
	}
	api := swapServer(t, etcd)
	for _, f := range facts {
		t.Run(f.served.String(), func(t *testing.T) {
			item := f.collection(namespace) + "/" + name
			code, got := ask(t, api, http.MethodGet, item, "")
			if code != http.StatusOK {
				t.Fatalf("get: %d %v", code, got["message"])
			}
			if f.stored.Kind == got["kind"] && f.served.GroupVersion() == f.stored.GroupVersion() {
				nothingIsLost(t, got, texts[f.stored])
			}
			if code, list := ask(t, api, http.MethodGet, f.collection(namespace), ""); code != http.StatusOK || len(list["items"].([]any)) != 1 {
				t.Errorf("list: %d %v", code, list)
			}
			if rows := tableRows(t, api, f.collection(namespace)); rows != 1 {
				t.Errorf("the table has %d rows", rows)
			}
		})
	}
}

// nothingIsLost: what is stored is read. That there is more is the work of defaults: objects are older than some fields.
func nothingIsLost(t *testing.T, got map[string]any, text []byte) {
	t.Helper()
	want := map[string]any{}
	if err := json.Unmarshal(text, &want); err != nil {
		t.Fatal(err)
	}
	delete(want["metadata"].(map[string]any), "resourceVersion") // etcd's is read
	for _, path := range lost("", want, got) {
		// Of fields that say the same the newer one wins; plain text is read as data.
		if !strings.HasPrefix(path, ".stringData.") && !strings.HasSuffix(path, ".serviceAccount") && !strings.HasSuffix(path, ".podIPs[0].ip") && !strings.HasSuffix(path, ".podCIDRs[0]") {
			t.Errorf("%s is lost", path)
		}
	}
}

// lost are the places of want that got has not.
func lost(path string, want, got any) []string {
	var paths []string
	switch want := want.(type) {
	case map[string]any:
		there, _ := got.(map[string]any)
		for key, value := range want {
			paths = append(paths, lost(path+"."+key, value, there[key])...)
		}
	case []any:
		there, _ := got.([]any)
		for i, value := range want {
			if i >= len(there) {
				return append(paths, fmt.Sprintf("%s[%d]", path, i))
			}
			paths = append(paths, lost(fmt.Sprintf("%s[%d]", path, i), value, there[i])...)
		}
	default:
		if want != got {
			paths = append(paths, path)
		}
	}
	return paths
}

func tableRows(t *testing.T, api http.Handler, path string) int {
	t.Helper()
	w := httptest.NewRecorder()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, http.NoBody)
	r.Header.Set("Accept", "application/json;as=Table;v=v1;g=meta.k8s.io")
	api.ServeHTTP(w, r)
	var table struct{ Rows []json.RawMessage }
	if err := json.NewDecoder(bytes.NewReader(w.Body.Bytes())).Decode(&table); err != nil || w.Code != http.StatusOK {
		t.Errorf("table: %d %s, %v", w.Code, w.Body, err)
	}
	return len(table.Rows)
}
