package kinds

import (
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/runtime/serializer/json"
)

var configMap = v1.WithKind("ConfigMap")

func TestDecodeSaysWhatIsWrongInUpstreamsWords(t *testing.T) {
	t.Parallel()
	codecs := NewCodecs(NewScheme())
	rows := map[string]struct {
		media, body string
		as          string // the kind read, "" for none
		want        string
	}{
		"nothing": {"json", "", "", "couldn't get version/kind; json parse error: unexpected end of JSON input"},
		"half an object": {"json", `{"apiVersion": "v1", "kind": "ConfigMap", "metadata": `, "",
			"couldn't get version/kind; json parse error: unexpected end of JSON input"},
		"a string": {"yaml", "just a string\n", "", `couldn't get version/kind; json parse error: json: cannot unmarshal string into Go value of type ` +
			`struct { APIVersion string "json:\"apiVersion,omitempty\""; Kind string "json:\"kind,omitempty\"" }`},
		"malformed YAML": {"yaml", "apiVersion: v1\nkind: [\n", "", "yaml: line 2: did not find expected node content"},
		"a number where a string belongs": {"json", `{"kind":"ConfigMap","apiVersion":"v1","data":{"a":1}}`, "ConfigMap",
			"json: cannot unmarshal number into Go struct field ConfigMap.data of type string"},
		"a list where a map belongs": {"json", `{"kind":"ConfigMap","apiVersion":"v1","data":[]}`, "ConfigMap",
			"json: cannot unmarshal array into Go struct field ConfigMap.data of type map[string]string"},
		"no base64": {"json", `{"kind":"Secret","apiVersion":"v1","data":{"a":"!"}}`, "Secret",
			"illegal base64 data at input byte 0"},
		"another kind": {"json", `{"kind":"Secret","apiVersion":"v1"}`, "Secret",
			"converting (v1.Secret) to (core.ConfigMap): unknown conversion"},
		"a list": {"json", `{"kind":"List","apiVersion":"v1","items":[]}`, "List",
			"converting (v1.List) to (core.ConfigMap): unknown conversion"},
		"an unknown kind": {"json", `{"kind":"Nonsense","apiVersion":"v1"}`, "Nonsense",
			`no kind "Nonsense" is registered for version "v1" in scheme "` + codecs.Scheme.Name() + `"`},
		"an unknown version": {"json", `{"kind":"ConfigMap","apiVersion":"v2"}`, "ConfigMap",
			`no kind "ConfigMap" is registered for version "v2" in scheme "` + codecs.Scheme.Name() + `"`},
		"a version with two slashes": {"json", `{"kind":"ConfigMap","apiVersion":"a/b/c"}`, "",
			"unexpected GroupVersion string: a/b/c"},
		"unknown fields": {"json", `{"kind":"ConfigMap","apiVersion":"v1","another":{},"unknown":1}`, "ConfigMap",
			`strict decoding error: unknown field "another", unknown field "unknown"`},
		"a field in the wrong case": {"json", `{"kind":"ConfigMap","apiVersion":"v1","Data":{}}`, "ConfigMap",
			`strict decoding error: unknown field "Data"`},
		"repeated keys": {"json", `{"apiVersion":"v1","kind":"ConfigMap","data":{"k":"1","k":"2"},"immutable":false,"immutable":true}`, "ConfigMap",
			`strict decoding error: duplicate field "data.k", duplicate field "immutable"`},
		"repeated keys in YAML": {"yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: f}\ndata: {k: a}\ndata: {k: b}\n", "ConfigMap",
			"strict decoding error: yaml: unmarshal errors:\n  line 5: key \"data\" already set in map"},
		"no protobuf": {"vnd.kubernetes.protobuf", "{}", "",
			"provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]"},
		"half an envelope": {"vnd.kubernetes.protobuf", "k8s\x00\n\x09", "", "unexpected EOF"},
	}
	for name, row := range rows {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := codecs.row("application/" + row.media)
			_, kind, err := codecs.Decode(m, []byte(row.body), DecodeOptions{Default: configMap, Strict: true})
			if text(err) != row.want || kind.Kind != row.as {
				t.Errorf("got %q for a %q\nwant %q for a %q", text(err), kind.Kind, row.want, row.as)
			}
		})
	}
}

// TestTheKindIsReadAsTheWholeBodySaysIt compares the reader that looks only at a body's beginning with the one that
// reads all of it.
func TestTheKindIsReadAsTheWholeBodySaysIt(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		`{"kind":"Pod","apiVersion":"v1"}`, `{"apiVersion":"apps/v1","kind":"Deployment","spec":{}}`,
		" {\n\t\"kind\" : \"Pod\" ,\r\n \"apiVersion\" : \"v1\" , \"metadata\" : {} } ",
		`{"metadata":{"kind":"Pod"},"kind":"Secret","apiVersion":"v1"}`, `{"kind":"Pod","metadata":{},"apiVersion":"v1"}`,
		`{"kind":"P\u006fd","apiVersion":"v1"}`, `{"k\u0069nd":"Pod","apiVersion":"v1"}`, `{"kind":"","apiVersion":""}`,
		`{"kind":"Pod"}`, `{"apiVersion":"v1"}`, `{"kind":"Pod","kind":"Secret","apiVersion":"v1"}`, `{}`, `{`, ``, `null`, `[]`, `1`,
		`{"kind":1,"apiVersion":"v1"}`, `{"kind":"Pod","apiVersion":null}`, `{"kind":"Pod","apiVersion":"a/b/c"}`, `{"kind`, `{"kind":"`,
	} {
		want, wantErr := json.DefaultMetaFactory.Interpret([]byte(body))
		got, err := kindPeeker{}.Interpret([]byte(body))
		if text(err) != text(wantErr) {
			t.Errorf("%s: got error %v, want %v", body, err, wantErr)
		} else if err == nil && *got != *want {
			t.Errorf("%s: got %v, want %v", body, got, want)
		}
	}
}

func TestABodyWithoutAKindHasTheKindOfItsPath(t *testing.T) {
	t.Parallel()
	codecs := NewCodecs(NewScheme())
	obj, kind, err := codecs.Decode(&codecs.SupportedMediaTypes[0], []byte(`{"metadata":{"name":"a"}}`), DecodeOptions{Default: configMap})
	if err != nil {
		t.Fatal(err)
	}
	if kind != configMap || obj.(*corev1.ConfigMap).TypeMeta != (metav1.TypeMeta{Kind: "ConfigMap", APIVersion: "v1"}) {
		t.Errorf("got %v, %+v", kind, obj)
	}
}

func TestLenientReadingDropsWhatStrictReadingReports(t *testing.T) {
	t.Parallel()
	codecs := NewCodecs(NewScheme())
	body := []byte(`{"kind":"ConfigMap","apiVersion":"v1","unknown":1,"data":{"a":"b"}}`)
	for _, strict := range []bool{true, false} {
		obj, _, err := codecs.Decode(&codecs.SupportedMediaTypes[0], body, DecodeOptions{Default: configMap, Strict: strict})
		if runtime.IsStrictDecodingError(err) != strict {
			t.Errorf("strict %v: error %v", strict, err)
		}
		if obj == nil || obj.(*corev1.ConfigMap).Data["a"] != "b" {
			t.Errorf("strict %v: object %v: it is wanted even with a warning", strict, obj)
		}
	}
}

func TestOptionsMayBeNamedInAnyGroup(t *testing.T) {
	t.Parallel()
	codecs := NewCodecs(NewScheme())
	body := []byte(`{"kind":"DeleteOptions","apiVersion":"v1","gracePeriodSeconds":5}`)
	wanted := schema.GroupVersionKind{Group: "apps", Version: "v1", Kind: "DeleteOptions"}
	obj, kind, err := codecs.Decode(&codecs.SupportedMediaTypes[0], body, DecodeOptions{Default: wanted})
	if err != nil || kind != v1.WithKind("DeleteOptions") || *obj.(*metav1.DeleteOptions).GracePeriodSeconds != 5 {
		t.Errorf("got %v, %v, %v", obj, kind, err)
	}
}

func TestDecodeAppliesTheDefaultsOfTheScheme(t *testing.T) {
	t.Parallel()
	scheme := NewScheme()
	scheme.AddTypeDefaultingFunc(&appsv1.Deployment{}, func(obj any) {
		if spec := &obj.(*appsv1.Deployment).Spec; spec.Replicas == nil {
			spec.Replicas = new(int32)
			*spec.Replicas = 1
		}
	})
	codecs := NewCodecs(scheme)
	obj, _, err := codecs.Decode(&codecs.SupportedMediaTypes[0], []byte(`{"kind":"Deployment","apiVersion":"apps/v1"}`), DecodeOptions{})
	if err != nil || *obj.(*appsv1.Deployment).Spec.Replicas != 1 {
		t.Errorf("got %v, %v", obj, err)
	}
}
