package kinds

import (
	"bytes"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
)

func TestAMediaTypeBehindAFeatureGateIsNotServedUntilItIsOn(t *testing.T) {
	t.Parallel()
	objects, streams := NewCodecs(NewScheme()).MediaTypes()
	if got := strings.Join(append(objects, streams...), " "); strings.Contains(got, "cbor") {
		t.Errorf("served without the gate: %s", got)
	}
	on := NewCodecs(NewScheme(), CBORServingAndStorage)
	objects, streams = on.MediaTypes()
	want := "application/json application/yaml application/vnd.kubernetes.protobuf application/cbor " +
		"application/json;stream=watch application/vnd.kubernetes.protobuf;stream=watch application/cbor-seq"
	if got := strings.Join(append(objects, streams...), " "); got != want {
		t.Errorf("served with the gate: %s", got)
	}
	if objects, _ = on.WithoutFeatures().MediaTypes(); len(objects) != 3 {
		t.Errorf("without features: %s", objects)
	}
}

// TestEveryRowIsWhole: what a later chapter takes from a row is there, or the row says that it is not.
func TestEveryRowIsWhole(t *testing.T) {
	t.Parallel()
	codecs := NewCodecs(NewScheme(), CBORServingAndStorage)
	pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "a"}, TypeMeta: metav1.TypeMeta{Kind: "Pod", APIVersion: "v1"}}
	for i := range codecs.SupportedMediaTypes {
		m := &codecs.SupportedMediaTypes[i]
		t.Run(m.MediaType, func(t *testing.T) {
			if m.Serializer == nil || m.StrictSerializer == nil {
				t.Fatal("no serializer")
			}
			if (m.StreamSerializer == nil) != (m.Framer == nil) {
				t.Error("a stream needs a serializer and a framer")
			}
			if (m.ApplyPatchType != "") != (m.Unmarshal != nil && m.UnmarshalStrict != nil) {
				t.Error("an applied configuration has a media type and two readers, or none of them")
			}
			for _, pretty := range []bool{false, true} {
				for _, obj := range []runtime.Object{pod, listOf(pod, pod)} {
					var body bytes.Buffer
					if err := codecs.Encode(&body, obj, corev1.SchemeGroupVersion, MediaTypeOptions{SerializerInfo: m, Pretty: pretty}); err != nil {
						t.Fatal(err)
					}
					back, _, err := codecs.Decode(m, body.Bytes(), DecodeOptions{Strict: true})
					if err != nil {
						t.Fatalf("%T, pretty=%v: %v", obj, pretty, err)
					}
					if list, ok := back.(*corev1.PodList); ok && (len(list.Items) != 2 || list.Items[1].Name != "a") {
						t.Errorf("%v", list)
					}
				}
			}
		})
	}
}

func listOf(items ...runtime.Object) *List {
	return &List{TypeMeta: metav1.TypeMeta{Kind: "PodList", APIVersion: "v1"}, Items: items}
}

func TestAFormatWithoutFramesIsRefusedForAStream(t *testing.T) {
	t.Parallel()
	codecs := NewCodecs(NewScheme())
	for i := range codecs.SupportedMediaTypes {
		codecs.SupportedMediaTypes[i].Framer = nil
	}
	for _, accept := range []string{"", "*/*", "application/json", "application/json;stream=watch"} {
		if _, err := codecs.NegotiateOutputMediaTypeStream(accept, nil); err == nil {
			t.Errorf("Accept %q was granted a stream without frames", accept)
		}
	}
}

func TestStoredCBORIsReadWhateverTheFeatureGate(t *testing.T) {
	t.Parallel()
	pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "a"}}
	on, err := NewCodecs(NewScheme(), CBORServingAndStorage).StorageCodec(runtime.ContentTypeCBOR)
	if err != nil {
		t.Fatal(err)
	}
	var stored bytes.Buffer
	if err := on.Encode(pod, &stored); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(stored.String(), "\xd9\xd9\xf7") {
		t.Errorf("no tag of self-described CBOR: %x", stored.Bytes()[:8])
	}
	off := NewCodecs(NewScheme())
	usual, err := off.StorageCodec(runtime.ContentTypeProtobuf)
	if err != nil {
		t.Fatal(err)
	}
	if obj, _, err := usual.Decode(stored.Bytes(), nil, nil); err != nil || obj.(*corev1.Pod).Name != "a" {
		t.Errorf("%v, %v", obj, err)
	}
	if _, err := off.StorageCodec(runtime.ContentTypeCBOR); err == nil {
		t.Error("stored in CBOR without the gate")
	}
}
