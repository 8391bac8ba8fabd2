package openapi

import (
	_ "embed"
	"reflect"
	"strconv"
	"strings"
)

//go:embed markers.txt
var markersText string

// notes are what the sources say about one type beside what its Go type says. The zero value: nothing.
type notes struct {
	note
	fields map[string]note // by the name of the Go field
	values []enumValue     // of an enum, sorted
}

// note is what stands above a type or a field: markers, and a sentence where SwaggerDoc has none.
type note struct {
	markers []string // listType=map
	text    string
}

// enumValue is one value that a field may have.
type enumValue struct{ value, meaning string }

// has tells whether there is a marker.
func (n note) has(marker string) bool { _, ok := n.value(marker); return ok }

// value is what follows the = of a marker, and whether there is such a marker.
func (n note) value(marker string) (string, bool) {
	for _, m := range n.markers {
		if name, value, _ := strings.Cut(m, "="); name == marker {
			return value, true
		}
	}
	return "", false
}

// values are all that a marker has, which may stand several times.
func (n note) values(marker string) []any {
	var all []any
	for _, m := range n.markers {
		if name, value, _ := strings.Cut(m, "="); name == marker {
			all = append(all, value)
		}
	}
	return all
}

// sources are the notes of all types by import path and name: the lines of each, which are read when they are asked for.
type sources map[string]string

// readSources divides markers.txt, in whose lines tabs divide the parts:
//
//	k8s.io/api/core/v1.PodSpec
//		.HostAliases	+listMapKey=ip	+listType=map
//	k8s.io/api/core/v1.PullPolicy
//		="Always"	means that kubelet always attempts to pull the latest image.
func readSources(text string) sources {
	all := sources{}
	for text != "" {
		name, rest, _ := strings.Cut(text, "\n")
		end := 0 // of the lines that begin with a tab
		for end < len(rest) && rest[end] == '\t' {
			end += strings.IndexByte(rest[end:], '\n') + 1
		}
		all[name], text = rest[:end], rest[end:]
	}
	return all
}

// of reads the notes of a type.
func (s sources) of(t reflect.Type) notes {
	var n notes
	for line := range strings.Lines(s[t.PkgPath()+"."+t.Name()]) {
		n.add(strings.TrimSpace(line))
	}
	return n
}

func (n *notes) add(line string) {
	subject, rest, _ := strings.Cut(line, "\t")
	switch {
	case subject[0] == '=':
		n.values = append(n.values, enumValue{unquote(subject[1:]), rest})
	case subject == ".":
		n.note = readNote(rest)
	default:
		if n.fields == nil {
			n.fields = map[string]note{}
		}
		n.fields[subject[1:]] = readNote(rest)
	}
}

func readNote(parts string) note {
	var n note
	for part := range strings.SplitSeq(parts, "\t") {
		if marker, ok := strings.CutPrefix(part, "+"); ok {
			n.markers = append(n.markers, marker)
		} else {
			n.text = unquote(part)
		}
	}
	return n
}

// unquote reads a Go string; a test holds that there are no others in the file.
func unquote(quoted string) string {
	text, _ := strconv.Unquote(quoted)
	return text
}
