package read

import (
	"strings"

	"github.com/yuin/goldmark/ast"

	"kubepath/internal/tools/boxes"
	"kubepath/internal/tools/diagram"
)

// codeIndent is how many blanks stand before a line of code, where there is room for them.
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
		cells[i].Link, cells[i].Code = address, true
	}
	return s.lines(indent(fold(cells, width-codeIndent)))
}

// codeLines sets code, highlighted by glamour.
func (s *setter) codeLines(n ast.Node, width int) ([]Line, error) {
	at := s.at
	cells, err := s.style(n)
	if err != nil {
		return nil, err
	}
	for i := range cells {
		cells[i].Code = true
		if cells[i].Rune == ' ' {
			cells[i].Ink = ""
		}
	}
	rows := rows(cells)
	for len(rows) > 0 && len(trimCells(rows[0])) == 0 {
		rows = rows[1:]
	}
	for len(rows) > 0 && len(trimCells(rows[len(rows)-1])) == 0 {
		rows = rows[:len(rows)-1]
	}
	lines := s.lines(s.placed(rows, width))
	for i := range lines {
		lines[i].Source = at
		if s.Whole {
			lines[i].Source = at + i
		}
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
	for _, row := range rows {
		for i := range row {
			row[i].Code = true
		}
	}
	return s.lines(s.placed(rows, width))
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
	return s.lines(indent(rows)), nil
}
