package read

import (
	"fmt"
	"strings"
)

// Results are what a search found, as it is printed.
type Results struct {
	Hits []Hit
	Most int // how many are shown of each page; 0: all
	Look Look
}

// Text lists the hits by page and section, each with the line of the Markdown that it stands in.
func (r Results) Text() string {
	var lines []Line
	for begin := 0; begin < len(r.Hits); {
		end := begin
		for end < len(r.Hits) && r.Hits[end].Page.File == r.Hits[begin].Page.File {
			end++
		}
		if begin > 0 {
			lines = append(lines, Line{})
		}
		lines = append(lines, r.page(r.Hits[begin:end])...)
		begin = end
	}
	doc := Document{Lines: lines}
	return doc.Text()
}

// page is the hits of one page.
func (r Results) page(hits []Hit) []Line {
	page := hits[0].Page
	s := newSetter(page, r.Look)
	shown := hits
	if r.Most > 0 {
		shown = Best(hits, r.Most)
	}
	lines := []Line{s.between(ink(page.Title, s.title), ink(page.Command(), s.command))}
	section := page.Title
	for _, hit := range shown {
		if hit.Section != section && hit.Section != "" {
			section = hit.Section
			lines = append(lines, Line{Cells: ink("  "+section, s.heading)})
		}
		number := ink(fmt.Sprintf("%6d  ", hit.Line.Source), s.faint)
		if address := s.fileURL("docs/"+page.File, hit.Line.Source); s.Links {
			for i := range number {
				if number[i].Rune != ' ' {
					number[i].Link = address
				}
			}
		}
		snippet := hit.Snippet(min(s.Width, Prose+20)-len(number), s.Style)
		lines = append(lines, Line{Cells: append(number, snippet.Cells...)})
	}
	if more := len(hits) - len(shown); more > 0 {
		lines = append(lines, Line{Cells: ink(fmt.Sprintf("%8s… and %d more lines", "", more), s.faint)})
	}
	return lines
}

// between puts one text at the left and one at the right, or below where there is no room.
func (s *setter) between(left, right []Cell) Line {
	room := min(s.Width, Prose+20)
	left = fold(left, room)[0]
	if gap := room - len(left) - len(right); gap > 0 {
		left = append(left, ink(strings.Repeat(" ", gap), "")...)
		return Line{Cells: append(left, right...)}
	}
	return Line{Cells: left}
}
