package read

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"
)

// ErrNoPage is returned for a name that no page has.
var ErrNoPage = errors.New("no such page")

// Page is one text.
type Page struct {
	File   string // 07-etcd3.md
	Number int    // of its chapter, or -1
	Name   string // etcd3
	Title  string // its first heading: 7. etcd3: objects in etcd
	Text   string // Markdown
}

// Arg is what kubepath read calls the page.
func (p Page) Arg() string {
	if p.Number >= 0 {
		return strconv.Itoa(p.Number)
	}
	return p.Name
}

// Command shows the page.
func (p Page) Command() string { return "kubepath read " + p.Arg() }

// Minutes is how long a reader needs for it, at 200 words a minute; code counts half.
func (p Page) Minutes() int {
	words, fenced := 0, false
	for line := range strings.Lines(p.Text) {
		if strings.HasPrefix(line, "```") {
			fenced = !fenced
			continue
		}
		count := 2 * len(strings.Fields(line))
		if fenced {
			count /= 2
		}
		words += count
	}
	return max((words/2+100)/200, 1)
}

// Book is all pages in the order in which to read them: the chapters by number, then the others.
type Book struct{ pages []Page }

// others are the pages without a number, in their order. One that is not named here stands at the end.
var others = []string{"leader", "upstream", "implements", "differences"}

// Open reads the Markdown files of a folder.
func Open(files fs.FS) (*Book, error) {
	names, err := fs.Glob(files, "*.md")
	if err != nil {
		return nil, err
	}
	var b Book
	for _, name := range names {
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		b.pages = append(b.pages, newPage(name, string(text)))
	}
	slices.SortStableFunc(b.pages, func(a, b Page) int {
		return cmp.Or(cmp.Compare(place(a), place(b)), cmp.Compare(a.Name, b.Name))
	})
	return &b, nil
}

func newPage(file, text string) Page {
	p := Page{File: file, Number: -1, Name: strings.TrimSuffix(file, ".md"), Text: text}
	if digits, name, ok := strings.Cut(p.Name, "-"); ok {
		if number, err := strconv.Atoi(digits); err == nil {
			p.Number, p.Name = number, name
		}
	}
	p.Title = p.Name
	for line := range strings.Lines(text) {
		if title, ok := strings.CutPrefix(line, "# "); ok {
			p.Title = strings.TrimSpace(strings.ReplaceAll(title, "`", ""))
			break
		}
	}
	return p
}

// place orders pages.
func place(p Page) int {
	if p.Number >= 0 {
		return p.Number
	}
	if i := slices.Index(others, p.Name); i >= 0 {
		return 1000 + i
	}
	return 2000
}

// Pages are all pages in order.
func (b *Book) Pages() []Page { return b.pages }

// Find returns the page with a number (7, 07), a name (etcd3), both (07-etcd3), a file's name, or the beginning of one
// page's name. The error for others says which pages there are.
func (b *Book) Find(arg string) (Page, error) {
	arg = strings.ToLower(strings.TrimSuffix(arg, ".md"))
	number, err := strconv.Atoi(arg)
	var known []string
	var begun []Page
	for _, p := range b.pages {
		if err == nil && number >= 0 && p.Number == number || arg == p.Name || arg+".md" == p.File {
			return p, nil
		}
		if arg != "" && strings.HasPrefix(p.Name, arg) {
			begun = append(begun, p)
		}
		known = append(known, p.Arg())
	}
	if len(begun) == 1 {
		return begun[0], nil
	}
	return Page{}, fmt.Errorf("%w: %q; there are %s", ErrNoPage, arg, strings.Join(known, ", "))
}

// Around returns the pages before and after one, nil at the ends.
func (b *Book) Around(p Page) (before, after *Page) {
	i := slices.IndexFunc(b.pages, func(q Page) bool { return q.File == p.File })
	if i > 0 {
		before = &b.pages[i-1]
	}
	if i >= 0 && i+1 < len(b.pages) {
		after = &b.pages[i+1]
	}
	return before, after
}

// lookups are the pages in which one looks things up, and does not read on.
var lookups = []string{"upstream", "implements"}

// Contents is the page that lists the others.
func (b *Book) Contents() Page {
	var text strings.Builder
	text.WriteString("# kubepath: the pages\n\n| | | min | |\n|---|---|--:|---|\n")
	for _, p := range b.pages {
		title := p.Title
		number := ""
		if p.Number >= 0 {
			number = fmt.Sprint(p.Number)
			title = strings.TrimPrefix(title, number+". ")
		}
		minutes := ""
		if !slices.Contains(lookups, p.Name) {
			minutes = fmt.Sprint(p.Minutes())
		}
		fmt.Fprintf(&text, "| %s | %s | %s | `%s` |\n", number, title, minutes, p.Command())
	}
	if len(b.pages) > 0 {
		fmt.Fprintf(&text, "\nBegin with `%s`. ", b.pages[0].Command())
	}
	text.WriteString("`kubepath read --find WORD` looks for a word in all pages.\n")
	return newPage("contents.md", text.String())
}

// Footer names the pages before and after, for the end of a page.
func (b *Book) Footer(p Page, look Look) []Line {
	before, after := b.Around(p)
	if before == nil && after == nil {
		return nil
	}
	s := newSetter(p, look)
	lines := s.lines([][]Cell{nil, ink(strings.Repeat("─", min(s.Width, Prose)), s.border)})
	for _, way := range []struct {
		word string
		page *Page
	}{{"previous", before}, {"next", after}} {
		if way.page == nil {
			continue
		}
		cells := ink(fmt.Sprintf("%-10s", way.word), s.faint)
		cells = append(cells, ink(way.page.Command(), s.command)...)
		title := ink("  "+way.page.Title, "")
		if len(cells)+len(title) <= s.Width {
			cells = append(cells, title...)
		}
		lines = append(lines, Line{Cells: cells})
	}
	return lines
}
