package read

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Cell is one character, one column wide.
type Cell struct {
	Rune rune
	Ink  string // the ANSI parameters that colour it: 1;38;5;39
	Link string // where it leads, or ""
	Code bool   // it stands in code: where that is short, it is not broken at spaces
}

// Line is a row of cells.
type Line struct {
	Cells  []Cell
	Source int // the line of the page's Markdown that it comes from, from 1; 0: none
}

// Text is the line without colours and links.
func (l Line) Text() string {
	var text strings.Builder
	for _, c := range l.Cells {
		text.WriteRune(c.Rune)
	}
	return strings.TrimRight(text.String(), " ")
}

// Width is the number of columns.
func (l Line) Width() int { return len(l.Cells) }

// ANSI is the line with escape sequences for its colours and links, which end with it.
func (l Line) ANSI() string {
	var text strings.Builder
	ink, link := "", ""
	change := func(c Cell) {
		if c.Link != link {
			text.WriteString("\x1b]8;;" + c.Link + "\x1b\\")
			link = c.Link
		}
		if c.Ink != ink {
			if ink != "" {
				text.WriteString("\x1b[0m")
			}
			if c.Ink != "" {
				text.WriteString("\x1b[" + c.Ink + "m")
			}
			ink = c.Ink
		}
	}
	for _, c := range trimCells(l.Cells) {
		change(c)
		text.WriteRune(c.Rune)
	}
	change(Cell{})
	return text.String()
}

func trimCells(cells []Cell) []Cell {
	for len(cells) > 0 && cells[len(cells)-1].Rune == ' ' {
		cells = cells[:len(cells)-1]
	}
	return cells
}

// ink makes cells of plain text.
func ink(text, ink string) []Cell {
	var cells []Cell
	for _, r := range text {
		cells = append(cells, Cell{Rune: r, Ink: ink})
	}
	return cells
}

// styled makes cells of text with ANSI sequences for colours.
func styled(text string) []Cell {
	var cells []Cell
	ink := ""
	for text != "" {
		if rest, ok := strings.CutPrefix(text, "\x1b["); ok {
			parameters, after, _ := strings.Cut(rest, "m")
			text, ink = after, combine(ink, parameters)
			continue
		}
		r, size := utf8.DecodeRuneInString(text)
		text = text[size:]
		if r == '\t' {
			for range 4 {
				cells = append(cells, Cell{Rune: ' ', Ink: ink})
			}
			continue
		}
		if r == '\n' || r == hardBreak || isMark(r) || !unicode.IsControl(r) {
			cells = append(cells, Cell{Rune: r, Ink: ink})
		}
	}
	return cells
}

// combine adds ANSI parameters to those that hold.
func combine(ink, parameters string) string {
	switch {
	case parameters == "" || parameters == "0":
		return ""
	case ink == "":
		return parameters
	}
	return ink + ";" + parameters
}

// rows breaks cells at newlines.
func rows(cells []Cell) [][]Cell {
	var rows [][]Cell
	begin := 0
	for i, c := range cells {
		if c.Rune == '\n' {
			rows, begin = append(rows, cells[begin:i]), i+1
		}
	}
	return append(rows, cells[begin:])
}

// fold breaks cells into rows of at most width columns: at spaces and newlines outside of code, and in what is too wide
// for a row after a slash, dot or comma.
func fold(cells []Cell, width int) [][]Cell {
	var folded [][]Cell
	var row []Cell
	for _, word := range words(cells, width) {
		if word[0].Rune == hardBreak {
			folded, row = append(folded, row), nil
			continue
		}
		space := 1
		if len(row) == 0 {
			space = 0
		}
		if len(row)+space+len(word) > width && len(row) > 0 {
			folded, row, space = append(folded, row), nil, 0
		}
		if space > 0 {
			row = append(row, between(row[len(row)-1], word[0]))
		}
		for len(word) > width {
			at := breakCells(word, width)
			folded, word = append(folded, append(row, word[:at]...)), word[at:]
			row = nil
		}
		row = append(row, word...)
	}
	return append(folded, row)
}

// between is the space between two words: coloured and linked as both are.
func between(a, b Cell) Cell {
	space := Cell{Rune: ' '}
	if a.Ink == b.Ink {
		space.Ink = a.Ink
	}
	if a.Link == b.Link {
		space.Link = a.Link
	}
	return space
}

// unbroken is how wide code may be that stays in one row.
const unbroken = 36

// words are the pieces that stay together, not empty; a hard break is one.
func words(cells []Cell, width int) [][]Cell {
	var words [][]Cell
	var word []Cell
	end := func() {
		if len(word) > 0 {
			words, word = append(words, word), nil
		}
	}
	for i, c := range cells {
		switch {
		case c.Rune == hardBreak:
			end()
			words = append(words, []Cell{c})
		case (c.Rune == ' ' || c.Rune == '\n') && c.Code && codeWidth(cells, i) <= min(unbroken, width):
			word = append(word, Cell{Rune: ' ', Ink: c.Ink, Link: c.Link, Code: true})
		case c.Rune == ' ' || c.Rune == '\n':
			end()
		default:
			word = append(word, c)
		}
	}
	end()
	return words
}

// codeWidth is how wide the code is in which cell i stands.
func codeWidth(cells []Cell, i int) int {
	begin, end := i, i
	for begin > 0 && cells[begin-1].Code {
		begin--
	}
	for end < len(cells) && cells[end].Code {
		end++
	}
	return end - begin
}

// breakCells is where a word that is wider than width is broken.
func breakCells(word []Cell, width int) int {
	for at := width; at > width/3; at-- {
		if strings.ContainsRune("/.,)&?-", word[at-1].Rune) {
			return at
		}
	}
	return width
}
