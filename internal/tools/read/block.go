package read

import (
	"fmt"
	"strings"

	"github.com/yuin/goldmark/ast"
	east "github.com/yuin/goldmark/extension/ast"
)

// blocks sets the blocks below a node, with a blank line between two.
func (s *setter) blocks(parent ast.Node, width int) ([]Line, error) {
	var lines []Line
	var next ast.Node
	for node := parent.FirstChild(); node != nil; node = next {
		next = node.NextSibling() // a node that is set moves to another document
		s.at = s.lineOf(node)
		block, err := s.block(node, width)
		if err != nil {
			return nil, err
		}
		if len(block) == 0 {
			continue
		}
		for blanks := s.blanks(node, len(lines)); blanks > 0; blanks-- {
			lines = append(lines, Line{Source: block[0].Source})
		}
		lines = append(lines, block...)
	}
	return lines, nil
}

// blanks is how many lines stand free before a block.
func (s *setter) blanks(node ast.Node, above int) int {
	heading, ok := node.(*ast.Heading)
	switch {
	case above == 0:
		return 0
	case ok && heading.Level == 2:
		return 2
	}
	return 1
}

func (s *setter) block(node ast.Node, width int) ([]Line, error) {
	switch n := node.(type) {
	case *ast.Heading:
		return s.headingBlock(n, width)
	case *ast.Paragraph, *ast.TextBlock:
		cells, err := s.inline(n)
		return s.lines(fold(cells, s.column(width))), err
	case *ast.List:
		return s.list(n, width)
	case *ast.Blockquote:
		inner, err := s.blocks(n, width-2)
		return s.hang(inner, "│ ", "│ "), err
	case *ast.FencedCodeBlock:
		return s.fenced(n, width)
	case *ast.CodeBlock:
		return s.codeLines(n, width)
	case *east.Table:
		return s.table(n, width)
	case *ast.ThematicBreak:
		return s.lines([][]Cell{ink(strings.Repeat("─", min(width, Prose)), s.border)}), nil
	case *ast.HTMLBlock: // comments, for the tools that read the pages
		return nil, nil
	}
	return nil, fmt.Errorf("%s:%d: a %s cannot be shown", s.page.File, s.at, node.Kind())
}

// column is how wide prose is set.
func (s *setter) column(width int) int {
	if s.Width == unfolded {
		return width
	}
	return min(width, Prose)
}

// headingBlock underlines the first two levels, so that they stand out without colours.
func (s *setter) headingBlock(n *ast.Heading, width int) ([]Line, error) {
	cells, err := s.inline(n)
	if err != nil {
		return nil, err
	}
	s.doc.Sections = append(s.doc.Sections, Section{Title: plain(cells), Source: s.at})
	colour, rule := s.heading, ""
	switch n.Level {
	case 1:
		colour, rule = s.title, "═"
	case 2:
		rule = "─"
	}
	for i := range cells {
		cells[i].Ink = colour
	}
	lines := s.lines(fold(cells, s.column(width)))
	if rule == "" {
		return lines, nil
	}
	longest := 0
	for _, line := range lines {
		longest = max(longest, line.Width())
	}
	return append(lines, s.lines([][]Cell{ink(strings.Repeat(rule, longest), s.border)})...), nil
}

func (s *setter) lines(rows [][]Cell) []Line {
	var lines []Line
	for _, row := range rows {
		lines = append(lines, Line{Cells: row, Source: s.at})
	}
	return lines
}

// list sets each item beside its mark.
func (s *setter) list(list *ast.List, width int) ([]Line, error) {
	var lines []Line
	var next ast.Node
	number := list.Start
	for item := list.FirstChild(); item != nil; item = next {
		next = item.NextSibling()
		mark := "• "
		if list.IsOrdered() {
			mark = fmt.Sprintf("%d. ", number)
			number++
		}
		indent := strings.Repeat(" ", len([]rune(mark)))
		inner, err := s.item(item, s.column(width)-len(indent))
		if err != nil {
			return nil, err
		}
		if !list.IsTight && len(lines) > 0 {
			lines = append(lines, Line{Source: s.at})
		}
		lines = append(lines, s.hang(inner, mark, indent)...)
	}
	return lines, nil
}

// item sets an item's blocks; where they are tight, without blank lines.
func (s *setter) item(item ast.Node, width int) ([]Line, error) {
	if list, ok := item.Parent().(*ast.List); ok && !list.IsTight {
		return s.blocks(item, width)
	}
	var lines []Line
	var next ast.Node
	for node := item.FirstChild(); node != nil; node = next {
		next = node.NextSibling()
		s.at = s.lineOf(node)
		block, err := s.block(node, width)
		if err != nil {
			return nil, err
		}
		lines = append(lines, block...)
	}
	return lines, nil
}

// hang puts a mark before the first line and an indent before the others.
func (s *setter) hang(lines []Line, mark, indent string) []Line {
	if s.Width == unfolded {
		return lines
	}
	for i, line := range lines {
		before := indent
		if i == 0 {
			before = mark
		}
		lines[i].Cells = append(ink(before, s.border), line.Cells...)
	}
	return lines
}
