package patch

import (
	_ "embed" // markers.txt
	"encoding/json"
	"reflect"
	"strings"

	smd "sigs.k8s.io/structured-merge-diff/v6/schema"
)

// markersText is a table of the markers that say how a type or a field merges: +listType, +listMapKey, +mapType,
// +structType and +default. They are comments in the sources of the types, and are in the OpenAPI document, but not in a
// compiled Go type. A line is a type or a field and its marker:
//
//	core/v1.Container.env          key name
//	core/v1.Container.ports        key containerPort protocol
//	core/v1.ContainerPort.protocol default "TCP"
//	core/v1.ObjectReference        atomic
//	meta/v1.ObjectMeta.finalizers  set
//
// An associative list has keys or is a set. An atomic value has one manager as a whole; a field is granular if its type is
// atomic and the field is not. A key that is omitted has its default. "any" is a type that marshals itself to any value. A
// test compares the table with the schemas of applyconfigurations and, with -update, writes it.
//
//go:embed markers.txt
var markersText string

// markers maps a type ("core/v1.ObjectReference") or a field ("core/v1.Container.env") to the words of its marker.
type markers map[string][]string

func readMarkers() markers {
	m := markers{}
	for line := range strings.Lines(markersText) {
		if words := strings.Fields(line); len(words) > 1 {
			m[words[0]] = words[1:]
		}
	}
	return m
}

// typeName returns the end of the import path and the name: core/v1.Pod.
func typeName(t reflect.Type) string {
	path := t.PkgPath()
	for _, prefix := range []string{"k8s.io/api/", "k8s.io/apimachinery/pkg/apis/", "k8s.io/apimachinery/pkg/"} {
		path = strings.TrimPrefix(path, prefix)
	}
	return path + "." + t.Name()
}

// ofType returns the marker of a type: atomic, any, or "".
func (m markers) ofType(t reflect.Type) string {
	if words := m[typeName(t)]; len(words) == 1 {
		return words[0]
	}
	return ""
}

// fieldMarker is the marker of a field. The zero value: the field merges as its type does.
type fieldMarker struct {
	set          bool
	keys         []string
	relation     smd.ElementRelationship // "": that of the type
	defaultValue any                     // nil: none
}

func (m markers) ofField(t reflect.Type, name string) (f fieldMarker) {
	words := m[typeName(t)+"."+name]
	if len(words) == 0 {
		return f
	}
	switch words[0] {
	case "set":
		f.set = true
	case "atomic":
		f.relation = smd.Atomic
	case "granular":
		f.relation = smd.Separable
	case "key":
		f.keys = words[1:]
	case "default":
		if json.Unmarshal([]byte(words[1]), &f.defaultValue) != nil {
			f.defaultValue = words[1]
		}
	}
	return f
}
