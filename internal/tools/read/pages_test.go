package read_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"kubepath/docs"
	"kubepath/internal/tools/read"
)

func theBook(t *testing.T) *read.Book {
	t.Helper()
	b, err := read.Open(docs.Files)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// set renders each page and the contents, and hands them to a claim.
func set(t *testing.T, look read.Look, claim func(t *testing.T, page read.Page, doc *read.Document)) {
	t.Helper()
	b := theBook(t)
	look.Book = b
	for _, page := range append(b.Pages(), b.Contents()) {
		t.Run(fmt.Sprintf("%s at %d %s", page.File, look.Width, look.Style), func(t *testing.T) {
			t.Parallel()
			doc, err := read.Render(page, look)
			if err != nil {
				t.Fatal(err)
			}
			doc.Lines = append(doc.Lines, b.Footer(page, look)...)
			claim(t, page, doc)
		})
	}
}

func TestAPageFitsAndHasNoMarkdownLeft(t *testing.T) {
	t.Parallel()
	for _, look := range []read.Look{
		{Width: 60}, {Width: 80}, {Width: 120}, {Width: 200},
		{Width: 80, Style: read.Dark, Links: true}, {Width: 80, Style: read.Light},
	} {
		set(t, look, func(t *testing.T, page read.Page, doc *read.Document) {
			for _, line := range doc.Lines {
				if line.Width() > look.Width {
					t.Errorf("%s:%d: %d columns: %s", page.File, line.Source, line.Width(), line.Text())
				}
				noMarkdown(t, page, line)
			}
		})
	}
}

func noMarkdown(t *testing.T, page read.Page, line read.Line) {
	t.Helper()
	prose := ""
	for _, c := range line.Cells {
		if !c.Code {
			prose += string(c.Rune)
		}
	}
	for _, raw := range []string{"**", "`", "](", "<!--", "-->", "|--", "flowchart "} {
		if strings.Contains(prose, raw) {
			t.Errorf("%s:%d: %q in %q", page.File, line.Source, raw, line.Text())
		}
	}
	if strings.HasPrefix(prose, "#") {
		t.Errorf("%s:%d: a raw heading: %q", page.File, line.Source, line.Text())
	}
}

func TestWhatIsPrintedIsPlainText(t *testing.T) {
	t.Parallel()
	for _, width := range []int{80, 200} {
		set(t, read.Look{Width: width, Whole: true}, func(t *testing.T, page read.Page, doc *read.Document) {
			for line := range strings.Lines(doc.Text()) {
				line = strings.TrimSuffix(line, "\n")
				if strings.TrimRight(line, " \t") != line {
					t.Errorf("%s: blanks at the end of %q", page.File, line)
				}
				if strings.ContainsRune(line, '\x1b') {
					t.Errorf("%s: an escape sequence in %q", page.File, line)
				}
				if strings.ContainsFunc(line, func(r rune) bool { return r >= 0xe000 && r <= 0xf8ff || r == '\u2028' }) {
					t.Errorf("%s: a mark was left in %q", page.File, line)
				}
			}
		})
	}
}

func TestColoursAreOnlyInStylesThatHaveThem(t *testing.T) {
	t.Parallel()
	b := theBook(t)
	page, err := b.Find("differences")
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		style read.Style
		has   bool
	}{{read.None, false}, {read.Dark, true}, {read.Light, true}} {
		doc, err := read.Render(page, read.Look{Width: 80, Style: row.style, Book: b})
		if err != nil {
			t.Fatal(err)
		}
		if has := strings.Contains(doc.Text(), "\x1b["); has != row.has {
			t.Errorf("%s: colours are %t", row.style, has)
		}
	}
}

func TestTheContentsListEveryPage(t *testing.T) {
	t.Parallel()
	b := theBook(t)
	doc, err := read.Render(b.Contents(), read.Look{Width: 80, Book: b})
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range b.Pages() {
		if !strings.Contains(doc.Text(), page.Command()) {
			t.Errorf("%s is not listed:\n%s", page.Command(), doc.Text())
		}
	}
}

func TestAPageIsFoundByAnyOfItsNames(t *testing.T) {
	t.Parallel()
	b := book(t, map[string]string{
		"00-start.md": "# Start", "07-etcd3.md": "# 7. etcd3", "differences.md": "# D", "upstream.md": "# U", "zebra.md": "",
	})
	for _, row := range []struct{ arg, file string }{
		{"7", "07-etcd3.md"}, {"07", "07-etcd3.md"}, {"etcd3", "07-etcd3.md"}, {"07-etcd3", "07-etcd3.md"},
		{"07-etcd3.md", "07-etcd3.md"}, {"ETCD3", "07-etcd3.md"}, {"0", "00-start.md"}, {"00", "00-start.md"},
		{"start", "00-start.md"}, {"upstream", "upstream.md"}, {"diff", "differences.md"},
	} {
		if page, err := b.Find(row.arg); err != nil || page.File != row.file {
			t.Errorf("%s: %s, %v", row.arg, page.File, err)
		}
	}
	for _, arg := range []string{"8", "", "nope", "-1"} {
		if page, err := b.Find(arg); !errors.Is(err, read.ErrNoPage) {
			t.Errorf("%q: %s, %v", arg, page.File, err)
		}
	}
	var order []string
	for _, page := range b.Pages() {
		order = append(order, page.Arg())
	}
	if got := strings.Join(order, " "); got != "0 7 upstream differences zebra" {
		t.Errorf("the order is %s", got)
	}
}

// concepts are those of the literature, each of which has its place in the pages.
var concepts = []string{
	"group", "version", "type", "kind", "resource", "GVR", "GVK", "RESTMapper", "scheme", "codec", "APIGroupInfo",
	"APIGroupVersion", "APIInstaller", "action", "WebService", "route", "Storage", "StandardStorage", "strategy", "Store",
	"key function", "storage.Interface", "out-pointer", "resourceVersion", "optimistic concurrency", "handler chain",
	"StorageDestinations", "spec and status", "subresource", "PodStorage", "watch cache",
}

func TestEachConceptOfTheLiteratureIsFound(t *testing.T) {
	t.Parallel()
	b := theBook(t)
	index := read.NewIndex(b)
	for _, concept := range concepts {
		hits, err := index.Search(b.Pages(), concept)
		if err != nil {
			t.Fatal(err)
		}
		if len(hits) == 0 {
			t.Errorf("%s is on no page", concept)
		}
	}
}
