package openapi

import (
	_ "embed"
	"reflect"
	"strconv"
	"strings"
)

//go:embed markers.txt
var markersText string

// typeMarkers has the markers and descriptions of a type and its fields, from the comments in its source.
type typeMarkers struct {
	markers
	fields     map[string]markers // by the name of the Go field
	enumValues []enumValue        // of an enum, sorted
}

// markers is the comment of a type or a field: its markers, and its description if SwaggerDoc has none.
type markers struct {
	tags        []string // listType=map
	description string
}

// enumValue is one value that a field may have.
type enumValue struct{ value, description string }

// has reports whether there is a marker.
func (n markers) has(marker string) bool { _, ok := n.value(marker); return ok }

// value returns the text after the = of a marker, and whether there is such a marker.
func (n markers) value(marker string) (string, bool) {
	for _, m := range n.tags {
		if name, value, _ := strings.Cut(m, "="); name == marker {
			return value, true
		}
	}
	return "", false
}

// values returns the values of a marker that may be repeated.
func (n markers) values(marker string) []any {
	var all []any
	for _, m := range n.tags {
		if name, value, _ := strings.Cut(m, "="); name == marker {
			all = append(all, value)
		}
	}
	return all
}

// markersByType has the lines of markers.txt for each type, by import path and name. The method of parses them.
type markersByType map[string]string

// parseMarkersFile splits markers.txt by type. The parts of a line are separated by tabs:
//
//	k8s.io/api/core/v1.PodSpec
//		.HostAliases	+listMapKey=ip	+listType=map
//	k8s.io/api/core/v1.PullPolicy
//		="Always"	means that kubelet always attempts to pull the latest image.
func parseMarkersFile(text string) markersByType {
	all := markersByType{}
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

// of returns the markers of a type.
func (s markersByType) of(t reflect.Type) typeMarkers {
	var n typeMarkers
	for line := range strings.Lines(s[t.PkgPath()+"."+t.Name()]) {
		n.add(strings.TrimSpace(line))
	}
	return n
}

func (n *typeMarkers) add(line string) {
	subject, rest, _ := strings.Cut(line, "\t")
	switch {
	case subject[0] == '=':
		n.enumValues = append(n.enumValues, enumValue{unquote(subject[1:]), rest})
	case subject == ".":
		n.markers = parseMarkers(rest)
	default:
		if n.fields == nil {
			n.fields = map[string]markers{}
		}
		n.fields[subject[1:]] = parseMarkers(rest)
	}
}

func parseMarkers(parts string) markers {
	var n markers
	for part := range strings.SplitSeq(parts, "\t") {
		if marker, ok := strings.CutPrefix(part, "+"); ok {
			n.tags = append(n.tags, marker)
		} else {
			n.description = unquote(part)
		}
	}
	return n
}

// unquote returns the value of a Go string literal. A test checks that all strings in the file are valid.
func unquote(quoted string) string {
	text, _ := strconv.Unquote(quoted)
	return text
}
