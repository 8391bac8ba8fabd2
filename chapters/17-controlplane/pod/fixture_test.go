package pod

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	policyv1 "k8s.io/api/policy/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	rest "kubepath/chapters/04-rest"
	"kubepath/chapters/05-storage/memory"
	registry "kubepath/chapters/06-registry"
	server "kubepath/chapters/08-server"
	patch "kubepath/chapters/12-patch"
	versions "kubepath/chapters/13-versions"
	"kubepath/chapters/17-controlplane/resource"
)

// api is this package's rows, served from memory.
type api struct {
	t       testing.TB
	handler http.Handler
	stores  map[schema.GroupResource]*registry.Store
}

// newAPI serves the rows of this package, or other groups in their place, and beside them disruption budgets.
func newAPI(t testing.TB, groups ...resource.Group) *api {
	t.Helper()
	codecs := versions.NewCodecs()
	s, err := server.Config{
		Codecs: codecs, Verbs: slices.Concat(rest.Verbs(), patch.Verbs()), MaxMutatingRequestsInFlight: 1000,
	}.New()
	if err != nil {
		t.Fatal(err)
	}
	a := &api{t: t, handler: s, stores: map[schema.GroupResource]*registry.Store{}}
	budgets := resource.Group{GroupVersion: policyv1.SchemeGroupVersion, Resources: []resource.Definition{
		{Kind: "PodDisruptionBudget", Name: "poddisruptionbudgets", Strategy: registry.Namespaced{}},
	}}
	if len(groups) == 0 {
		groups = Groups()
	}
	for _, g := range append(groups, budgets) {
		storages := map[string]rest.Storage{}
		for _, r := range g.Resources {
			a.add(storages, codecs.Scheme, g.GroupVersion, r)
		}
		info := &server.APIGroupInfo{PrioritizedVersions: []schema.GroupVersion{g.GroupVersion}, VersionedResourcesStorageMap: map[string]map[string]rest.Storage{"v1": storages}}
		install := s.InstallAPIGroup
		if g.Group == "" {
			install = s.InstallLegacyAPIGroup
		}
		if err := install(info); err != nil {
			t.Fatal(err)
		}
	}
	return a
}

func (a *api) add(storages map[string]rest.Storage, scheme *runtime.Scheme, gv schema.GroupVersion, r resource.Definition) {
	parts := &resource.Dependencies{Store: func(name schema.GroupResource) *registry.Store { return a.stores[name] }}
	if r.NewREST != nil {
		storages[r.Name] = r.NewREST(parts)
		return
	}
	kind := gv.WithKind(r.Kind)
	newObject := func() runtime.Object {
		obj, err := scheme.New(kind)
		if err != nil {
			a.t.Fatal(err)
		}
		return obj
	}
	store := &registry.Store{
		Kind: kind, Resource: gv.WithResource(r.Name).GroupResource(), NewFunc: newObject, Singular: r.Singular(),
		Storage: memory.Open(memory.Config{NewFunc: newObject}), Strategy: r.Strategy, AttrFunc: r.Attrs(), ReturnDeletedObject: r.ReturnDeleted,
	}
	if r.Columns != nil {
		store.TableConvertor = r.Columns
	}
	if r.SelectableFields != nil {
		known := store.SelectableFields()
		_ = scheme.AddFieldLabelConversionFunc(kind, func(label, value string) (string, string, error) {
			if slices.Contains(known, label) {
				return label, value, nil
			}
			return "", "", fmt.Errorf("field label not supported: %s", label)
		})
	}
	a.stores[store.Resource] = store
	storages[r.Name] = store
	if r.Status != nil {
		storages[r.Name+"/status"] = resource.NewSubresourceREST(store, r.Status)
	}
	if r.Subresources != nil {
		for name, part := range r.Subresources(store, parts) {
			storages[r.Name+"/"+name] = part
		}
	}
}

// answer is a response, with its body as JSON.
type answer struct {
	code   int
	header http.Header
	body   map[string]any
}

const pods = "/api/v1/namespaces/default/pods"

// do sends a request; kind is the media type of the body without application/ (json, merge-patch+json).
func (a *api) do(method, path, kind, body string) answer {
	a.t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/"+kind)
	w := httptest.NewRecorder()
	a.handler.ServeHTTP(w, r)
	got := answer{code: w.Code, header: w.Header()}
	if err := json.Unmarshal(w.Body.Bytes(), &got.body); err != nil {
		a.t.Fatalf("%s %s: %v in %q", method, path, err, w.Body)
	}
	return got
}

func (a *api) get(path string) answer         { return a.do("GET", path, "json", "") }
func (a *api) post(path, body string) answer  { return a.do("POST", path, "yaml", body) }
func (a *api) put(path, body string) answer   { return a.do("PUT", path, "yaml", body) }
func (a *api) merge(path, body string) answer { return a.do("PATCH", path, "merge-patch+json", body) }
func (a *api) strategic(path, body string) answer {
	return a.do("PATCH", path, "strategic-merge-patch+json", body)
}
func (a *api) delete(path, body string) answer { return a.do("DELETE", path, "yaml", body) }

// pod creates a pod called name with a spec in YAML, which has a container c beside.
func (a *api) pod(name, spec string) {
	a.t.Helper()
	a.post(pods, fmt.Sprintf("{metadata: {name: %s, labels: {app: web}}, spec: {%s containers: [{name: c, image: i}]}}", name, spec)).is(a.t, 201)
}

// running is pod on a node, with a kubelet that says so.
func (a *api) running(name, spec string) {
	a.t.Helper()
	a.pod(name, "nodeName: n1, "+spec)
	a.merge(pods+"/"+name+"/status", `{"status": {"phase": "Running"}}`).is(a.t, 200)
}

// is fails unless the answer has the code.
func (g answer) is(t testing.TB, code int) answer {
	t.Helper()
	if g.code != code {
		t.Fatalf("answer %d, want %d: %v", g.code, code, g.body)
	}
	return g
}

// at is what a path of field names leads to, as text: a JSON value, or "" for nothing.
func (g answer) at(path string) string {
	var v any = g.body
	for name := range strings.SplitSeq(path, ".") {
		switch in := v.(type) {
		case map[string]any:
			v = in[name]
		case []any:
			i := int(name[0] - '0')
			if i >= len(in) {
				return ""
			}
			v = in[i]
		default:
			return ""
		}
	}
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	}
	text, _ := json.Marshal(v)
	return string(text)
}

// has fails unless each path leads to its value.
func (g answer) has(t testing.TB, pairs ...string) answer {
	t.Helper()
	for i := 0; i < len(pairs); i += 2 {
		if got := g.at(pairs[i]); got != pairs[i+1] {
			t.Errorf("%s is %q, want %q", pairs[i], got, pairs[i+1])
		}
	}
	return g
}

// soon fails unless the path leads to a time that is near a number of seconds from now.
func (g answer) soon(t testing.TB, path string, seconds int) {
	t.Helper()
	at, err := time.Parse(time.RFC3339, g.at(path))
	if off := time.Until(at) - time.Duration(seconds)*time.Second; err != nil || off < -time.Minute || off > time.Minute {
		t.Errorf("%s is %q, want %d seconds from now", path, g.at(path), seconds)
	}
}
