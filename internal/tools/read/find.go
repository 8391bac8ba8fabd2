package read

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// Hit is a line that has what was looked for.
type Hit struct {
	Page    Page
	Section string
	Line    Line // unfolded: a whole paragraph
	Spans   []Span
	Weight  int // greater where the line says more about the word
}

// Span is a range of cells, from the first to before the last.
type Span struct{ From, To int }

// unfolded is wider than any paragraph.
const unfolded = 1 << 20

// Index searches the pages of a book. It sets a page when it is first needed, and is for one goroutine.
type Index struct {
	book *Book
	set  map[string]*Document // by file, each paragraph in one line
}

// NewIndex is the index of a book.
func NewIndex(book *Book) *Index { return &Index{book: book, set: map[string]*Document{}} }

// Search finds a word or words in pages, whatever their case; a hyphen and a space are the same.
func (x *Index) Search(pages []Page, word string) ([]Hit, error) {
	var hits []Hit
	for _, page := range pages {
		if !mayHave(page, word) {
			continue
		}
		doc, err := x.document(page)
		if err != nil {
			return nil, err
		}
		for _, line := range doc.Lines {
			spans := Match(line.Cells, word)
			if len(spans) == 0 {
				continue
			}
			hits = append(hits, Hit{
				Page: page, Section: doc.Section(line.Source), Line: line, Spans: spans,
				Weight: weight(page, line, spans[0], word),
			})
		}
	}
	return hits, nil
}

func (x *Index) document(page Page) (*Document, error) {
	if doc := x.set[page.File]; doc != nil {
		return doc, nil
	}
	s := newSetter(page, Look{Book: x.book, Whole: true})
	s.Width = unfolded
	doc, err := s.document()
	if err != nil {
		return nil, err
	}
	x.set[page.File] = doc
	return doc, nil
}

// mayHave spares setting pages that lack one of the words.
func mayHave(page Page, words string) bool {
	text := string(normal([]rune(page.Text)))
	for _, word := range strings.Fields(string(normal([]rune(words)))) {
		if !strings.Contains(text, word) {
			return false
		}
	}
	return true
}

// weight is greater where a line says more about a word: in prose, as a whole word, in bold or italics or at the head of a
// table's row, and most in a heading.
func weight(page Page, line Line, span Span, word string) int {
	weight := 0
	if at := func(i int) bool {
		return i >= 0 && i < len(line.Cells) && (unicode.IsLetter(line.Cells[i].Rune) || line.Cells[i].Rune == '.')
	}; !at(span.From-1) && !at(span.To) {
		weight++
	}
	if !line.Cells[span.From].Code {
		weight += 2
	}
	lines := strings.Split(page.Text, "\n")
	if line.Source < 1 || line.Source > len(lines) {
		return weight
	}
	paragraph := lines[line.Source-1:]
	if strings.HasPrefix(paragraph[0], "#") {
		return weight + 8
	}
	if end := slices.Index(paragraph, ""); end >= 0 {
		paragraph = paragraph[:end]
	}
	text := string(normal([]rune(strings.Join(paragraph, " "))))
	wanted := string(normal([]rune(word)))
	if strings.Contains(text, "*"+wanted) || strings.HasPrefix(text, "| "+wanted) {
		weight += 4
	}
	return weight
}

// Best are at most n hits, those of the greatest weight, in their order on the page.
func Best(hits []Hit, n int) []Hit {
	order := make([]int, len(hits))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(hits[b].Weight, hits[a].Weight) })
	order = order[:min(n, len(order))]
	slices.Sort(order)
	var best []Hit
	for _, i := range order {
		best = append(best, hits[i])
	}
	return best
}

// Match finds a word in cells, as Search does.
func Match(cells []Cell, word string) []Span {
	text := make([]rune, len(cells))
	for i, c := range cells {
		text[i] = c.Rune
	}
	text = normal(text)
	wanted := normal([]rune(strings.Join(strings.Fields(word), " ")))
	var spans []Span
	for i := 0; len(wanted) > 0 && i+len(wanted) <= len(text); i++ {
		if slices.Equal(text[i:i+len(wanted)], wanted) {
			spans = append(spans, Span{i, i + len(wanted)})
			i += len(wanted) - 1
		}
	}
	return spans
}

// normal makes words comparable, rune by rune.
func normal(text []rune) []rune {
	for i, r := range text {
		text[i] = unicode.ToLower(r)
		if r == '-' || r == '\n' {
			text[i] = ' '
		}
	}
	return text
}

// Snippet is what a hit shows in width columns: the sentence, or as much of it as there is room for, and the word marked.
func (h Hit) Snippet(width int, style Style) Line {
	cells, from, to := slices.Clone(h.Line.Cells), h.Spans[0].From, h.Spans[0].To
	mark(cells, h.Spans, style)
	begin, end := sentence(cells, from, to)
	for begin < from && cells[begin].Rune == ' ' {
		begin++
	}
	room := width
	if style == None {
		room -= 2 * len(h.Spans) // for the quotes
	}
	if end-begin > room { // a window with the word in its first third
		begin = max(begin, from-room/3)
		end = min(end, begin+room-2)
		begin = max(min(begin, end-room+2), 0)
	}
	var out []Cell
	if begin > 0 && cells[begin-1].Rune != ' ' {
		out = append(out, Cell{Rune: '…'})
	}
	for i := begin; i < end; i++ {
		out = append(out, quoted(h.Spans, i, cells[i], style)...)
	}
	if end < len(cells) && cells[end-1].Rune != '.' {
		out = append(out, Cell{Rune: '…'})
	}
	return Line{Cells: out, Source: h.Line.Source}
}

// quoted puts marks of characters around spans where there are no colours.
func quoted(spans []Span, i int, c Cell, style Style) []Cell {
	cells := []Cell{c}
	for _, s := range spans {
		if style == None && i == s.From {
			cells = append([]Cell{{Rune: '«'}}, cells...)
		}
		if style == None && i == s.To-1 {
			cells = append(cells, Cell{Rune: '»'})
		}
	}
	return cells
}

func mark(cells []Cell, spans []Span, style Style) {
	for _, s := range spans {
		for i := s.From; i < s.To && style != None; i++ {
			cells[i].Ink = "7"
		}
	}
}

// sentence is the range around a match up to the full stops.
func sentence(cells []Cell, from, to int) (begin, end int) {
	stop := func(i int) bool {
		return strings.ContainsRune(".?!", cells[i].Rune) && (i+1 == len(cells) || cells[i+1].Rune == ' ')
	}
	for begin = from; begin > 0 && !stop(begin-1); begin-- {
	}
	for end = to; end < len(cells) && !stop(end-1); end++ {
	}
	return begin, end
}

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
