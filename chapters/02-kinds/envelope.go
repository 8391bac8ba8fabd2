package kinds

import (
	"encoding/binary"
	"errors"
	"strings"
)

// protobufMagic begins every object in protobuf; the fourth byte is the version of the envelope.
const protobufMagic = "k8s\x00"

// envelope is what runtime.Unknown looks like in protobuf: the message of an object says nothing of its kind, so the
// kind stands around it.
type envelope struct {
	apiVersion, kind []byte
	raw              []byte // the object's message
	encoding, typ    []byte // of raw; empty: plain protobuf
}

var errEnvelope = errors.New("not an object in protobuf")

// openEnvelope reads the envelope; what it returns points into data.
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

// fields reads a message that has only fields of bytes, numbered from 1, into the places given for them.
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

// fieldHead reads the tag and the length of a field of bytes; rest has at least length bytes.
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

// rawSize is a Writer that only finds out how long the message in an envelope is. The envelope comes in one Write,
// or at least its head does.
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

// messageSize reads the length of the message in an envelope, of which data is at least the beginning.
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
