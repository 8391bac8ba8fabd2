package kinds

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"strings"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/runtime/serializer/protobuf"
)

// protoSerializer decodes the message in its envelope without copying it; upstream's serializer copies it first. If the
// body is unusual or has an error, upstream's serializer decodes it, and the client gets its error.
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

// check refuses a request body with a message of a known kind that would take too much memory (see checkMessage). It
// ignores invalid messages, which the decoder reports. Stored objects are not checked.
func (s protoSerializer) check(data []byte, implied *schema.GroupVersionKind) error {
	if len(data) < maxProtoMemory/2048 { // too short: two bytes become a struct of at most 2,000 bytes
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

// decode decodes a message of a known kind in its envelope; nil: it cannot.
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

// protobufMagic is the first four bytes of every object in protobuf; the fourth is the version of the envelope.
const protobufMagic = "k8s\x00"

// envelope is runtime.Unknown in protobuf: the message of an object does not contain its kind, so the envelope does.
type envelope struct {
	apiVersion, kind []byte
	raw              []byte // the object's message
	encoding, typ    []byte // of raw; empty: plain protobuf
}

var errEnvelope = errors.New("not an object in protobuf")

// openEnvelope reads the envelope. Its fields are slices of data.
func openEnvelope(data []byte) (env envelope, err error) {
	if !strings.HasPrefix(string(data[:min(len(data), len(protobufMagic))]), protobufMagic) {
		return env, errEnvelope
	}
	var names []byte
	err = fields(data[len(protobufMagic):], &names, &env.raw, &env.encoding, &env.typ)
	if err != nil {
		return env, err
	}
	return env, fields(names, &env.apiVersion, &env.kind)
}

// fields reads a message that has only length-delimited fields, numbered from 1; field n is stored in into[n-1].
func fields(data []byte, into ...*[]byte) error {
	for len(data) > 0 {
		number, length, rest, err := fieldHead(data)
		if err != nil || number > uint64(len(into)) {
			return errEnvelope
		}
		*into[number-1], data = rest[:length], rest[length:]
	}
	return nil
}

// fieldHead reads the tag and the length of a length-delimited field; rest has at least length bytes.
func fieldHead(data []byte) (number, length uint64, rest []byte, err error) {
	tag, n := binary.Uvarint(data)
	if n <= 0 || tag&7 != 2 || tag>>3 == 0 {
		return 0, 0, nil, errEnvelope
	}
	data = data[n:]
	length, n = binary.Uvarint(data)
	if n <= 0 || length > uint64(len(data)-n) {
		return 0, 0, nil, errEnvelope
	}
	return tag >> 3, length, data[n:], nil
}

// rawSize is a Writer that only reads the length of the message in an envelope. The first Write has at least the head
// of the envelope.
type rawSize struct {
	size int
	seen bool
}

func (r *rawSize) Write(p []byte) (int, error) {
	if r.seen {
		return len(p), nil
	}
	r.seen = true
	size, err := messageSize(p)
	r.size = size
	return len(p), err
}

// messageSize reads the length of the message in an envelope; data has at least the head of the envelope.
func messageSize(data []byte) (int, error) {
	if !strings.HasPrefix(string(data[:min(len(data), len(protobufMagic))]), protobufMagic) {
		return 0, errEnvelope
	}
	_, names, rest, err := fieldHead(data[len(protobufMagic):])
	if err != nil {
		return 0, err
	}
	_, length, _, err := fieldHead(rest[names:])
	return int(length), err
}
