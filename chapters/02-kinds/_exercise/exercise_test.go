package exercise

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	kinds "kubepath/chapters/02-kinds"
)

var (
	pod        = schema.GroupVersionKind{Version: "v1", Kind: "Pod"}
	configMap  = schema.GroupVersionKind{Version: "v1", Kind: "ConfigMap"}
	deployment = schema.GroupVersionKind{Group: "apps", Version: "v1", Kind: "Deployment"}
)

var scheme = kinds.NewScheme()

// read reads with a Reader of its own.
func read(strict bool, data string, implied schema.GroupVersionKind) (runtime.Object, schema.GroupVersionKind, error) {
	return (&Reader{Scheme: scheme, Strict: strict}).Read([]byte(data), implied)
}

func TestTheKindInTheBodyDecidesTheGoType(t *testing.T) {
	t.Parallel()
	obj, kind, err := read(false, `{"kind":"Deployment","apiVersion":"apps/v1","metadata":{"name":"web"}}`, deployment)
	web, ok := obj.(*appsv1.Deployment)
	if err != nil || !ok || kind != deployment {
		t.Fatalf("got a %T of kind %v and the error %v, want a *v1.Deployment of kind %v", obj, kind, err, deployment)
	}
	if web.Name != "web" {
		t.Errorf("its name is %q, want \"web\"", web.Name)
	}
}

func TestTheBodysKindGoesBeforeTheImpliedOne(t *testing.T) {
	t.Parallel()
	obj, kind, err := read(false, `{"kind":"ConfigMap","apiVersion":"v1","data":{"colour":"blue"}}`, pod)
	if _, ok := obj.(*corev1.ConfigMap); err != nil || !ok || kind != configMap {
		t.Errorf("a ConfigMap sent to pods: got a %T of kind %v and the error %v, want a *v1.ConfigMap of kind %v: "+
			"only then can chapter 4 tell the client what is wrong", obj, kind, err, configMap)
	}
}

func TestWhatTheBodyDoesNotNameThePathImplies(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]schema.GroupVersionKind{
		`{"metadata":{"name":"web"}}`:                        deployment,
		`{"kind":"Deployment","metadata":{"name":"web"}}`:    deployment,
		`{"apiVersion":"apps/v1","metadata":{"name":"web"}}`: deployment,
		`{"kind":"ReplicaSet","metadata":{"name":"web"}}`:    {Group: "apps", Version: "v1", Kind: "ReplicaSet"},
	} {
		_, kind, err := read(false, body, deployment)
		if err != nil || kind != want {
			t.Errorf("%s sent to deployments: got %v and the error %v, want %v", body, kind, err, want)
		}
	}
}

func TestAnUnknownKindIsReturnedWithTheError(t *testing.T) {
	t.Parallel()
	obj, kind, err := read(false, `{"kind":"Pot","apiVersion":"v1"}`, pod)
	if !runtime.IsNotRegisteredError(err) || obj != nil {
		t.Errorf("got %v and the error %v, want no object and the scheme's error", obj, err)
	}
	if want := (schema.GroupVersionKind{Version: "v1", Kind: "Pot"}); kind != want {
		t.Errorf("got the kind %q, want %q: the client's message begins with it", kind, want)
	}
}

func TestBytesThatAreNoJSONHaveNoKind(t *testing.T) {
	t.Parallel()
	obj, kind, err := read(true, `{"kind":"Pod",`, pod)
	if err == nil || obj != nil || !kind.Empty() {
		t.Errorf("got %v of kind %q and the error %v, want no object, no kind, and the error of kindNamedBy", obj, kind, err)
	}
	_, want := kindNamedBy([]byte(`{"kind":"Pod",`))
	if err != nil && err.Error() != want.Error() {
		t.Errorf("got the error %q, want %q", err, want)
	}
}

func TestStrictReadingReportsWhatItDropsAndReturnsTheObject(t *testing.T) {
	t.Parallel()
	obj, kind, err := read(true, `{"kind":"ConfigMap","apiVersion":"v1","colour":"blue","data":{"a":"1","a":"2"}}`, configMap)
	const want = `strict decoding error: unknown field "colour", duplicate field "data.a"`
	if err == nil || err.Error() != want || !runtime.IsStrictDecodingError(err) {
		t.Errorf("got the error %v\nwant %s (runtime.NewStrictDecodingError)", err, want)
	}
	read, ok := obj.(*corev1.ConfigMap)
	if !ok || kind != configMap {
		t.Fatalf("got a %T of kind %v, want the *v1.ConfigMap together with the error: ?fieldValidation=Warn goes on with it", obj, kind)
	}
	if read.Data["a"] != "2" {
		t.Errorf("its data is %v, want map[a:2]", read.Data)
	}
}

func TestLenientReadingDropsUnknownFields(t *testing.T) {
	t.Parallel()
	obj, _, err := read(false, `{"kind":"ConfigMap","apiVersion":"v1","colour":"blue","data":{"a":"1"}}`, configMap)
	if err != nil {
		t.Fatalf("got the error %q, want none: ?fieldValidation=Ignore wants to hear nothing", err)
	}
	if data := obj.(*corev1.ConfigMap).Data; data["a"] != "1" {
		t.Errorf("its data is %v, want map[a:1]", data)
	}
}

// The Reader stands in chapter 2's codecs, beside one that is chapter 2's own: nobody may see a difference.
func TestChapter2sCodecsReadAsBefore(t *testing.T) {
	t.Parallel()
	real, plugged := kinds.NewCodecs(scheme), kinds.NewCodecs(scheme)
	Plug().Codecs(plugged)
	for name, body := range map[string]string{
		"a whole object":           `{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"a"},"data":{"a":"b"}}`,
		"no kind":                  `{"data":{"a":"b"}}`,
		"no version":               `{"kind":"ConfigMap","data":{"a":"b"}}`,
		"another kind":             `{"kind":"Secret","apiVersion":"v1"}`,
		"the kind at the end":      `{"data":{"a":"b"},"apiVersion":"v1","kind":"ConfigMap"}`,
		"an unknown version":       `{"kind":"ConfigMap","apiVersion":"v2"}`,
		"a list where a map is":    `{"kind":"ConfigMap","apiVersion":"v1","data":[]}`,
		"no JSON":                  `apiVersion: v1`,
		"nothing":                  ``,
		"a field in another case":  `{"kind":"ConfigMap","apiVersion":"v1","Data":{}}`,
		"a version with 2 slashes": `{"kind":"ConfigMap","apiVersion":"a/b/c"}`,
	} {
		for _, strict := range []bool{false, true} {
			reading := kinds.DecodeOptions{Default: configMap, Strict: strict}
			wantObj, wantKind, wantErr := real.Decode(&real.SupportedMediaTypes[0], []byte(body), reading)
			obj, kind, err := plugged.Decode(&plugged.SupportedMediaTypes[0], []byte(body), reading)
			if text(err) != text(wantErr) || kind != wantKind || !cmp.Equal(obj, wantObj) {
				t.Errorf("%s (strict: %v):\n got %v, kind %v, error %q\nwant %v, kind %v, error %q",
					name, strict, obj, kind, text(err), wantObj, wantKind, text(wantErr))
			}
		}
	}
}

func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
