package boxes

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"kubepath/internal/tools/diagram"
)

// Part is what a character of a drawing belongs to, for those who colour it.
type Part uint8

// The parts of a drawing.
const (
	Blank Part = iota
	Line       // of a box or an arrow
	Text       // in a box
	Label      // of an arrow
)

// Cell is one character, one column wide.
type Cell struct {
	Rune rune
	Part Part
}

// Drawing is rows of cells from the top. Rows have no blanks at their end.
type Drawing [][]Cell

// String is the drawing as text, each row with its newline.
func (d Drawing) String() string {
	var text strings.Builder
	for _, row := range d {
		for _, cell := range row {
			text.WriteRune(cell.Rune)
		}
		text.WriteByte('\n')
	}
	return text.String()
}

// Width is that of the widest row.
func (d Drawing) Width() int {
	width := 0
	for _, row := range d {
		width = max(width, len(row))
	}
	return width
}

// attempt is a way to draw: in which direction, and how many columns of text a node may have.
type attempt struct {
	direction diagram.Direction
	text      int
}

// attempts in the order of preference: as written, with narrower text, and a diagram to the right at last downwards.
var attempts = []attempt{
	{diagram.Right, 60}, {diagram.Right, 24}, {diagram.Right, 18}, {diagram.Right, 14},
	{diagram.Down, 60}, {diagram.Down, 32}, {diagram.Down, 24}, {diagram.Down, 18}, {diagram.Down, 14}, {diagram.Down, 10},
}

// Draw draws a diagram in at most width columns: text in boxes is wrapped, and what leads to the right is led down, until
// it fits. What fits in no way is listed, an arrow a row.
func Draw(d *diagram.Diagram, width int) Drawing {
	for _, a := range attempts {
		if a.direction == diagram.Right && d.Direction == diagram.Down {
			continue
		}
		if drawn, ok := a.draw(d); ok && drawn.Width() <= width {
			return drawn
		}
	}
	return list(d, width)
}

func (a attempt) draw(d *diagram.Diagram) (drawn Drawing, ok bool) {
	l := newLayout(d, a)
	l.sort()
	l.place()
	if !l.route() {
		return nil, false
	}
	return l.paint(), true
}

// list is the diagram as sentences.
func list(d *diagram.Diagram, width int) Drawing {
	var rows Drawing
	for _, e := range d.Edges {
		from, _ := d.Node(e.From)
		to, _ := d.Node(e.To)
		text := strings.Join(from.Lines, " ") + " → " + strings.Join(to.Lines, " ")
		if e.Label != "" {
			text += fmt.Sprintf(" (%s)", e.Label)
		}
		for i, line := range fold(text, max(width-2, 1)) {
			if i > 0 {
				line = "  " + line
			}
			rows = append(rows, cells(line, Text))
		}
	}
	return rows
}

func cells(text string, part Part) []Cell {
	var row []Cell
	for _, r := range text {
		row = append(row, Cell{r, part})
	}
	return row
}

// fold breaks text into lines of at most width columns: at spaces, and a longer word after a dot, slash or bracket.
func fold(text string, width int) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(text) {
		if line != "" && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) <= width {
			line += " " + word
			continue
		}
		if line != "" {
			lines = append(lines, line)
		}
		for utf8.RuneCountInString(word) > width {
			at := breakAt(word, width)
			lines, word = append(lines, word[:at]), word[at:]
		}
		line = word
	}
	if line != "" {
		lines = append(lines, line)
	}
	return lines
}

// breakAt is the byte before which a word that is wider than width is broken.
func breakAt(word string, width int) int {
	best, column := 0, 0
	for at, r := range word {
		if column == width {
			if best == 0 {
				best = at
			}
			return best
		}
		column++
		if strings.ContainsRune("./)-", r) {
			best = at + utf8.RuneLen(r)
		}
	}
	return len(word)
}
