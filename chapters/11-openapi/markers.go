package openapi

import (
	_ "embed"
	"reflect"
	"strconv"
	"strings"
)

//go:embed markers.txt
var markersText string

// notes has the markers and descriptions of a type and its fields, from the comments in its source.
type notes struct {
	note
	fields map[string]note // by the name of the Go field
	values []enumValue     // of an enum, sorted
}

// note is the comment of a type or a field: its markers, and its description if SwaggerDoc has none.
type note struct {
	markers []string // listType=map
	text    string
}

// enumValue is one value that a field may have.
type enumValue struct{ value, meaning string }

// has reports whether there is a marker.
func (n note) has(marker string) bool { _, ok := n.value(marker); return ok }

// value returns the text after the = of a marker, and whether there is such a marker.
func (n note) value(marker string) (string, bool) {
	for _, m := range n.markers {
		if name, value, _ := strings.Cut(m, "="); name == marker {
			return value, true
		}
	}
	return "", false
}

// values returns the values of a marker that may be repeated.
func (n note) values(marker string) []any {
	var all []any
	for _, m := range n.markers {
		if name, value, _ := strings.Cut(m, "="); name == marker {
			all = append(all, value)
		}
	}
	return all
}

// sources has the lines of markers.txt for each type, by import path and name. The method of parses them.
type sources map[string]string

// readSources splits markers.txt by type. The parts of a line are separated by tabs:
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

// of returns the notes of a type.
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

// unquote returns the value of a Go string literal. A test checks that all strings in the file are valid.
func unquote(quoted string) string {
	text, _ := strconv.Unquote(quoted)
	return text
}
