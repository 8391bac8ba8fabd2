package atlas

import (
	"bytes"
	"fmt"
	"strings"

	"kubepath/internal/tools/symbols"
)

const upstreamHead = `# The map: here and upstream

Each concept of the API server with the symbol that has it in this project, the symbol that has it in Kubernetes, and what
Kubernetes does more. The libraries are those of Kubernetes 1.37 that this project is built with; what only the repository
of Kubernetes itself has (%[1]sk8s.io/kubernetes%[1]s) is taken from 1.36, whose behaviour is the specification here. %[1]skubepath map%[1]s
prints the same as a table, %[1]skubepath map WORD%[1]s what has the word, with lines. Other names for the same thing stand in brackets.

This page is made from internal/tools/atlas: change the rows there, then run %[1]sscripts/docs%[1]s.
`

// UpstreamPage is docs/upstream.md. The index tells in which files our symbols are.
func UpstreamPage(rows []Row, index *symbols.Index) ([]byte, error) {
	var page bytes.Buffer
	fmt.Fprintf(&page, upstreamHead, "`")
	chapter := 0
	for _, row := range rows {
		if row.Chapter != chapter {
			chapter = row.Chapter
			fmt.Fprintf(&page, "\n## %d. %s\n\n", chapter, ChapterName(chapter))
		}
		here, err := row.link(index)
		if err != nil {
			return nil, fmt.Errorf("the row %q of internal/tools/atlas: %w", row.Concept, err)
		}
		fmt.Fprintf(&page, "- **%s**%s: %s\n  - %s\n  - Kubernetes: `%s`. %s\n", escape(row.Concept), row.others(),
			escape(row.Is), here, row.Upstream, escape(row.More))
	}
	return page.Bytes(), nil
}

// others are the row's other names.
func (r Row) others() string {
	if r.Also == "" {
		return ""
	}
	return " (" + escape(r.Also) + ")"
}

// link says where our symbol is.
func (r Row) link(index *symbols.Index) (string, error) {
	switch {
	case r.Imported:
		return "Here: imported.", nil
	case r.Unplanned:
		return "Here: nothing; this project does without it.", nil
	case r.Here == "":
		return fmt.Sprintf("Here: comes with chapter %d.", r.Chapter), nil
	}
	found, err := index.Find(r.Here)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("Here: [`%s`](../%s#%s).", r.Here, found.File, found.Name), nil
}

// escape keeps signs of Markdown from being read as such.
func escape(text string) string {
	return strings.NewReplacer(`\`, `\\`, `_`, `\_`, `*`, `\*`, `<`, `\<`).Replace(text)
}

const implementsHead = `# Which type implements which interface

Go has no word for "implements". A type that has the methods of an interface implements it, and nothing at the type says
so: neither which interface is meant nor that one is meant at all. Readers of Kubernetes lose their way here more often than
anywhere else. A handler calls %[1]sGet%[1]s of a storage, the storage is an interface, and the editor offers two hundred
types. Which one runs is decided far away, where somebody put a value into a field.

This page answers three questions. You are at an interface: what can stand behind it? Look for its name below. You are at a
type: for what is it good? Search the page for the type, or run %[1]skubepath map --implements registry.Store%[1]s. You wonder
what a storage can do, and so which verbs a resource has: see the first section.

A declaration such as %[1]svar _ I = (*T)(nil)%[1]s holds a type to an interface: the compiler checks it, and a reader sees what
the type is for. It is named where there is one. Types without one are held by their use alone. Types that have every method
from what they embed are left out. %[1]skubepath map --implements NAME%[1]s prints the same with lines and parameters.

This page is made from the code by internal/tools/atlas/survey: %[1]sscripts/docs%[1]s makes it anew.
`

// ImplementsPage is docs/implements.md.
func ImplementsPage(all []Interface) []byte {
	var page bytes.Buffer
	fmt.Fprintf(&page, implementsHead, "`")
	capabilities(&page, all)
	chapter := -1
	for _, i := range all {
		if i.Chapter != chapter {
			chapter = i.Chapter
			if chapter == 0 {
				page.WriteString("\n## Interfaces of other modules\n")
			} else {
				fmt.Fprintf(&page, "\n## Chapter %d: %s\n", chapter, ChapterName(chapter))
			}
		}
		section(&page, i)
	}
	return page.Bytes()
}

// capabilities lists, for each type that is a rest.Storage, what it can do.
func capabilities(page *bytes.Buffer, all []Interface) {
	page.WriteString("\n## What a storage can do\n\nEach type that is a `rest.Storage`, with the capabilities of chapter 4 " +
		"that it has. Each of them makes a verb, or tells something about the resource.\n\n")
	for _, storage := range FindInterfaces(all, storageInterface) {
		for _, t := range storage.By {
			fmt.Fprintf(page, "- %s: %s\n", t.link(), strings.Join(Capabilities(all, t.Name), ", "))
		}
	}
}

func section(page *bytes.Buffer, i Interface) {
	fmt.Fprintf(page, "\n### %s\n\n%s", i.Name, escape(i.Contract))
	if len(i.Of) > 0 {
		fmt.Fprintf(page, " It is made of %s.", strings.Join(i.Of, ", "))
	}
	if len(i.Methods) > 0 {
		fmt.Fprintf(page, " Methods: %s.", strings.Join(i.methodNames(), ", "))
	}
	if i.File != "" {
		fmt.Fprintf(page, " [Source](../%s#%s).", i.File, i.bare())
	} else {
		fmt.Fprintf(page, " Package `%s`.", i.Package)
	}
	page.WriteString("\n\n")
	if len(i.By) == 0 {
		page.WriteString("No type of ours implements it.\n")
	}
	for _, t := range i.By {
		fmt.Fprintf(page, "- %s, %s%s\n", t.link(), t.home(), t.pin(i))
	}
}

// methodNames are the methods without their parameters.
func (i Interface) methodNames() []string {
	var names []string
	for _, method := range i.Methods {
		name, _, _ := strings.Cut(method, "(")
		names = append(names, name)
	}
	return names
}

func (t Type) link() string { return fmt.Sprintf("[`%s`](../%s#%s)", t.spelled(), t.File, t.bare()) }

// home is the chapter that a type belongs to.
func (t Type) home() string {
	if t.Chapter == 0 {
		return "beside the chapters"
	}
	return fmt.Sprintf("chapter %d", t.Chapter)
}

// pin is the declaration that holds the type to the interface. The interface's package is left out where it is another
// module's: a chapter may have its name.
func (t Type) pin(i Interface) string {
	if t.Pin == nil {
		return ""
	}
	if i.Chapter == 0 {
		pin := *t.Pin
		_, pin.Interface, _ = strings.Cut(pin.Interface, ".")
		t.Pin = &pin
	}
	return fmt.Sprintf(", held by `%s`", t.pinned())
}
