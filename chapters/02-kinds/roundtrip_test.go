package kinds

import (
	"bytes"
	"math/rand"
	"reflect"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/api/apitesting/fuzzer"
	apiequality "k8s.io/apimachinery/pkg/api/equality"
	metafuzzer "k8s.io/apimachinery/pkg/apis/meta/fuzzer"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/apimachinery/pkg/runtime/serializer/json"
	"k8s.io/apimachinery/pkg/runtime/serializer/protobuf"
)

// TestEveryServedKindSurvivesJSONAndProtobuf leaves YAML out, which sorts the keys of embedded objects.
func TestEveryServedKindSurvivesJSONAndProtobuf(t *testing.T) {
	t.Parallel()
	codecs := NewCodecs(NewScheme())
	funcs := fuzzer.MergeFuzzerFuncs(metafuzzer.Funcs)
	for kind, of := range codecs.Scheme.AllKnownTypes() {
		if _, ok := reflect.New(of).Interface().(metav1.Object); !ok || strings.Contains(kind.Version, "alpha") || strings.Contains(kind.Version, "beta") {
			continue
		}
		t.Run(kind.String(), func(t *testing.T) {
			t.Parallel()
			fill := fuzzer.FuzzerFor(funcs, rand.NewSource(2), serializer.NewCodecFactory(codecs.Scheme))
			for range 5 {
				obj, err := codecs.Scheme.New(kind)
				if err != nil {
					t.Fatal(err)
				}
				fill.Fill(obj)
				obj.GetObjectKind().SetGroupVersionKind(kind)
				travelled := obj
				for _, format := range []string{runtime.ContentTypeJSON, runtime.ContentTypeProtobuf, runtime.ContentTypeJSON} {
					travelled = through(t, codecs, codecs.row(format), travelled)
				}
				if !apiequality.Semantic.DeepEqual(obj, travelled) {
					t.Fatalf("left as\n%.2000v\nand came back as\n%.2000v", obj, travelled)
				}
			}
		})
	}
}

// through writes an object and reads it again.
func through(t *testing.T, c *Codecs, m *SerializerInfo, obj runtime.Object) runtime.Object {
	t.Helper()
	kind := obj.GetObjectKind().GroupVersionKind()
	var out bytes.Buffer
	if err := c.Encode(&out, obj, kind.GroupVersion(), MediaTypeOptions{SerializerInfo: m}); err != nil {
		t.Fatalf("%s: %v", m.MediaType, err)
	}
	back, _, err := c.Decode(m, out.Bytes(), DecodeOptions{Default: kind, Strict: true})
	if err != nil {
		t.Fatalf("%s: %v\n%s", m.MediaType, err, out.String())
	}
	return back
}

// FuzzDecode holds the two readers that take a short cut against those that do not.
func FuzzDecode(f *testing.F) {
	scheme := NewScheme()
	pod := v1.WithKind("Pod")
	proto := protobuf.NewSerializer(scheme, scheme)
	text := json.NewSerializerWithOptions(json.DefaultMetaFactory, scheme, scheme, json.SerializerOptions{Strict: true})
	stored, _ := runtime.Encode(proto, aPod("a"))
	f.Add(stored)
	f.Add(stored[:len(stored)/2])
	f.Add([]byte("k8s\x00\n\x00\x12\x00\x1a\x00\"\x00"))
	f.Add([]byte(`{"kind":"Pod","apiVersion":"v1","metadata":{"name":"a"},"x":1}`))
	f.Add([]byte(`{"apiVersion":"apps/v1","kind":"Deployment","spec":{"replicas":"1"}}`))
	f.Add([]byte(`{"kind":"Pod","apiVersion":"v1"`))
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, pair := range [][2]runtime.Decoder{
			{text, newJSON(scheme, json.SerializerOptions{Strict: true})},
			{proto, newProtobuf(scheme)},
		} {
			want, wantKind, wantErr := pair[0].Decode(data, &pod, nil)
			got, gotKind, err := pair[1].Decode(data, &pod, nil)
			if (wantErr == nil) != (err == nil) || (err == nil && *wantKind != *gotKind) {
				t.Errorf("%q: got %v, %v, want %v, %v", data, gotKind, err, wantKind, wantErr)
			}
			if err == nil && !apiequality.Semantic.DeepEqual(want, got) {
				t.Errorf("%q: got %+v, want %+v", data, got, want)
			}
		}
	})
}
