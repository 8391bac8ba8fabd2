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
