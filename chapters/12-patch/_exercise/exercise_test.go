package exercise

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	kinds "kubepath/chapters/02-kinds"
	rest "kubepath/chapters/04-rest"
	storage "kubepath/chapters/05-storage"
	"kubepath/chapters/05-storage/memory"
	registry "kubepath/chapters/06-registry"
	server "kubepath/chapters/08-server"
	patch "kubepath/chapters/12-patch"
	"kubepath/internal/tools/exercise"
)

// rows are of RFC 7386, appendix A, sorted by what they show.
var rows = map[string][][3]string{ // target, patch, result
	"an object": {
		{`{"a":"b"}`, `{"a":"c"}`, `{"a":"c"}`},
		{`{"a":"b"}`, `{"b":"c"}`, `{"a":"b","b":"c"}`},
		{`{"a":{"b":"c"}}`, `{"a":{"b":"d","e":"f"}}`, `{"a":{"b":"d","e":"f"}}`},
		{`{"a":{"b":"c","keep":1}}`, `{"a":{"b":"d"}}`, `{"a":{"b":"d","keep":1}}`},
	},
	"a null": {
		{`{"a":"b"}`, `{"a":null}`, `{}`},
		{`{"a":"b","b":"c"}`, `{"a":null}`, `{"b":"c"}`},
		{`{"a":{"b":"c"}}`, `{"a":{"b":"d","c":null}}`, `{"a":{"b":"d"}}`},
		{`{"e":null}`, `{"a":1}`, `{"e":null,"a":1}`},
	},
	"an object where none is": {
		{`{}`, `{"a":{"bb":{"ccc":null}}}`, `{"a":{"bb":{}}}`},
		{`{"a":[{"b":"c"}]}`, `{"a":{"x":1,"y":null}}`, `{"a":{"x":1}}`},
		{`[1,2]`, `{"a":"b","c":null}`, `{"a":"b"}`},
	},
	"a list": {
		{`{"a":["b"]}`, `{"a":"c"}`, `{"a":"c"}`},
		{`{"a":"c"}`, `{"a":["b"]}`, `{"a":["b"]}`},
		{`{"a":["b","c"]}`, `{"a":["d"]}`, `{"a":["d"]}`},
		{`{"a":[{"b":"c"}]}`, `{"a":[1,null]}`, `{"a":[1,null]}`},
		{`["a","b"]`, `["c","d"]`, `["c","d"]`},
	},
	"a scalar": {
		{`{"a":"foo"}`, `"bar"`, `"bar"`},
		{`{"a":"foo"}`, `null`, `null`},
	},
}

func merged(t *testing.T, what string) {
	t.Helper()
	for _, row := range rows[what] {
		target, patch := parse(t, row[0]), parse(t, row[1])
		if diff := cmp.Diff(parse(t, row[2]), Merge(target, patch)); diff != "" {
			t.Errorf("%s applied to %s (-expected +yours):\n%s", row[1], row[0], diff)
		}
		if diff := cmp.Diff([]any{parse(t, row[0]), parse(t, row[1])}, []any{target, patch}); diff != "" {
			t.Errorf("%s applied to %s: Merge has changed what it was given; another attempt would start from that:\n%s", row[1], row[0], diff)
		}
	}
}

func parse(t *testing.T, text string) any {
	t.Helper()
	value, err := values([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return value
}

func TestAnObjectIsAppliedFieldByField(t *testing.T)            { merged(t, "an object") }
func TestANullRemovesAField(t *testing.T)                       { merged(t, "a null") }
func TestAnObjectIsAppliedToNothingAsToAnEmptyOne(t *testing.T) { merged(t, "an object where none is") }
func TestAListTakesTheTargetsPlace(t *testing.T)                { merged(t, "a list") }
func TestAScalarTakesTheTargetsPlace(t *testing.T)              { merged(t, "a scalar") }

// rival writes before the storage does, so that as many attempts are lost as it has changes.
type rival struct {
	storage.Interface
	changes []func(*corev1.ConfigMap)
	between bool
}

func (r *rival) GuaranteedUpdate(ctx context.Context, key string, out runtime.Object, u storage.Update) error {
	mutate := u.Mutate
	u.Mutate = func(old runtime.Object, m storage.ResponseMeta) (storage.MutateResult, error) {
		mutated, err := mutate(old, m)
		if err != nil || !r.between || len(r.changes) == 0 {
			return mutated, err
		}
		change := r.changes[0]
		r.changes = r.changes[1:]
		var other kinds.ResultPointer
		return mutated, r.Interface.GuaranteedUpdate(ctx, key, &other, storage.Update{
			Mutate: func(old runtime.Object, _ storage.ResponseMeta) (storage.MutateResult, error) {
				change(old.(*corev1.ConfigMap))
				return storage.MutateResult{Object: old}, nil
			}})
	}
	return r.Interface.GuaranteedUpdate(ctx, key, out, u)
}

// open is a server of config maps whose merge patches are yours.
func open(t *testing.T) (http.Handler, *rival) {
	t.Helper()
	codecs := kinds.NewCodecs(kinds.NewScheme())
	s, err := server.Config{Codecs: codecs, Verbs: append(rest.Verbs(), verbs()...), NewFieldManager: patch.NewFieldManagers(codecs).New}.New()
	if err != nil {
		t.Fatal(err)
	}
	newObject := func() runtime.Object { return &corev1.ConfigMap{} }
	below := &rival{Interface: memory.Open(memory.Config{NewFunc: newObject})}
	err = s.InstallLegacyAPIGroup(&server.APIGroupInfo{
		PrioritizedVersions: []schema.GroupVersion{corev1.SchemeGroupVersion},
		VersionedResourcesStorageMap: map[string]map[string]rest.Storage{"v1": {"configmaps": &registry.Store{
			Kind: corev1.SchemeGroupVersion.WithKind("ConfigMap"), Resource: corev1.Resource("configmaps"), NewFunc: newObject,
			Singular: "configmap", Strategy: registry.Namespaced{}, Storage: below,
		}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	send(t, s, http.MethodPost, "/api/v1/namespaces/ns/configmaps",
		`{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"m","labels":{"a":"b"}},"data":{"k":"v","l":"w"}}`)
	return s, below
}

const path = "/api/v1/namespaces/ns/configmaps/m"

// answer is a config map or a Status.
type answer struct {
	code    int
	Data    map[string]string
	Message string
	object  *corev1.ConfigMap
}

func send(t *testing.T, api http.Handler, method, path, body string) answer {
	t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header.Set("Content-Type", map[string]string{http.MethodPost: "application/json", http.MethodPatch: "application/merge-patch+json"}[method])
	w := httptest.NewRecorder()
	api.ServeHTTP(w, r)
	got := answer{code: w.Code, object: &corev1.ConfigMap{}}
	if w.Code < http.StatusBadRequest {
		if err := json.NewDecoder(bytes.NewReader(w.Body.Bytes())).Decode(got.object); err != nil {
			t.Fatal(err)
		}
		got.Data = got.object.Data
		return got
	}
	var status struct{ Message string }
	if err := json.NewDecoder(bytes.NewReader(w.Body.Bytes())).Decode(&status); err != nil {
		t.Fatalf("%d: %s", w.Code, w.Body)
	}
	got.Message = status.Message
	if strings.Contains(got.Message, exercise.ErrTODO.Error()) {
		t.Fatalf("%s %s: %v", method, path, errors.New(got.Message))
	}
	return got
}

func TestAPatchChangesTheStoredObject(t *testing.T) {
	api, _ := open(t)
	got := send(t, api, http.MethodPatch, path, `{"data":{"k":null,"n":"new"},"metadata":{"labels":null}}`)
	if diff := cmp.Diff(map[string]string{"l": "w", "n": "new"}, got.Data); got.code != 200 || diff != "" {
		t.Fatalf("%d %s (-expected +yours):\n%s", got.code, got.Message, diff)
	}
	if len(got.object.Labels) > 0 {
		t.Errorf("the labels were set to null and are %v", got.object.Labels)
	}
	stored := send(t, api, http.MethodGet, path, "")
	if diff := cmp.Diff(got.Data, stored.Data); diff != "" {
		t.Errorf("another object is stored (-answered +stored):\n%s", diff)
	}
}

func TestALostRaceIsRunAgainOnWhatIsStoredThen(t *testing.T) {
	api, below := open(t)
	below.between = true
	below.changes = []func(*corev1.ConfigMap){
		func(c *corev1.ConfigMap) { c.Data["theirs"] = "1" },
		func(c *corev1.ConfigMap) { c.Data["k"] = "theirs too" },
	}
	got := send(t, api, http.MethodPatch, path, `{"data":{"k":null,"n":"new"}}`)
	want := map[string]string{"l": "w", "n": "new", "theirs": "1"}
	if diff := cmp.Diff(want, got.Data); got.code != 200 || diff != "" {
		t.Errorf("somebody wrote twice between your read and your write: %d %s. What they wrote has to stay, and your patch has to hold (-expected +yours):\n%s",
			got.code, got.Message, diff)
	}
}

func TestThePatchTakesTheFieldsThatItChanges(t *testing.T) {
	api, _ := open(t)
	got := send(t, api, http.MethodPatch, path+"?fieldManager=you", `{"data":{"n":"new"}}`)
	for _, entry := range got.object.ManagedFields {
		if entry.Manager == "you" && strings.Contains(entry.FieldsV1.GetRawString(), `"f:n"`) {
			return
		}
	}
	t.Errorf("managedFields do not say that you own data.n: %v. p.finish writes it down, from the old object and the new one.", got.object.ManagedFields)
}

func TestAPatchMayNotChangeTheName(t *testing.T) {
	api, _ := open(t)
	got := send(t, api, http.MethodPatch, path, `{"metadata":{"name":"other"}}`)
	if want := "the name of the object (other) does not match the name on the URL (m)"; got.code != 400 || got.Message != want {
		t.Errorf("%d %q, expected 400 %q", got.code, got.Message, want)
	}
}

func TestAnOldVersionInThePatchIsAConflict(t *testing.T) {
	api, _ := open(t)
	got := send(t, api, http.MethodPatch, path, `{"metadata":{"resourceVersion":"999"},"data":{"k":"x"}}`)
	if got.code != 409 {
		t.Errorf("%d %q, expected 409: the version in the patch says which object it was meant for, so it has to reach the storage",
			got.code, got.Message)
	}
}
