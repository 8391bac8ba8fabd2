package request

import (
	"bytes"

	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/runtime/serializer/json"
)

// kindFirst finds out what kind a JSON object is before it is decoded. API servers write kind and apiVersion first, where
// they can be read without parsing the rest; everything else takes the ordinary way.
type kindFirst struct{}

var _ json.MetaFactory = kindFirst{}

// Interpret implements json.MetaFactory.
func (kindFirst) Interpret(data []byte) (*schema.GroupVersionKind, error) {
	key1, value1, rest, ok1 := member(data, '{')
	key2, value2, _, ok2 := member(rest, ',')
	var kind, version []byte
	switch {
	case !ok1 || !ok2:
		return json.DefaultMetaFactory.Interpret(data)
	case string(key1) == "kind" && string(key2) == "apiVersion":
		kind, version = value1, value2
	case string(key1) == "apiVersion" && string(key2) == "kind":
		kind, version = value2, value1
	default:
		return json.DefaultMetaFactory.Interpret(data)
	}
	gv, err := schema.ParseGroupVersion(string(version))
	if err != nil {
		return nil, err
	}
	gvk := gv.WithKind(string(kind))
	return &gvk, nil
}

// member reads `"key":"value"` after a separator, as long as it is as plain as that.
func member(data []byte, separator byte) (key, value, rest []byte, ok bool) {
	if len(data) == 0 || data[0] != separator {
		return nil, nil, nil, false
	}
	if key, rest, ok = quoted(data[1:]); !ok || len(rest) == 0 || rest[0] != ':' {
		return nil, nil, nil, false
	}
	value, rest, ok = quoted(rest[1:])
	return key, value, rest, ok
}

// quoted reads a string of plain ASCII without escapes.
func quoted(data []byte) (s, rest []byte, ok bool) {
	if len(data) == 0 || data[0] != '"' {
		return nil, nil, false
	}
	end := bytes.IndexByte(data[1:], '"') + 1
	for _, c := range data[1:max(end, 1)] {
		if c < ' ' || c > '~' || c == '\\' {
			return nil, nil, false
		}
	}
	return data[1:max(end, 1)], data[end+1:], end > 0
}

// noKind is for frames of a watch, which have none: there is nothing to look for.
type noKind struct{}

var _ json.MetaFactory = noKind{}

// Interpret implements json.MetaFactory.
func (noKind) Interpret([]byte) (*schema.GroupVersionKind, error) {
	return &schema.GroupVersionKind{}, nil
}
