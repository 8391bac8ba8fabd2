package kinds

import (
	"bytes"
	"strings"
	"testing"

	autoscalingv1 "k8s.io/api/autoscaling/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// autoscalers is a Converter between the two versions of HorizontalPodAutoscaler; v2 is the hub.
type autoscalers struct{}

var hubHPA = autoscalingv2.SchemeGroupVersion.WithKind("HorizontalPodAutoscaler")

func (autoscalers) Hub(kind schema.GroupVersionKind) schema.GroupVersionKind {
	if kind.GroupKind() == hubHPA.GroupKind() {
		return hubHPA
	}
	return kind
}

func (autoscalers) Convert(obj runtime.Object, target schema.GroupVersionKind) (runtime.Object, error) {
	switch obj := obj.(type) {
	case *autoscalingv1.HorizontalPodAutoscaler:
		return &autoscalingv2.HorizontalPodAutoscaler{ObjectMeta: obj.ObjectMeta}, nil
	case *autoscalingv2.HorizontalPodAutoscaler:
		return &autoscalingv1.HorizontalPodAutoscaler{ObjectMeta: obj.ObjectMeta}, nil
	}
	return obj, nil
}

func (autoscalers) Normalize(runtime.Object) error { return nil }

func (autoscalers) FieldAnnotations(schema.GroupVersionKind) []string { return nil }

const oldHPA = `{"kind":"HorizontalPodAutoscaler","apiVersion":"autoscaling/v1","metadata":{"name":"h"}}`

func TestAServedVersionIsReadAsTheHubAndWrittenBackAsServed(t *testing.T) {
	t.Parallel()
	codecs := NewCodecs(NewScheme())
	codecs.Converter = autoscalers{}
	served := autoscalingv1.SchemeGroupVersion
	obj, kind, err := codecs.Decode(&codecs.SupportedMediaTypes[0], []byte(oldHPA), DecodeOptions{Default: served.WithKind(hubHPA.Kind)})
	if err != nil {
		t.Fatal(err)
	}
	hub, ok := obj.(*autoscalingv2.HorizontalPodAutoscaler)
	if !ok || kind.Version != "v1" || hub.APIVersion != "autoscaling/v2" || hub.Name != "h" {
		t.Fatalf("got a %T, read as %v", obj, kind)
	}
	list := &List{TypeMeta: metav1.TypeMeta{Kind: "HorizontalPodAutoscalerList", APIVersion: "autoscaling/v2"}, Items: []runtime.Object{hub, hub}}
	for name, form := range forms(codecs) {
		var one, many, typed bytes.Buffer
		if err := codecs.Encode(&one, hub, served, form); err != nil {
			t.Fatal(err)
		}
		back, kind, err := codecs.Decode(form.SerializerInfo, one.Bytes(), DecodeOptions{})
		if err != nil || kind.Version != "v1" || back.(metav1.Object).GetName() != "h" {
			t.Errorf("%s: got %v as %v, %v", name, back, kind, err)
		}
		if err := codecs.Encode(&many, list, served, form); err != nil {
			t.Fatal(err)
		}
		slow := form
		media := *form.SerializerInfo
		media.list, media.prettyList = nil, nil
		slow.SerializerInfo = &media
		if err := codecs.Encode(&typed, list, served, slow); err != nil {
			t.Fatal(err)
		}
		if many.String() != typed.String() {
			t.Errorf("%s: got\n%s\nwant\n%s", name, many.String(), typed.String())
		}
	}
}

func TestTheStorageCodecStoresTheHub(t *testing.T) {
	t.Parallel()
	codecs := NewCodecs(NewScheme())
	codecs.Converter = autoscalers{}
	codec, _ := codecs.StorageCodec(runtime.ContentTypeJSON)
	out := &autoscalingv2.HorizontalPodAutoscaler{}
	if _, kind, err := codec.Decode([]byte(oldHPA), nil, out); err != nil || out.Name != "h" || kind.Version != "v1" {
		t.Fatalf("got %v of %v, %v", out, kind, err)
	}
	text, err := runtime.Encode(codec, &autoscalingv1.HorizontalPodAutoscaler{ObjectMeta: metav1.ObjectMeta{Name: "h"}})
	if err != nil || !strings.HasPrefix(string(text), `{"kind":"HorizontalPodAutoscaler","apiVersion":"autoscaling/v2"`) {
		t.Errorf("stored %s, %v", text, err)
	}
}

func TestTheStorageCodecDeliversIntoAnyOutPointer(t *testing.T) {
	t.Parallel()
	codecs := NewCodecs(NewScheme())
	for i := range codecs.SupportedMediaTypes {
		codec, err := codecs.StorageCodec(codecs.SupportedMediaTypes[i].MediaType)
		if err != nil {
			t.Fatal(err)
		}
		data, err := runtime.Encode(codec, aPod("a"))
		if err != nil {
			t.Fatal(err)
		}
		ref, pod := &ResultPointer{}, &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: "old", Finalizers: []string{"old"}}}
		if obj, _, err := codec.Decode(data, nil, ref); err != nil || obj != ref.Object || ref.Object.(*corev1.Pod).Name != "a" {
			t.Errorf("a ResultPointer: %v, %v", obj, err)
		}
		if obj, _, err := codec.Decode(data, nil, pod); err != nil || obj != runtime.Object(pod) || pod.Name != "a" || pod.Finalizers != nil {
			t.Errorf("a Pod: %v, %v", obj, err)
		}
		if _, _, err := codec.Decode(data, nil, &corev1.Secret{}); text(err) != "cannot deliver a *v1.Pod into a *v1.Secret" {
			t.Errorf("a Secret: %v", err)
		}
		again, _ := codecs.StorageCodec(codecs.SupportedMediaTypes[i].MediaType)
		if codec.Identifier() != again.Identifier() {
			t.Error("the identifier changes")
		}
		kept, err := runtime.Encode(codec, &keeper{Object: aPod("a")})
		if err != nil || !bytes.Equal(kept, data) {
			t.Errorf("an object that keeps its bytes is stored as %q, %v", kept, err)
		}
	}
	if _, err := codecs.StorageCodec("text/csv"); err == nil {
		t.Error("csv is stored")
	}
}

func TestAnObjectIsNotWrittenInAVersionThatItDoesNotHave(t *testing.T) {
	t.Parallel()
	codecs := NewCodecs(NewScheme())
	err := codecs.Encode(&bytes.Buffer{}, aPod("a"), schema.GroupVersion{Group: "apps", Version: "v1"}, MediaTypeOptions{SerializerInfo: &codecs.SupportedMediaTypes[0]})
	if got := text(err); got != `*v1.Pod is not a Pod in version "apps/v1"` {
		t.Errorf("got %s", got)
	}
}

func TestKindsWithoutVersionsKeepTheirs(t *testing.T) {
	t.Parallel()
	codecs := NewCodecs(NewScheme())
	var out bytes.Buffer
	err := codecs.Encode(&out, &metav1.Status{Code: 404}, schema.GroupVersion{Group: "apps", Version: "v1"}, MediaTypeOptions{SerializerInfo: &codecs.SupportedMediaTypes[0]})
	if err != nil || out.String() != `{"kind":"Status","apiVersion":"v1","metadata":{},"code":404}`+"\n" {
		t.Errorf("got %s, %v", out.String(), err)
	}
}

func TestObjectsMadeOfMapsKeepTheirKindInLists(t *testing.T) {
	t.Parallel()
	codecs := NewCodecs(NewScheme())
	widget := &unstructured.Unstructured{Object: map[string]any{"apiVersion": "example.com/v1", "kind": "Widget", "spec": map[string]any{"size": int64(3)}}}
	list := &List{TypeMeta: metav1.TypeMeta{Kind: "WidgetList"}, Items: []runtime.Object{widget}}
	v2 := schema.GroupVersion{Group: "example.com", Version: "v2"}
	var out bytes.Buffer
	if err := codecs.Encode(&out, list, v2, MediaTypeOptions{SerializerInfo: &codecs.SupportedMediaTypes[0]}); err != nil {
		t.Fatal(err)
	}
	want := `{"kind":"WidgetList","apiVersion":"example.com/v2","metadata":{},"items":[` +
		`{"apiVersion":"example.com/v2","kind":"Widget","spec":{"size":3}}]}` + "\n"
	if out.String() != want {
		t.Errorf("got  %swant %s", out.String(), want)
	}
	if widget.GetAPIVersion() != "example.com/v1" {
		t.Error("Encode wrote to the object")
	}
	if err := codecs.Encode(&out, list, v2, MediaTypeOptions{SerializerInfo: codecs.row(runtime.ContentTypeProtobuf)}); text(err) !=
		"object *unstructured.Unstructured does not implement the protobuf marshalling interface and cannot be encoded to a protobuf message" {
		t.Errorf("protobuf: %v", err)
	}
}

func TestAListOfMetadataNamesTheKindOfEachItem(t *testing.T) {
	t.Parallel()
	codecs := NewCodecs(NewScheme())
	item := &metav1.PartialObjectMetadata{TypeMeta: metav1.TypeMeta{Kind: "PartialObjectMetadata", APIVersion: "meta.k8s.io/v1"}}
	list := &List{TypeMeta: metav1.TypeMeta{Kind: "PartialObjectMetadataList"}, Items: []runtime.Object{item}}
	var out bytes.Buffer
	err := codecs.Encode(&out, list, metav1.SchemeGroupVersion, MediaTypeOptions{SerializerInfo: &codecs.SupportedMediaTypes[0]})
	want := `{"kind":"PartialObjectMetadataList","apiVersion":"meta.k8s.io/v1","metadata":{},"items":[` +
		`{"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/v1","metadata":{}}]}` + "\n"
	if err != nil || out.String() != want {
		t.Errorf("got  %swant %s(%v)", out.String(), want, err)
	}
}

func TestAListMustNameItsKind(t *testing.T) {
	t.Parallel()
	codecs := NewCodecs(NewScheme())
	for name, form := range forms(codecs) {
		if err := codecs.Encode(&bytes.Buffer{}, &List{}, v1, form); text(err) != "a list must name its kind: set its TypeMeta" {
			t.Errorf("%s: %v", name, err)
		}
		var out bytes.Buffer
		if err := codecs.Encode(&out, &List{Items: []runtime.Object{aPod("a")}}, v1, form); err != nil {
			t.Errorf("%s: its items tell as well: %v", name, err)
		}
	}
}
