package request

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/runtime/serializer/json"
	"k8s.io/apimachinery/pkg/runtime/serializer/protobuf"
)

// JSON writes and reads application/json. The scheme says which Go type belongs to a kind; kinds that it does not have
// are read into the type that the caller hands in, or into Unstructured. A nil scheme has Status and the other kinds
// of meta/v1 only.
func JSON(scheme *runtime.Scheme) *ClientNegotiator {
	scheme = orMeta(scheme)
	return &ClientNegotiator{SupportedMediaTypes: []SerializerInfo{jsonMedia(scheme)}, Typer: scheme}
}

// Protobuf writes application/vnd.kubernetes.protobuf, and JSON for what has no such form (Unstructured). It reads both.
func Protobuf(scheme *runtime.Scheme) *ClientNegotiator {
	scheme = orMeta(scheme)
	return &ClientNegotiator{Typer: scheme, SupportedMediaTypes: []SerializerInfo{
		{
			MediaType:        runtime.ContentTypeProtobuf,
			Serializer:       protobuf.NewSerializer(scheme, scheme),
			StreamSerializer: protobuf.NewRawSerializer(scheme, scheme),
			Framer:           protobuf.LengthDelimitedFramer,
		},
		jsonMedia(scheme),
	}}
}

func jsonMedia(scheme *runtime.Scheme) SerializerInfo {
	serializer := func(kinds json.MetaFactory) runtime.Serializer {
		return json.NewSerializerWithOptions(kinds, unknownKinds{scheme}, scheme, json.SerializerOptions{})
	}
	return SerializerInfo{
		MediaType:        runtime.ContentTypeJSON,
		Serializer:       statusAside{Serializer: serializer(kindFirst{}), typer: scheme},
		StreamSerializer: serializer(noKind{}),
		Framer:           json.Framer,
	}
}

// orMeta is scheme, or in place of nil one with the kinds that every server speaks.
func orMeta(scheme *runtime.Scheme) *runtime.Scheme {
	if scheme != nil {
		return scheme
	}
	scheme = runtime.NewScheme()
	metav1.AddToGroupVersion(scheme, schema.GroupVersion{Version: "v1"})
	_ = metav1.AddMetaToScheme(scheme) // its error is nil in every version
	return scheme
}

// unknownKinds creates Unstructured for the kinds that the scheme does not have.
type unknownKinds struct{ *runtime.Scheme }

// RESTClientFor implements runtime.ObjectCreater.
func (u unknownKinds) New(kind schema.GroupVersionKind) (runtime.Object, error) {
	if !u.Recognizes(kind) {
		return &unstructured.Unstructured{}, nil
	}
	return u.Scheme.New(kind)
}

// statusAside keeps a Status from being read into a Go type that the scheme does not know: with no kind of its own to
// compare, the serializer would take any JSON for it.
type statusAside struct {
	runtime.Serializer
	typer runtime.ObjectTyper
}

// Decode implements runtime.Decoder.
func (s statusAside) Decode(data []byte, defaults *schema.GroupVersionKind, into runtime.Object) (runtime.Object, *schema.GroupVersionKind, error) {
	if into != nil && s.unregistered(into) {
		kind, err := kindFirst{}.Interpret(data)
		if err == nil && *kind == metav1.Unversioned.WithKind("Status") {
			into = nil
		}
	}
	return s.Serializer.Decode(data, defaults, into)
}

func (s statusAside) unregistered(obj runtime.Object) bool {
	if _, ok := obj.(runtime.Unstructured); ok {
		return false
	}
	_, _, err := s.typer.ObjectKinds(obj)
	return runtime.IsNotRegisteredError(err)
}
