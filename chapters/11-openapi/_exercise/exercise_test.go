package exercise

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/kube-openapi/pkg/validation/spec"

	kinds "kubepath/chapters/02-kinds"
	installer "kubepath/chapters/03-installer"
	openapi "kubepath/chapters/11-openapi"
	"kubepath/internal/tools/exercise"
)

type seat struct {
	Row string `json:"row"`
}

// refTo stands for the reference to the schema of a struct.
func refTo(t reflect.Type) spec.Schema { return *spec.RefSchema("#/" + t.Name()) }

// describe describes a struct, and shows the schema as it is served.
func describe[T any](t *testing.T) (spec.Schema, map[string]string) {
	t.Helper()
	s, err := SchemaOf(reflect.TypeFor[T](), refTo)
	if err != nil {
		t.Fatalf("%s: got the error %q, want a schema", reflect.TypeFor[T](), err)
	}
	shown := map[string]string{}
	for name, p := range s.Properties {
		text, err := json.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		shown[name] = string(text)
	}
	return s, shown
}

func TestAPropertyHasTheNameThatTheFieldHasInJSON(t *testing.T) {
	t.Parallel()
	_, got := describe[struct {
		ClusterIP string `json:"clusterIP,omitempty"`
		Port      int32  `json:"port"`
		Plain     bool
	}](t)
	want := map[string]string{
		"clusterIP": `{"type":"string"}`, "port": `{"type":"integer","format":"int32"}`, "Plain": `{"type":"boolean"}`,
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("a field is called in JSON what its json tag says before the first comma, and without a tag as in Go (-want +got):\n%s", d)
	}
}

func TestWhatIsNotInJSONIsNoProperty(t *testing.T) {
	t.Parallel()
	_, got := describe[struct {
		Kept   string `json:"kept"`
		Cached string `json:"-"`
		hidden string
	}](t)
	if len(got) != 1 || got["kept"] == "" {
		t.Errorf("got the properties %v, want only kept: encoding/json skips fields with the tag \"-\", and those that are not exported", got)
	}
}

func TestAFieldWithoutOmitemptyIsRequired(t *testing.T) {
	t.Parallel()
	s, _ := describe[struct {
		Name     string `json:"name"`
		Replicas *int32 `json:"replicas"`
		Image    string `json:"image,omitempty"`
		Grace    *int64 `json:"grace,omitempty"`
	}](t)
	if got := []string(s.Required); !reflect.DeepEqual(got, []string{"name", "replicas"}) {
		t.Errorf("required are %v, want name and replicas: these are always written, even where they are empty; whether a field is a pointer does not matter", got)
	}
}

func TestAPointerIsWhatItPointsTo(t *testing.T) {
	t.Parallel()
	_, got := describe[struct {
		Replicas *int32 `json:"replicas,omitempty"`
		Seat     *seat  `json:"seat,omitempty"`
	}](t)
	want := map[string]string{"replicas": `{"type":"integer","format":"int32"}`, "seat": `{"$ref":"#/seat"}`}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("JSON has no pointers (-want +got):\n%s", d)
	}
}

func TestTheFieldsOfAnEmbeddedStructAreTheStructsOwn(t *testing.T) {
	t.Parallel()
	s, got := describe[struct {
		metav1.TypeMeta `json:",inline"`
		*seat           `json:",inline"`
		Metadata        metav1.ObjectMeta `json:"metadata,omitempty"`
	}](t)
	want := map[string]string{
		"kind": `{"type":"string"}`, "apiVersion": `{"type":"string"}`, "row": `{"type":"string"}`, "metadata": `{"$ref":"#/ObjectMeta"}`,
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("a struct that is embedded under no name of its own is nowhere to be seen in JSON: its fields are (-want +got):\n%s", d)
	}
	if len(s.Required) != 1 || s.Required[0] != "row" {
		t.Errorf("required are %v, want row, which is required where it comes from", s.Required)
	}
}

func TestAnotherStructIsAReference(t *testing.T) {
	t.Parallel()
	type tree struct {
		Leaf     seat   `json:"leaf"`
		Children []tree `json:"children,omitempty"`
	}
	var asked []string
	_, err := SchemaOf(reflect.TypeFor[tree](), func(t reflect.Type) spec.Schema {
		asked = append(asked, t.Name())
		return refTo(t)
	})
	if err != nil || !reflect.DeepEqual(asked, []string{"seat", "tree"}) {
		t.Errorf("references were asked for to %v (error %v), want to seat and to tree: a struct has one schema, to which all others refer", asked, err)
	}
}

func TestListsAndMapsSayWhatTheyHold(t *testing.T) {
	t.Parallel()
	_, got := describe[struct {
		Args   []string          `json:"args,omitempty"`
		Seats  []*seat           `json:"seats,omitempty"`
		Labels map[string]string `json:"labels,omitempty"`
		Rows   map[string][]seat `json:"rows,omitempty"`
	}](t)
	want := map[string]string{
		"args":   `{"type":"array","items":{"type":"string"}}`,
		"seats":  `{"type":"array","items":{"$ref":"#/seat"}}`,
		"labels": `{"type":"object","additionalProperties":{"type":"string"}}`,
		"rows":   `{"type":"object","additionalProperties":{"type":"array","items":{"$ref":"#/seat"}}}`,
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("a list has items, a map additionalProperties (-want +got):\n%s", d)
	}
}

func TestBytesAreAString(t *testing.T) {
	t.Parallel()
	_, got := describe[corev1.Secret](t)
	if want := `{"type":"object","additionalProperties":{"type":"string","format":"byte"}}`; got["data"] != want {
		t.Errorf("data of a Secret: got %s, want %s: encoding/json writes []byte as a string in base64", got["data"], want)
	}
}

func TestAListSaysHowItIsMerged(t *testing.T) {
	t.Parallel()
	_, got := describe[corev1.Container](t)
	want := `{"type":"array","items":{"$ref":"#/EnvVar"},"x-kubernetes-patch-merge-key":"name","x-kubernetes-patch-strategy":"merge"}`
	if got["env"] != want {
		t.Errorf("env of a Container:\n got %s\nwant %s:\nkubectl apply merges the list by what the tags patchStrategy and patchMergeKey say of it", got["env"], want)
	}
	if strings.Contains(got["args"], "x-kubernetes") {
		t.Errorf("args of a Container: got %s, which has no such tags", got["args"])
	}
}

func TestWhatJSONCannotHoldIsAnError(t *testing.T) {
	t.Parallel()
	for _, bad := range []reflect.Type{
		reflect.TypeFor[struct{ Done chan int }](),
		reflect.TypeFor[struct{ Calls []func() }](),
	} {
		if s, err := SchemaOf(bad, refTo); err == nil || errors.Is(err, exercise.ErrTODO) {
			t.Errorf("%s: got %v and the error %v, want an error that says what JSON cannot hold", bad, s.Properties, err)
		}
	}
}

func TestEveryTypeOfKubernetesIsDescribedAsTheServerDescribesIt(t *testing.T) {
	t.Parallel()
	seen, failed := map[reflect.Type]bool{}, 0
	var visit func(reflect.Type)
	visit = func(described reflect.Type) {
		if seen[described] || failed > 2 {
			return
		}
		seen[described] = true
		var next []reflect.Type
		want, wantErr := openapi.SchemaOf(described, func(t reflect.Type) spec.Schema {
			next = append(next, t)
			return refTo(t)
		})
		got, err := SchemaOf(described, refTo)
		if d := cmp.Diff(asJSON(t, want), asJSON(t, got)); d != "" || (err == nil) != (wantErr == nil) {
			failed++
			t.Errorf("%s (error %v; -want +got):\n%s", described, err, d)
		}
		for _, n := range next {
			visit(n)
		}
	}
	for _, served := range kinds.NewScheme().AllKnownTypes() {
		visit(served)
	}
}

func asJSON(t *testing.T, s spec.Schema) any {
	t.Helper()
	text, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	var value any
	if err := json.Unmarshal(text, &value); err != nil {
		t.Fatal(err)
	}
	return value
}

// document is what a server of pods says of itself under /openapi/v3/api/v1, with its ETag.
func document(t *testing.T, d openapi.SchemaFunc) *httptest.ResponseRecorder {
	t.Helper()
	scheme := kinds.NewScheme()
	codecs := kinds.NewCodecs(scheme)
	container := installer.NewContainer(codecs, nil)
	group := installer.APIGroupVersion{Root: "/api", GroupVersion: corev1.SchemeGroupVersion, Codecs: codecs,
		Resources: []installer.Resource{{Name: "pods", Kind: corev1.SchemeGroupVersion.WithKind("Pod"), Verbs: []installer.VerbHandler{{
			Verb: installer.Verb{Name: "create", Methods: []string{http.MethodPost}, OpenAPIAction: "post", Codes: []int{200, 201, 202}}, Handler: http.NotFoundHandler(),
			Reads: &corev1.Pod{}, Writes: &corev1.Pod{},
		}}}},
	}
	if _, err := group.InstallREST(container); err != nil {
		t.Fatal(err)
	}
	service := openapi.NewService(func() *openapi.Builder {
		return &openapi.Builder{Scheme: scheme, SchemaOf: d, WebServices: container.RegisteredWebServices()}
	})
	w := httptest.NewRecorder()
	service.HandleGroupVersion(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/openapi/v3/api/v1", nil))
	return w
}

func TestTheServersDocumentIsTheSameToTheLastByte(t *testing.T) {
	t.Parallel()
	want, got := document(t, nil), document(t, SchemaOf)
	if got.Code != http.StatusOK {
		t.Fatalf("GET /openapi/v3/api/v1: got %d %s", got.Code, got.Body)
	}
	if a, b := want.Header().Get("Etag"), got.Header().Get("Etag"); a != b {
		t.Errorf("GET /openapi/v3/api/v1: got %d bytes with the hash %.12s, want %d with %.12s: clients keep a document until its hash changes",
			got.Body.Len(), b, want.Body.Len(), a)
	}
}
