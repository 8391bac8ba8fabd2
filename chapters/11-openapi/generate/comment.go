package main

import (
	"go/ast"
	"slices"
	"strings"
)

// kept are the markers that a schema depends on.
var kept = []string{"default", "listMapKey", "listType", "mapType", "optional", "required", "structType", "union", "unionDiscriminator"}

// comment is what stands above a type, a field or a constant.
type comment struct {
	markers []string // listType=map, in their order
	text    string   // the sentences, with a blank line between paragraphs
	gap     bool     // the sentences end with a blank line
}

// read takes a comment apart. A nil group is an empty comment.
func read(group *ast.CommentGroup) comment {
	var c comment
	if group == nil {
		return c
	}
	lines := strings.Split(strings.TrimRight(group.Text(), "\n"), "\n")
	for _, line := range lines {
		marker, ok := strings.CutPrefix(strings.TrimSpace(line), "+")
		name, _, _ := strings.Cut(marker, "=")
		if ok && (slices.Contains(kept, name) || name == "enum") {
			c.markers = append(c.markers, marker)
		}
		if !strings.HasPrefix(strings.TrimSpace(line), "+") {
			c.gap = line == ""
		}
	}
	c.text = describe(lines)
	return c
}

// take removes a marker and tells whether it was there.
func (c *comment) take(marker string) bool {
	i := slices.Index(c.markers, marker)
	if i >= 0 {
		c.markers = slices.Delete(c.markers, i, i+1)
	}
	return i >= 0
}

// describe joins lines to paragraphs. Indented lines stay lines; markers, TODOs and what follows --- are not for users.
// Upstream: openAPITypeWriter.generateDescription.
func describe(lines []string) string {
	var out strings.Builder
	glue := "" // what goes before the next line, if one comes
	for _, line := range lines {
		line = strings.TrimRight(line, " ")
		start := strings.TrimLeft(line, " ")
		switch {
		case line == "---":
			return strings.TrimSpace(out.String())
		case line == "":
			glue = strings.TrimSuffix(glue, " ")
			glue = strings.TrimSuffix(glue, "\n") + "\n\n"
		case strings.HasPrefix(start, "TODO"), strings.HasPrefix(start, "+"):
		case strings.HasPrefix(line, " "), strings.HasPrefix(line, "\t"):
			if glue == " " || glue == "\n" {
				glue = ""
			} else {
				glue = strings.TrimSuffix(glue, "\n")
			}
			out.WriteString(glue + "\n" + line)
			glue = "\n"
		default:
			out.WriteString(glue + line)
			glue = " "
		}
	}
	return strings.TrimSpace(out.String())
}
