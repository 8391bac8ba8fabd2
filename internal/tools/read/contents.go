package read

import (
	"fmt"
	"slices"
	"strings"
)

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
