package patch_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	kinds "kubepath/chapters/02-kinds"
	rest "kubepath/chapters/04-rest"
	"kubepath/chapters/05-storage/memory"
	registry "kubepath/chapters/06-registry"
	server "kubepath/chapters/08-server"
	patch "kubepath/chapters/12-patch"
	"kubepath/chapters/12-patch/fastpath"
)

// workload keeps a status that is written through its own path.
type workload struct{ registry.Namespaced }

func (workload) PrepareForUpdate(_ context.Context, obj, old runtime.Object) {
	if d, ok := obj.(*appsv1.Deployment); ok {
		before := old.(*appsv1.Deployment)
		d.Status = before.Status
		if !reflect.DeepEqual(d.Spec, before.Spec) {
			d.Generation = before.Generation + 1
		}
	}
}

func (workload) GetResetFields() rest.ResetFields { return rest.ResetFields{{"status"}} }

type workloadStatus struct{ registry.Namespaced }

func (workloadStatus) GetResetFields() rest.ResetFields { return rest.ResetFields{{"spec"}} }

func (workloadStatus) PrepareForUpdate(_ context.Context, obj, old runtime.Object) {
	obj.(*appsv1.Deployment).Spec = old.(*appsv1.Deployment).Spec
}

// statusOnly is the subresource.
type statusOnly struct{ store *registry.Store }

func (s statusOnly) New() runtime.Object              { return s.store.New() }
func (statusOnly) Destroy()                           {}
func (s statusOnly) GetResetFields() rest.ResetFields { return s.store.GetResetFields() }
func (s statusOnly) Get(ctx context.Context, name string, o *metav1.GetOptions) (runtime.Object, error) {
	return s.store.Get(ctx, name, o)
}
func (s statusOnly) Update(ctx context.Context, name string, u *rest.Update) (runtime.Object, bool, error) {
	only := *u
	only.AllowCreate = false
	return s.store.Update(ctx, name, &only)
}

// api is a server with config maps and deployments in memory.
type api struct {
	t testing.TB
	http.Handler
}

func newAPI(t testing.TB) *api {
	t.Helper()
	codecs := kinds.NewCodecs(kinds.NewScheme())
	s, err := server.Config{Codecs: codecs, Verbs: append(rest.Verbs(), patch.Verbs()...), NewFieldManager: fastpath.NewFieldManagers(codecs).New}.New()
	if err != nil {
		t.Fatal(err)
	}
	maps := store(corev1.SchemeGroupVersion, "ConfigMap", "configmaps", func() runtime.Object { return &corev1.ConfigMap{} })
	deployments := store(appsv1.SchemeGroupVersion, "Deployment", "deployments", func() runtime.Object { return &appsv1.Deployment{} })
	deployments.Strategy = workload{}
	status := *deployments
	status.Strategy = workloadStatus{}
	if err := s.InstallLegacyAPIGroup(&server.APIGroupInfo{
		PrioritizedVersions:          []schema.GroupVersion{corev1.SchemeGroupVersion},
		VersionedResourcesStorageMap: map[string]map[string]rest.Storage{"v1": {"configmaps": maps}},
	}); err != nil {
		t.Fatal(err)
	}
	if err := s.InstallAPIGroup(&server.APIGroupInfo{
		PrioritizedVersions:          []schema.GroupVersion{appsv1.SchemeGroupVersion},
		VersionedResourcesStorageMap: map[string]map[string]rest.Storage{"v1": {"deployments": deployments, "deployments/status": statusOnly{&status}}},
	}); err != nil {
		t.Fatal(err)
	}
	return &api{t, s}
}

func store(version schema.GroupVersion, kind, resource string, newFunc func() runtime.Object) *registry.Store {
	return &registry.Store{
		Kind: version.WithKind(kind), Resource: version.WithResource(resource).GroupResource(), NewFunc: newFunc,
		Singular: strings.ToLower(kind), Strategy: workload{}, Storage: memory.Open(memory.Config{NewFunc: newFunc}),
	}
}

// answer is what came back.
type answer struct {
	code     int
	body     string
	object   map[string]any
	warnings []string
}

func (a *api) do(method, path, mediaType, body string) answer {
	a.t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header.Set("Content-Type", mediaType)
	r.Header.Set("User-Agent", "tester/v1 (linux)")
	w := httptest.NewRecorder()
	a.ServeHTTP(w, r)
	got := answer{code: w.Code, body: w.Body.String(), warnings: w.Header().Values("Warning")}
	if err := json.NewDecoder(bytes.NewReader(w.Body.Bytes())).Decode(&got.object); err != nil {
		a.t.Fatalf("%s %s: %v: %s", method, path, err, w.Body)
	}
	return got
}

const (
	configMaps  = "/api/v1/namespaces/ns/configmaps"
	deployments = "/apis/apps/v1/namespaces/ns/deployments"

	jsonType      = "application/json"
	jsonPatchType = "application/json-patch+json"
	mergeType     = "application/merge-patch+json"
	strategicType = "application/strategic-merge-patch+json"
	applyType     = "application/apply-patch+yaml"
)

func (a *api) apply(path, query, body string) answer {
	a.t.Helper()
	return a.do(http.MethodPatch, path+"?"+query, applyType, body)
}

// want stops the test where the status is another one.
func (got answer) want(t testing.TB, code int) answer {
	t.Helper()
	if got.code != code {
		t.Fatalf("status %d, not %d: %s", got.code, code, got.body)
	}
	return got
}

// wantQuietly is want for goroutines, which may not stop a test.
func (got answer) wantQuietly(t testing.TB, code int) {
	t.Helper()
	if got.code != code {
		t.Errorf("status %d, not %d: %s", got.code, code, got.body)
	}
}

// at is what stands in the answer at a path; nil: nothing.
func (got answer) at(path ...string) any {
	found, _, _ := unstructured.NestedFieldNoCopy(got.object, path...)
	return found
}

// message is a Status's.
func (got answer) message() string {
	text, _ := got.at("message").(string)
	return text
}

// managers has a line for each manager, with its fields, sorted.
func (got answer) managers() string {
	object := unstructured.Unstructured{Object: got.object}
	var lines []string
	for _, o := range object.GetManagedFields() {
		line := o.Manager + " " + string(o.Operation)
		if o.Subresource != "" {
			line += " " + o.Subresource
		}
		lines = append(lines, line+" "+o.FieldsV1.GetRawString())
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}
