package read

import (
	"slices"
	"strings"

	"github.com/yuin/goldmark/ast"

	"kubepath/internal/boxes"
	"kubepath/internal/diagram"
)

// codeIndent stands before each line of code.
const codeIndent = 2

// fenced sets a block by its language: a diagram, a command with its output, or code with its caption.
func (s *setter) fenced(n *ast.FencedCodeBlock, width int) ([]Line, error) {
	info := ""
	if n.Info != nil {
		info = string(n.Info.Segment.Value(s.source))
	}
	words := append(strings.Fields(info), "", "", "")
	switch words[0] {
	case "mermaid":
		return s.diagram(n, width)
	case "console":
		return s.console(n, width), nil
	}
	lines, err := s.codeLines(n, width)
	if words[1] != "" && words[2] != "" {
		lines = append(s.caption(words[1], words[2], width), lines...)
	}
	return lines, err
}

// caption names the place that code comes from, and leads there.
func (s *setter) caption(file, symbol string, width int) []Line {
	address := ""
	if s.Links {
		address = s.fileURL(file, s.Where.Line(file, symbol))
	}
	cells := ink(file+" "+symbol, s.faint)
	for i := range cells {
		cells[i].Link = address
	}
	return s.lines(s.indent(fold(cells, width-codeIndent)))
}

// codeLines sets code, highlighted by glamour.
func (s *setter) codeLines(n ast.Node, width int) ([]Line, error) {
	at := s.at
	cells, err := s.style(n)
	if err != nil {
		return nil, err
	}
	rows := rows(cells)
	for len(rows) > 0 && len(trimCells(rows[0])) == 0 {
		rows = rows[1:]
	}
	for len(rows) > 0 && len(trimCells(rows[len(rows)-1])) == 0 {
		rows = rows[:len(rows)-1]
	}
	lines := s.lines(s.indent(s.cut(rows, width-codeIndent)))
	for i := range lines {
		lines[i].Source = at
	}
	return lines, nil
}

// console sets commands, which are marked, and their output as it is.
func (s *setter) console(n ast.Node, width int) []Line {
	var rows [][]Cell
	for i := range n.Lines().Len() {
		line := n.Lines().At(i)
		text := strings.ReplaceAll(strings.TrimRight(string(line.Value(s.source)), " \n"), "\t", "        ")
		if command, ok := strings.CutPrefix(text, "$ "); ok {
			rows = append(rows, append(ink("$ ", s.faint), ink(command, s.command)...))
			continue
		}
		rows = append(rows, ink(text, ""))
	}
	return s.lines(s.indent(s.cut(rows, width-codeIndent)))
}

// continued marks the rows that a long line of code goes on in.
const continued = "↪ "

// cut breaks rows of code that are too wide, at a space or after a comma or bracket, unless they are to stay whole. What
// goes on has a mark; a comment goes on as a comment.
func (s *setter) cut(rows [][]Cell, width int) [][]Cell {
	if s.Whole {
		return rows
	}
	var cut [][]Cell
	for _, row := range rows {
		row = trimCells(row)
		indent := 0
		for indent < len(row) && row[indent].Rune == ' ' {
			indent++
		}
		indent = min(indent, width/3)
		begin := append(ink(strings.Repeat(" ", indent+2), ""), ink(continued, s.faint)...)
		if comment, ok := strings.CutPrefix(plain(row[indent:]), "// "); ok && !strings.HasPrefix(comment, " ") {
			begin = row[:indent+len("// ")] // a comment goes on as one
		}
		for len(row) > width {
			at := codeBreak(row, width)
			cut = append(cut, trimCells(row[:at]))
			row = append(slices.Clone(begin), trim(row[at:])...)
		}
		cut = append(cut, row)
	}
	return cut
}

// codeBreak is where a row is broken: behind its first half, if there is a place that reads well.
func codeBreak(row []Cell, width int) int {
	for at := width; at > width*2/3; at-- {
		if row[at].Rune == ' ' || strings.ContainsRune(" ,({&?/", row[at-1].Rune) {
			return at
		}
	}
	return width
}

func (s *setter) indent(rows [][]Cell) [][]Cell {
	for i, row := range rows {
		if len(row) > 0 {
			rows[i] = append(ink(strings.Repeat(" ", codeIndent), ""), row...)
		}
	}
	return rows
}

// diagram draws a flowchart. What cannot be read as one is shown as it stands.
func (s *setter) diagram(n *ast.FencedCodeBlock, width int) ([]Line, error) {
	if s.Width == unfolded { // the text beside it says what it shows
		return nil, nil
	}
	parsed, err := diagram.Parse(string(n.Lines().Value(s.source)))
	if err != nil {
		return s.codeLines(n, width)
	}
	inks := map[boxes.Part]string{boxes.Line: s.border, boxes.Label: s.faint, boxes.Text: ""}
	var rows [][]Cell
	for _, drawn := range boxes.Draw(parsed, min(width, Prose)-codeIndent) {
		var row []Cell
		for _, c := range drawn {
			row = append(row, Cell{Rune: c.Rune, Ink: inks[c.Part]})
		}
		rows = append(rows, row)
	}
	return s.lines(s.indent(rows)), nil
}
