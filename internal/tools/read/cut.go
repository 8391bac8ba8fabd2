package read

import (
	"slices"
	"strings"
)

// continued marks the rows that a long line of code goes on in.
const continued = "↪ "

// placed indents rows of code, and breaks those that are too wide, unless they are to stay whole. What is as wide as the
// page is not indented: it would have to be broken.
func (s *setter) placed(rows [][]Cell, width int) [][]Cell {
	if s.Whole {
		return indent(rows)
	}
	widest := 0
	for i, row := range rows {
		rows[i] = trimCells(row)
		widest = max(widest, len(rows[i]))
	}
	switch {
	case widest <= width-codeIndent:
		return indent(rows)
	case widest <= width:
		return rows
	}
	var cut [][]Cell
	for len(rows) > 0 {
		if n := comment(rows, width-codeIndent); n > 0 {
			cut = append(cut, refold(rows[:n], width-codeIndent)...)
			rows = rows[n:]
			continue
		}
		cut = append(cut, s.cut(rows[0], width-codeIndent)...)
		rows = rows[1:]
	}
	return indent(cut)
}

// cut breaks a row at a space or after a comma or bracket, and marks what goes on.
func (s *setter) cut(row []Cell, width int) [][]Cell {
	begin := ink(strings.Repeat(" ", min(indentOf(row)+2, width/3)), "")
	begin = append(begin, ink(continued, s.faint)...)
	var cut [][]Cell
	blank := indentOf(row)
	for len(row) > width {
		at := codeBreak(row, blank, width)
		cut = append(cut, trimCells(row[:at]))
		row = append(slices.Clone(begin), trim(row[at:])...)
		blank = len(begin)
	}
	return append(cut, row)
}

// codeBreaks are the places to break a row of code, by the cells before and behind the break; the better ones first.
var codeBreaks = []func(before, behind rune) bool{
	func(before, behind rune) bool { return before == ',' && behind == ' ' },
	func(_, behind rune) bool { return behind == ' ' },
	func(before, behind rune) bool { return behind == '.' || strings.ContainsRune(",({&?/", before) },
}

// codeBreak is where a row, which begins with blanks or a mark, is broken: in its last two thirds, or anywhere.
func codeBreak(row []Cell, blank, width int) int {
	least := width - 2*max(width-blank, 0)/3
	for _, place := range codeBreaks {
		for at := width; at > least; at-- {
			if place(row[at-1].Rune, row[at].Rune) {
				return at
			}
		}
	}
	return width
}

func indentOf(row []Cell) int {
	indent := 0
	for indent < len(row) && row[indent].Rune == ' ' {
		indent++
	}
	return indent
}

// slashes begin a comment of Go.
const slashes = "// "

// proseComment tells a row that is nothing but a sentence in a comment, and not a part that is laid out by hand.
func proseComment(row []Cell) bool {
	words, ok := strings.CutPrefix(plain(row[indentOf(row):]), slashes)
	return ok && words != "" && !strings.ContainsRune(" -*#", rune(words[0]))
}

// comment counts the rows of a paragraph of comment that rows begin with, if one of them is too wide.
func comment(rows [][]Cell, width int) int {
	n, wide := 0, false
	for n < len(rows) && proseComment(rows[n]) && indentOf(rows[n]) == indentOf(rows[0]) {
		wide = wide || len(rows[n]) > width
		n++
	}
	if !wide {
		return 0
	}
	return n
}

// refold fills the rows of a paragraph of comment anew.
func refold(rows [][]Cell, width int) [][]Cell {
	begin := rows[0][:indentOf(rows[0])+len(slashes)]
	var text []Cell
	for _, row := range rows {
		text = append(append(text, row[len(begin):]...), Cell{Rune: ' '})
	}
	for i := range text {
		text[i].Code = false // its spaces are those of a sentence
	}
	var folded [][]Cell
	for _, line := range fold(text, width-len(begin)) {
		for i := range line {
			line[i].Code = true
		}
		folded = append(folded, append(slices.Clone(begin), line...))
	}
	return folded
}

// indent puts blanks before code.
func indent(rows [][]Cell) [][]Cell {
	for i, row := range rows {
		if len(row) > 0 {
			rows[i] = append(ink(strings.Repeat(" ", codeIndent), ""), row...)
		}
	}
	return rows
}

// measures are what the columns of a table need.
type measures []*column

// column knows how its cells fold.
type column struct {
	cells         [][]Cell
	widest, least int           // its widest cell; its widest word
	folded        map[int][]int // lines of each cell, by width
}

func (g *grid) measure() measures {
	m := make(measures, len(g.right))
	for i := range m {
		m[i] = &column{folded: map[int][]int{}}
	}
	for _, row := range g.rows {
		for i, cell := range row {
			c := m[i]
			c.cells = append(c.cells, cell)
			c.widest = max(c.widest, len(cell))
			for _, word := range words(cell, unbroken) {
				c.least = max(c.least, min(len(word), wordy))
			}
		}
	}
	for _, c := range m {
		c.least = max(c.least, 1)
		c.widest = max(c.widest, c.least)
	}
	return m
}

// lines is how many lines each cell has at a width.
func (c *column) lines(width int) []int {
	if known := c.folded[width]; known != nil {
		return known
	}
	var lines []int
	for _, cell := range c.cells {
		n := 1
		if len(cell) > width {
			n = len(fold(cell, width))
		}
		lines = append(lines, n)
	}
	c.folded[width] = lines
	return lines
}

// used is the width of the widest line at a width.
func (c *column) used(width int) int {
	used := 1
	for _, cell := range c.cells {
		for _, line := range fold(cell, width) {
			used = max(used, len(line))
		}
	}
	return used
}

// height is how many lines the table has.
func (m measures) height(widths []int) int {
	height := 0
	for row := range m[0].cells {
		tallest := 1
		for i, c := range m {
			tallest = max(tallest, c.lines(widths[i])[row])
		}
		height += tallest
	}
	return height
}
