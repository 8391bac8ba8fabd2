package patch_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	jsonpatch "gopkg.in/evanphx/json-patch.v4"
	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/strategicpatch"

	kinds "kubepath/chapters/02-kinds"
	rest "kubepath/chapters/04-rest"
	registry "kubepath/chapters/06-registry"
	server "kubepath/chapters/08-server"
	patch "kubepath/chapters/12-patch"
	"kubepath/chapters/12-patch/fastpath"
	"kubepath/chapters/12-patch/fieldmanagertest"
)

// generated makes patches between generated objects.
type generated struct{ fieldmanagertest.Generator }

// near is obj with parts of another one, as JSON. Its metadata stays obj's but for the labels.
func (g generated) near(t testing.TB, obj runtime.Object) []byte {
	t.Helper()
	next := obj.DeepCopyObject()
	g.Blend(reflect.ValueOf(next).Elem(), reflect.ValueOf(g.Object(t)).Elem())
	next.GetObjectKind().SetGroupVersionKind(g.Kind)
	fields, err := runtime.DefaultUnstructuredConverter.ToUnstructured(next)
	if err != nil {
		t.Fatal(err)
	}
	before, err := runtime.DefaultUnstructuredConverter.ToUnstructured(obj)
	if err != nil {
		t.Fatal(err)
	}
	metadata := maps.Clone(before["metadata"].(map[string]any))
	metadata["labels"] = map[string]any{"a": fmt.Sprint(g.Intn(3)), fmt.Sprintf("b%d", g.Intn(3)): "x"}
	fields["metadata"] = metadata
	text, err := json.Marshal(fields)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// operations are a JSON patch of a few random places in a document.
func (g generated) operations(document, other []byte) []byte {
	var from, to map[string]any
	if json.Unmarshal(document, &from) != nil || json.Unmarshal(other, &to) != nil {
		return nil
	}
	for _, name := range []string{"apiVersion", "kind", "metadata"} { // what the server puts right, or refuses
		delete(from, name)
		delete(to, name)
	}
	var all []map[string]any
	for range 1 + g.Intn(4) {
		path, _ := g.place(from)
		source, value := g.place(to)
		op := map[string]any{"op": []string{"add", "remove", "replace", "move", "copy", "test"}[g.Intn(6)], "path": path}
		switch op["op"] {
		case "move", "copy":
			op["from"] = source
		default:
			op["value"] = value
		}
		all = append(all, op)
	}
	text, _ := json.Marshal(all)
	return text
}

// place walks into a document at random and returns a pointer to where it stops, and what stands there.
func (g generated) place(value any) (string, any) {
	path := ""
	for g.Intn(6) > 0 {
		switch v := value.(type) {
		case map[string]any:
			if len(v) == 0 {
				return path + "/new", value
			}
			name := slices.Sorted(maps.Keys(v))[g.Intn(len(v))]
			path, value = path+"/"+strings.NewReplacer("~", "~0", "/", "~1").Replace(name), v[name]
		case []any:
			if len(v) == 0 || g.Intn(8) == 0 {
				return path + "/-", value
			}
			at := g.Intn(len(v))
			path, value = fmt.Sprintf("%s/%d", path, at), v[at]
		default:
			return path, value
		}
	}
	if path == "" {
		return "/spec", nil
	}
	return path, value
}

// byType writes a patch that leads from one object to another, and has the library apply it to a third.
var byType = map[string]struct {
	write func(g generated, from, to []byte, like any) ([]byte, error)
	apply func(current, patch []byte, like any) ([]byte, error)
}{
	jsonPatchType: {
		func(g generated, from, to []byte, _ any) ([]byte, error) { return g.operations(from, to), nil },
		func(current, patch []byte, _ any) ([]byte, error) {
			p, err := jsonpatch.DecodePatch(patch)
			if err != nil {
				return nil, err
			}
			return p.Apply(current)
		}},
	mergeType: {
		func(_ generated, from, to []byte, _ any) ([]byte, error) { return jsonpatch.CreateMergePatch(from, to) },
		func(current, patch []byte, _ any) ([]byte, error) { return jsonpatch.MergePatch(current, patch) }},
	strategicType: {
		func(_ generated, from, to []byte, like any) ([]byte, error) {
			return strategicpatch.CreateTwoWayMergePatch(from, to, like)
		},
		strategicpatch.StrategicMergePatch},
}

// serveAll is a server with a store in memory for each kind, all of them namespaced, that checks only metadata.
func serveAll(t *testing.T, resources []kinds.Resource) *api {
	t.Helper()
	codecs := kinds.NewCodecs(kinds.NewScheme())
	s, err := server.Config{Codecs: codecs, Verbs: append(rest.Verbs(), patch.Verbs()...), NewFieldManager: fastpath.NewFieldManagers(codecs).New}.New()
	if err != nil {
		t.Fatal(err)
	}
	groups := map[schema.GroupVersion]map[string]rest.Storage{}
	for _, r := range resources {
		version := r.Kind.GroupVersion()
		if groups[version] == nil {
			groups[version] = map[string]rest.Storage{}
		}
		resource := store(version, r.Kind.Kind, r.Name, func() runtime.Object {
			obj, _ := codecs.Scheme.New(r.Kind) // known: it is in the list
			return obj
		})
		resource.Strategy = registry.Namespaced{}
		groups[version][r.Name] = resource
	}
	for version, storages := range groups {
		info := &server.APIGroupInfo{PrioritizedVersions: []schema.GroupVersion{version}, VersionedResourcesStorageMap: map[string]map[string]rest.Storage{version.Version: storages}}
		install := s.InstallAPIGroup
		if version.Group == "" {
			install = s.InstallLegacyAPIGroup
		}
		if err := install(info); err != nil {
			t.Fatal(err)
		}
	}
	return &api{t, s}
}

// collection is a resource's path.
func collection(r kinds.Resource) string {
	top := "/apis/" + r.Kind.Group
	if r.Kind.Group == "" {
		top = "/api"
	}
	return strings.Join([]string{top, r.Kind.Version, "namespaces/ns", r.Name}, "/")
}

func TestAPatchOfAnyObjectDoesWhatItsLibraryDoes(t *testing.T) {
	t.Parallel()
	scheme := kinds.NewScheme()
	resources := fieldmanagertest.KnownKinds(scheme)
	a := serveAll(t, resources)
	var applied sync.Map
	t.Cleanup(func() {
		for mediaType := range byType {
			if _, ok := applied.Load(mediaType); !ok {
				t.Errorf("no %s could be applied", mediaType)
			}
		}
	})
	for _, r := range resources {
		t.Run(r.Kind.String(), func(t *testing.T) {
			t.Parallel()
			g := generated{fieldmanagertest.Generator{Rand: rand.New(rand.NewSource(1)), Kind: r.Kind, Scheme: scheme}}
			for range 2 {
				for _, mediaType := range slices.Sorted(maps.Keys(byType)) {
					if comparePatch(&api{t, a.Handler}, g, collection(r), mediaType) {
						applied.Store(mediaType, true)
					}
				}
			}
		})
	}
}

// comparePatch sends a generated patch to a generated object and compares with what the library makes of it. applied: it
// was one that can be applied.
func comparePatch(a *api, g generated, path, mediaType string) (applied bool) {
	t := a.t
	t.Helper()
	library := byType[mediaType]
	like, _ := g.Scheme.New(g.Kind)
	obj := g.Object(t)
	name := fmt.Sprintf("n%d", g.Int())
	fields, err := runtime.DefaultUnstructuredConverter.ToUnstructured(obj)
	if err != nil {
		t.Fatal(err)
	}
	fields["metadata"] = map[string]any{"name": name, "labels": map[string]any{"a": "0"}}
	text, err := json.Marshal(fields)
	if err != nil {
		t.Fatal(err)
	}
	stored := a.do(http.MethodPost, path, jsonType, string(text)).want(t, http.StatusCreated)
	live, _ := g.Scheme.New(g.Kind)
	if err := json.Unmarshal([]byte(stored.body), live); err != nil {
		t.Fatal(err)
	}
	patch, err := library.write(g, g.near(t, live), g.near(t, live), like)
	if err != nil {
		return false // no patch leads from the one to the other
	}
	expected, err := library.apply([]byte(stored.body), patch, like)
	want, _ := g.Scheme.New(g.Kind)
	if err == nil {
		err = json.Unmarshal(expected, want)
	}
	got := a.do(http.MethodPatch, path+"/"+name, mediaType, string(patch))
	if (err == nil) != (got.code == http.StatusOK) {
		t.Fatalf("%s\nto %s: %d %s; the library says %v", patch, stored.body, got.code, got.message(), err)
	}
	if err != nil {
		return false
	}
	have, _ := g.Scheme.New(g.Kind)
	if err := json.Unmarshal([]byte(got.body), have); err != nil {
		t.Fatal(err)
	}
	for _, obj := range []runtime.Object{have, want} {
		object, _ := meta.Accessor(obj)
		object.SetManagedFields(nil)
		object.SetResourceVersion("")
		object.SetGeneration(0)
	}
	if !equality.Semantic.DeepEqual(want, have) {
		t.Fatalf("%s\nto %shas become\n%s\nnot\n%s\n%s", patch, stored.body, got.body, expected, cmp.Diff(want, have))
	}
	return true
}
