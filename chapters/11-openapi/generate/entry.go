package main

import (
	"fmt"
	"io"
	"strconv"
	"strings"
)

// entry is what the sources say about one type.
type entry struct {
	name    string // k8s.io/api/core/v1.PodSpec
	comment comment
	fields  []field
	enum    bool
	values  []value
	docs    map[string]string // what its SwaggerDoc returns; nil: it has none
}

type field struct {
	name, json string
	kind       string // the name of its type, if that is of the package
	omitEmpty  bool
	comment    comment
}

// value is a constant of an enum's type.
type value struct {
	constant, text string
	comment        string
}

// write prints an entry: its name, and what belongs to it on indented lines. An entry without anything is left out.
func (e *entry) write(w io.Writer) {
	var lines []string
	add := func(subject string, c comment) {
		for _, m := range c.markers {
			subject += "\t+" + m
		}
		if c.text != "" {
			subject += "\t" + strconv.Quote(c.text)
		}
		if strings.Contains(subject, "\t") {
			lines = append(lines, subject)
		}
	}
	add(".", e.comment)
	for _, f := range e.fields {
		add("."+f.name, f.comment)
	}
	for _, v := range e.values {
		lines = append(lines, strings.TrimSpace("="+strconv.Quote(v.text)+"\t"+v.comment))
	}
	if len(lines) > 0 {
		fmt.Fprintf(w, "%s\n\t%s\n", e.name, strings.Join(lines, "\n\t"))
	}
}

// asOf makes an entry, of the version that is served, say what its type and the methods of the type in another version,
// now, do not say. It returns the entry.
func (e *entry) asOf(now *entry) *entry {
	if e.comment.text == now.docs[""] || e.enum {
		e.comment.text = ""
	}
	known := map[string]field{}
	for _, f := range e.fields {
		known[f.name] = f
	}
	var fields []field
	for _, f := range now.fields {
		old, ok := known[f.name]
		if !ok {
			fields = append(fields, field{name: f.name, comment: comment{markers: []string{"absent"}}})
			continue
		}
		doc := ""
		if f.json != "" {
			doc = now.docs[f.json]
		}
		fields = append(fields, old.asOf(f, doc))
	}
	e.fields = fields
	return e
}

// asOf drops a sentence that is still the same, and says whether the field is optional only where the tag says otherwise.
func (f field) asOf(now field, doc string) field {
	switch f.comment.text {
	case doc:
		f.comment.text = ""
	case "": // and now it has one
		f.comment.markers = append(f.comment.markers, "undocumented")
	}
	optional := f.omitEmpty
	if f.comment.take("optional") {
		optional = true
	}
	if f.comment.take("required") {
		optional = false
	}
	switch {
	case optional && !now.omitEmpty:
		f.comment.markers = append(f.comment.markers, "optional")
	case !optional && now.omitEmpty:
		f.comment.markers = append(f.comment.markers, "required")
	}
	return f
}
