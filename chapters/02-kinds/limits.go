package kinds

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
)

// maxValues limits the number of values in a body. Each value counts as 2. An object counts as 4 more, since {} may
// become several hundred bytes in memory, and an element of a list as 10 more, since null may become a struct of a
// thousand bytes, with defaults and validation errors. An object that etcd can store has far fewer.
const maxValues = 220_000

// maxDirectives limits the %TAG directives of a YAML body, in UTF-8 or UTF-16: the parser compares each with all before
// it.
const maxDirectives = 100

// CheckBody refuses (413) a body that would take much more memory than its own bytes: too many small values, or YAML
// aliases that repeat their anchors (100 kB can expand to gigabytes). limit is the maximum size of a body in bytes;
// YAML must not exceed it after its aliases are expanded. A body of an unknown media type is checked as JSON.
func (c *Codecs) CheckBody(contentType string, body []byte, limit int64) error {
	mediaType, _, _ := strings.Cut(strings.ToLower(contentType), ";")
	m := &c.SupportedMediaTypes[0]
	for i := range c.SupportedMediaTypes {
		row := &c.SupportedMediaTypes[i]
		if mediaType == row.MediaType || row.Suffix != "" && strings.HasSuffix(mediaType, row.Suffix) {
			m = row
		}
	}
	if m.checkBody == nil {
		return nil
	}
	return m.checkBody(body, limit)
}

func checkJSON(body []byte, _ int64) error { return CheckValues(body) }

func checkYAML(body []byte, limit int64) error {
	if json.Valid(body) { // JSON is YAML without aliases
		return CheckValues(body)
	}
	if bytes.Count(body, []byte("%TAG"))+bytes.Count(body, []byte("%\x00T")) > maxDirectives {
		return apierrors.NewRequestEntityTooLargeError(fmt.Sprintf("limit is %d %%TAG directives in YAML", maxDirectives))
	}
	if err := checkValues(yamlValues(body)); err != nil {
		return err
	}
	return checkAliases(body, limit)
}

func checkCBOR(body []byte, _ int64) error { return checkValues(cborValues(body)) }

// CheckValues refuses (413) JSON with too many values. YAML is checked again after its conversion to JSON.
func CheckValues(text []byte) error { return checkValues(jsonValues(text)) }

func checkValues(n int) error {
	if n > maxValues {
		return apierrors.NewRequestEntityTooLargeError(fmt.Sprintf("limit is %d, where a value counts as 2, an object as 6 and an element of a list as 12, got %d", maxValues, n))
	}
	return nil
}

// jsonValues counts the values in JSON without decoding it.
func jsonValues(text []byte) (n int) {
	if 12*len(text) <= maxValues {
		return 0
	}
	var open []byte // the brackets that are open at this byte
	element := func() {
		if len(open) > 0 && open[len(open)-1] == '[' {
			n += 10
		}
	}
	for at := 0; at < len(text); at++ {
		switch text[at] {
		case '{', '[':
			n += 4
			open = append(open, text[at])
			element() // the first element of a list
		case '}', ']':
			open = open[:max(len(open)-1, 0)]
		case ',':
			n += 2
			element()
		case '"':
			for at++; at < len(text) && text[at] != '"'; at++ {
				if text[at] == '\\' {
					at++
				}
			}
		}
	}
	return n
}

// yamlValues counts the characters that begin a value in YAML. It may count too many.
func yamlValues(text []byte) (n int) {
	for at, c := range text {
		switch c {
		case '{':
			n += 4
		case '[', ',':
			n++
		case '-', '?', ':':
			if at+1 < len(text) && bytes.IndexByte([]byte(" \t\r\n\x00\xc2\xe2"), text[at+1]) >= 0 { // a space, or a line break in UTF-16 or outside ASCII
				n++
			}
		}
	}
	return n
}

// maxCBORDepth limits how deep arrays and maps may be nested. The decoder refuses more.
const maxCBORDepth = 10_000

// cborValues counts the values in CBOR (RFC 8949) without decoding it, as jsonValues does. It stops at invalid CBOR:
// the decoder reports the error.
func cborValues(data []byte) (n int) {
	type container struct {
		left  uint64 // items that still follow; for indefinite length, more than there are bytes
		array bool
	}
	if 12*len(data) <= maxValues {
		return 0
	}
	var open []container // the containers that are open at this byte
	for len(data) > 0 && len(open) <= maxCBORDepth {
		major, argument, rest, ok := cborHead(data)
		if !ok {
			return n
		}
		indefinite := data[0]&31 == 31
		data = rest
		if major == 6 { // a tag: the item that it belongs to follows
			continue
		}
		if major == 7 && indefinite { // the end of a container of indefinite length
			open = open[:max(len(open)-1, 0)]
		} else if last := len(open) - 1; last >= 0 {
			open[last].left--
			if open[last].array {
				n += 12
			} else {
				n++ // a key or a value
			}
		}
		switch {
		case major == 2 || major == 3:
			if indefinite {
				open = append(open, container{left: math.MaxUint64})
			} else {
				data = data[min(argument, uint64(len(data))):]
			}
		case major == 4:
			open = append(open, container{left: argument, array: true})
		case major == 5:
			n += 4
			if !indefinite {
				argument = 2 * min(argument, uint64(len(data)))
			}
			open = append(open, container{left: argument})
		}
		for len(open) > 0 && open[len(open)-1].left == 0 {
			open = open[:len(open)-1]
		}
	}
	return n
}

// cborHead reads the head of a data item: its major type and its argument, which is MaxUint64 for an indefinite length.
func cborHead(data []byte) (major byte, argument uint64, rest []byte, ok bool) {
	major, info := data[0]>>5, data[0]&31
	data = data[1:]
	switch {
	case info < 24:
		return major, uint64(info), data, true
	case info == 31:
		return major, math.MaxUint64, data, true
	case info > 27:
		return 0, 0, nil, false
	}
	size := 1 << (info - 24)
	if len(data) < size {
		return 0, 0, nil, false
	}
	for _, b := range data[:size] {
		argument = argument<<8 | uint64(b)
	}
	return major, argument, data[size:], true
}

// checkAliases computes the size of a YAML document after each alias is replaced by its anchor's value. It measures
// each anchor once, so this takes no longer than parsing the document.
func checkAliases(text []byte, limit int64) error {
	const harmless = 8 << 10 // 2,000 aliases of 4,000 bytes
	if len(text) < harmless || !bytes.Contains(text, []byte("&")) || !bytes.Contains(text, []byte("*")) {
		return nil
	}
	var document yaml.Node
	if err := yaml.Unmarshal(text, &document); err != nil {
		return apierrors.NewBadRequest(fmt.Sprintf("error converting YAML to JSON: %v", err))
	}
	expanded := expandedSizes{}.of(&document)
	if expanded.bytes > limit {
		return apierrors.NewRequestEntityTooLargeError(fmt.Sprintf("limit is %d, aliases in YAML included", limit))
	}
	return checkValues(int(expanded.values))
}

// expandedSize is the length of a YAML node and the number of its values, after its aliases are replaced.
type expandedSize struct{ bytes, values int64 }

// expandedSizes has the expandedSize of each anchor. It is zero while the anchor is being measured: the decoder refuses
// an anchor that contains its own alias.
type expandedSizes map[*yaml.Node]expandedSize

func (m expandedSizes) of(n *yaml.Node) (sum expandedSize) {
	if n.Anchor != "" {
		if known, ok := m[n]; ok {
			return known
		}
		m[n] = expandedSize{}
		defer func() { m[n] = sum }()
	}
	switch n.Kind {
	case yaml.AliasNode:
		return m.of(n.Alias)
	case yaml.MappingNode:
		sum.values = 3
	}
	const maxSum = 1 << 40 // so that sums do not overflow an int64
	sum.values++
	sum.bytes += int64(len(n.Value)) + 2
	for _, part := range n.Content {
		below := m.of(part)
		sum.bytes = min(sum.bytes+below.bytes, maxSum)
		sum.values = min(sum.values+below.values, maxSum)
	}
	return sum
}

// maxProtoMemory limits the memory of a decoded message, in bytes. Two bytes of a message can be an empty container,
// which takes a thousand bytes in memory.
const maxProtoMemory = 32 << 20

// maxProtoDepth limits how deep messages may be nested.
const maxProtoDepth = 100

// checkMessage refuses (413) a message that would take too much memory. t is the Go type that it is decoded into.
func checkMessage(t reflect.Type, message []byte) error {
	left := maxProtoMemory
	if measureMessage(t, message, maxProtoDepth, &left); left < 0 {
		return apierrors.NewRequestEntityTooLargeError(fmt.Sprintf("limit is %d bytes in memory and %d levels", maxProtoMemory, maxProtoDepth))
	}
	return nil
}

// measureMessage subtracts from left the memory of the fields of a message of type t. It stops at an invalid message:
// the decoder reports the error.
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

// measureField subtracts from left the memory of one length-delimited field; t is nil for an unknown field, which is
// skipped. An element costs twice its size, because slices are grown.
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

// protoFieldsOf caches the results of protoFields.
var protoFieldsOf sync.Map // reflect.Type to map[uint64]reflect.Type

// protoFields returns the types of a struct's fields by their protobuf numbers; for a list, the type of its elements.
// An entry of a map is a message of its key and its value.
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
