package kinds

import (
	"bytes"
	"cmp"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/runtime/serializer/protobuf"
)

// protoSerializer reads the message out of its envelope in place; upstream's serializer copies it first. If anything
// is unusual, upstream's reads it, and its error is what the client sees.
type protoSerializer struct {
	*protobuf.Serializer
	scheme *runtime.Scheme
}

var _ runtime.Serializer = protoSerializer{}
var _ runtime.EncoderWithAllocator = protoSerializer{}

func newProtobuf(scheme *runtime.Scheme) runtime.Serializer {
	return protoSerializer{protobuf.NewSerializer(scheme, scheme), scheme}
}

func (s protoSerializer) Decode(data []byte, implied *schema.GroupVersionKind, into runtime.Object) (runtime.Object, *schema.GroupVersionKind, error) {
	if into == nil {
		if obj, kind := s.decode(data); obj != nil {
			return obj, kind, nil
		}
	}
	return s.Serializer.Decode(data, implied, into)
}

// check refuses the body of a request that is a message of a known kind and takes too much memory (see checkMessage).
// What is no message is left to the decoder. What is stored is not checked.
func (s protoSerializer) check(data []byte, implied *schema.GroupVersionKind) error {
	if len(data) < maxProtoMemory/2048 { // too short for it: two bytes are a struct of two thousand at most
		return nil
	}
	var apiVersion, name, raw []byte
	if env, err := openEnvelope(data); err == nil {
		apiVersion, name, raw = env.apiVersion, env.kind, env.raw
	} else if data, ok := bytes.CutPrefix(data, []byte(protobufMagic)); ok {
		var unknown runtime.Unknown
		if unknown.Unmarshal(data) != nil {
			return nil
		}
		apiVersion, name, raw = []byte(unknown.APIVersion), []byte(unknown.Kind), unknown.Raw
	}
	kind := schema.FromAPIVersionAndKind(string(apiVersion), string(name))
	if implied != nil {
		kind.Kind = cmp.Or(kind.Kind, implied.Kind)
		if len(apiVersion) == 0 {
			kind.Group, kind.Version = implied.Group, implied.Version
		}
	}
	t := s.scheme.AllKnownTypes()[kind]
	if t == nil {
		return nil
	}
	return checkMessage(t, raw)
}

// decode returns nil for everything but a known message with its kind around it.
func (s protoSerializer) decode(data []byte) (runtime.Object, *schema.GroupVersionKind) {
	env, err := openEnvelope(data)
	if err != nil || len(env.encoding)+len(env.typ) > 0 {
		return nil, nil
	}
	gv, err := schema.ParseGroupVersion(string(env.apiVersion))
	if err != nil {
		return nil, nil
	}
	kind := gv.WithKind(string(env.kind))
	obj, err := s.scheme.New(kind)
	if err != nil {
		return nil, nil
	}
	message, ok := obj.(interface{ Unmarshal([]byte) error })
	if !ok || message.Unmarshal(env.raw) != nil {
		return nil, nil
	}
	obj.GetObjectKind().SetGroupVersionKind(kind)
	return obj, &kind
}
