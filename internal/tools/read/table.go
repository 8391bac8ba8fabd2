package read

import (
	"slices"
	"strings"

	east "github.com/yuin/goldmark/extension/ast"
)

// grid is a table's cells, the heads first.
type grid struct {
	rows    [][][]Cell
	sources []int
	right   []bool // columns of numbers, set to the right
}

// table lays out a table, or, where its columns would be too narrow to read, each of its rows as a paragraph.
func (s *setter) table(n *east.Table, width int) ([]Line, error) {
	g, err := s.grid(n)
	if err != nil {
		return nil, err
	}
	if s.Width == unfolded {
		return s.joined(g), nil
	}
	// More columns may use more room than prose does.
	if widths := g.fit(min(width, Prose+20)); widths != nil {
		return s.columns(g, widths), nil
	}
	return s.cards(g, min(width, Prose)), nil
}

func (s *setter) grid(n *east.Table) (*grid, error) {
	g := &grid{}
	for _, alignment := range n.Alignments {
		g.right = append(g.right, alignment == east.AlignRight)
	}
	for row := n.FirstChild(); row != nil; row = row.NextSibling() {
		g.sources = append(g.sources, s.lineOf(row.FirstChild()))
		var cells [][]Cell
		for cell := row.FirstChild(); cell != nil; cell = cell.NextSibling() {
			c, err := s.inline(cell)
			if err != nil {
				return nil, err
			}
			cells = append(cells, unquote(c))
		}
		g.rows = append(g.rows, cells)
	}
	return g, nil
}

// bar stands between two columns.
const bar = " │ "

// The least that makes a column: its widest word, up to wordy columns. A row of more than tall lines is no row any more.
const (
	wordy = 30
	tall  = 8
)

// fit shares a width among the columns so that the table is short. It is nil where that gives no table that can be read.
func (g *grid) fit(width int) []int {
	m := g.measure()
	room := width - len([]rune(bar))*(len(m)-1)
	widths := make([]int, len(m))
	for i, c := range m {
		widths[i] = c.least
		room -= c.least
	}
	if room < 0 {
		return nil
	}
	for i, c := range m { // first come, first served: better follows
		more := min(room, c.widest-widths[i])
		widths[i] += more
		room -= more
	}
	height := m.height(widths)
	for better := true; better; {
		better = false
		for from := range m {
			for to := range m {
				for step := 16; step > 0; step /= 2 {
					if from == to || widths[from]-step < m[from].least {
						continue
					}
					tried := slices.Clone(widths)
					tried[from], tried[to] = tried[from]-step, tried[to]+step
					if h := m.height(tried); h < height {
						widths, height, better = tried, h, true
					}
				}
			}
		}
	}
	for i := range m {
		if slices.Max(m[i].lines(widths[i])) > tall {
			return nil
		}
		widths[i] = m[i].used(widths[i])
	}
	return widths
}

// columns sets the table, with a line under its head, and between its rows where many have several lines.
func (s *setter) columns(g *grid, widths []int) []Line {
	var set [][][][]Cell // row, column, line
	folded := 0
	for _, row := range g.rows {
		var cells [][][]Cell
		for i, cell := range row {
			lines := fold(cell, widths[i])
			cells = append(cells, lines)
		}
		if len(set) > 0 && slices.ContainsFunc(cells, func(lines [][]Cell) bool { return len(lines) > 1 }) {
			folded++
		}
		set = append(set, cells)
	}
	var lines []Line
	for i, row := range set {
		s.at = g.sources[i]
		if i == 0 && g.headless() {
			continue
		}
		if i == 1 && len(lines) > 0 {
			lines = append(lines, s.rule(widths, "─", "─┼─"))
		} else if i > 1 && folded > len(set)/4 {
			lines = append(lines, s.rule(widths, " ", bar))
		}
		lines = append(lines, s.row(g, row, widths)...)
		if i == 0 {
			for _, line := range lines {
				s.colour(line.Cells, s.heading)
			}
		}
	}
	return lines
}

// headless tables have no words in their head.
func (g *grid) headless() bool {
	return !slices.ContainsFunc(g.rows[0], func(cell []Cell) bool { return len(cell) > 0 })
}

func (s *setter) colour(cells []Cell, ink string) {
	for i := range cells {
		if cells[i].Ink != s.border || cells[i].Rune != '│' {
			cells[i].Ink = ink
		}
	}
}

func (s *setter) rule(widths []int, dash, cross string) Line {
	var parts []string
	for _, width := range widths {
		parts = append(parts, strings.Repeat(dash, width))
	}
	return Line{Cells: trimCells(ink(strings.Join(parts, cross), s.border)), Source: s.at}
}

// row sets one row, which has as many lines as its tallest cell.
func (s *setter) row(g *grid, cells [][][]Cell, widths []int) []Line {
	height := 1
	for _, cell := range cells {
		height = max(height, len(cell))
	}
	var lines []Line
	for y := range height {
		var line []Cell
		for i, width := range widths {
			if i > 0 {
				line = append(line, ink(bar, s.border)...)
			}
			var part []Cell
			if i < len(cells) && y < len(cells[i]) {
				part = cells[i][y]
			}
			blank := ink(strings.Repeat(" ", max(width-len(part), 0)), "")
			if g.right[i] {
				line = append(append(line, blank...), part...)
			} else {
				line = append(append(line, part...), blank...)
			}
		}
		lines = append(lines, Line{Cells: trimCells(line), Source: s.at})
	}
	return lines
}

// cards sets each row as its first cell and, below it, each further one beside its column's head.
func (s *setter) cards(g *grid, width int) []Line {
	heads := g.rows[0]
	label := 0
	for _, head := range heads[1:] {
		label = max(label, len(head))
	}
	label = min(label, width/3)
	var lines []Line
	for i, row := range g.rows[1:] {
		s.at = g.sources[i+1]
		if i > 0 {
			lines = append(lines, Line{Source: s.at})
		}
		first := s.lines(fold(row[0], width))
		for _, line := range first {
			s.strong(line.Cells)
		}
		lines = append(lines, first...)
		for j, cell := range row[1:] {
			if len(cell) == 0 {
				continue
			}
			name := ink("  "+plain(heads[j+1])+strings.Repeat(" ", max(label-len(heads[j+1]), 0)+2), s.faint)
			for k, part := range fold(cell, width-len(name)) {
				if k > 0 {
					name = ink(strings.Repeat(" ", len(name)), "")
				}
				lines = append(lines, Line{Cells: append(slices.Clone(name), part...), Source: s.at})
			}
		}
	}
	return lines
}

// joined sets each row as one line, for the search.
func (s *setter) joined(g *grid) []Line {
	var lines []Line
	for i, row := range g.rows {
		var line []Cell
		for j, cell := range row {
			if j > 0 {
				line = append(line, ink(bar, "")...)
			}
			line = append(line, cell...)
		}
		lines = append(lines, Line{Cells: line, Source: g.sources[i]})
	}
	return lines
}

// strong makes cells that have no colour stand out.
func (s *setter) strong(cells []Cell) {
	for i := range cells {
		if cells[i].Ink == "" {
			cells[i].Ink = s.heading
		}
	}
}
