package kinds

import (
	"encoding/binary"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"sync"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
)

// maxProtoMemory is how many bytes of memory a message may become. Two bytes of a message are an empty container, of a
// thousand bytes.
const maxProtoMemory = 32 << 20

// maxProtoDepth is how many messages may stand in each other.
const maxProtoDepth = 100

// checkMessage refuses (413) a message that takes much more memory than its bytes. t is the type that it is read as.
func checkMessage(t reflect.Type, message []byte) error {
	left := maxProtoMemory
	if measureMessage(t, message, maxProtoDepth, &left); left < 0 {
		return apierrors.NewRequestEntityTooLargeError(fmt.Sprintf("limit is %d bytes in memory and %d levels", maxProtoMemory, maxProtoDepth))
	}
	return nil
}

// measureMessage takes from left what the fields of a message of type t cost. It stops at what is no message: the
// decoder reports that.
func measureMessage(t reflect.Type, message []byte, levels int, left *int) {
	if levels == 0 {
		*left = -1
	}
	known := protoFields(t)
	for len(message) > 0 && *left >= 0 {
		tag, n := binary.Uvarint(message)
		if n <= 0 {
			return
		}
		message = message[n:]
		switch tag & 7 {
		case 0: // a number
			if _, n = binary.Uvarint(message); n <= 0 {
				return
			}
			message = message[n:]
			*left -= 16
		case 1, 5: // 8 or 4 bytes
			n = 8
			if tag&7 == 5 {
				n = 4
			}
			message = message[min(n, len(message)):]
			*left -= 16
		case 2:
			length, n := binary.Uvarint(message)
			if n <= 0 || length > uint64(len(message)-n) {
				return
			}
			measureField(known[tag>>3], message[n:n+int(length)], levels, left)
			message = message[n+int(length):]
		default:
			return
		}
	}
}

// measureField takes from left what one field of bytes costs; t is nil for an unknown one, which is skipped. Slices
// grow, so that an element costs twice its size.
func measureField(t reflect.Type, value []byte, levels int, left *int) {
	if t == nil {
		return
	}
	*left -= 2*int(t.Size()) + len(value)
	switch {
	case t.Kind() == reflect.Struct && len(protoFields(t)) > 0:
		measureMessage(t, value, levels-1, left)
	case t.Kind() != reflect.String && t.Kind() != reflect.Uint8: // a time, a quantity, a list of strings
		*left -= 16 * len(value)
	}
}

// protoFieldsOf are the results of protoFields.
var protoFieldsOf sync.Map // reflect.Type to map[uint64]reflect.Type

// protoFields are the types of a struct's fields, of the elements where a field is a list, by their numbers. An entry of
// a map is a message of its key and its value.
func protoFields(t reflect.Type) map[uint64]reflect.Type {
	if known, ok := protoFieldsOf.Load(t); ok {
		return known.(map[uint64]reflect.Type)
	}
	fields := map[uint64]reflect.Type{}
	for i := range t.NumField() {
		parts := strings.Split(t.Field(i).Tag.Get("protobuf"), ",")
		if len(parts) < 3 {
			continue
		}
		number, err := strconv.ParseUint(parts[1], 10, 32)
		if err != nil {
			continue
		}
		of := t.Field(i).Type
		if of.Kind() == reflect.Pointer || of.Kind() == reflect.Slice {
			of = of.Elem()
		}
		if of.Kind() == reflect.Pointer {
			of = of.Elem()
		}
		if of.Kind() == reflect.Map {
			of = reflect.StructOf([]reflect.StructField{
				{Name: "Key", Type: of.Key(), Tag: `protobuf:"bytes,1,opt"`},
				{Name: "Value", Type: of.Elem(), Tag: `protobuf:"bytes,2,opt"`},
			})
		}
		fields[number] = of
	}
	protoFieldsOf.Store(t, fields)
	return fields
}
