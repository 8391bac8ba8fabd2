package patch

import (
	_ "embed" // merges.txt
	"encoding/json"
	"reflect"
	"strings"

	smd "sigs.k8s.io/structured-merge-diff/v6/schema"
)

// mergesText is the table of what merges otherwise than its Go type tells. In Go, a list is a list and a struct is its
// fields. Comments in the types' sources say more (+listType, +listMapKey, +structType, +default), which the OpenAPI
// document repeats. A line is a type or field and what it is:
//
//	core/v1.Container.env          key name
//	core/v1.Container.ports        key containerPort protocol
//	core/v1.ContainerPort.protocol default "TCP"
//	core/v1.ObjectReference        atomic
//	meta/v1.ObjectMeta.finalizers  set
//
// A list with keys is a map of its elements, a set one of its values; what is atomic has one owner (granular: here not). A
// key that is left out has its default. A test compares the table with that of applyconfigurations and, with -update, writes it.
//
//go:embed merges.txt
var mergesText string

// merges says what a type ("core/v1.ObjectReference") or a field ("core/v1.Container.env") is, as words.
type merges map[string][]string

func readMerges() merges {
	m := merges{}
	for line := range strings.Lines(mergesText) {
		if words := strings.Fields(line); len(words) > 1 {
			m[words[0]] = words[1:]
		}
	}
	return m
}

// typeName is the import path's end and the name: core/v1.Pod.
func typeName(t reflect.Type) string {
	path := t.PkgPath()
	for _, prefix := range []string{"k8s.io/api/", "k8s.io/apimachinery/pkg/apis/", "k8s.io/apimachinery/pkg/"} {
		path = strings.TrimPrefix(path, prefix)
	}
	return path + "." + t.Name()
}

// of is the word for a type: atomic, any, or "".
func (m merges) of(t reflect.Type) string {
	if words := m[typeName(t)]; len(words) == 1 {
		return words[0]
	}
	return ""
}

// merge is what the table says of a field. The zero value: what its type says.
type merge struct {
	set      bool
	keys     []string
	relation smd.ElementRelationship // "": that of the type
	missing  any                     // the value that it has as a key where it is left out; nil: none
}

func (m merges) field(t reflect.Type, name string) (f merge) {
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
		if json.Unmarshal([]byte(words[1]), &f.missing) != nil {
			f.missing = words[1]
		}
	}
	return f
}
