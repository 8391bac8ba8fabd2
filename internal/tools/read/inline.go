package read

import (
	"fmt"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/text"
)

// prose has glamour style a block of text, and resolves its links.
func (s *setter) prose(block ast.Node) ([]Cell, error) {
	s.targets = nil
	s.prepare(block)
	cells, err := s.style(block)
	if err != nil {
		return nil, err
	}
	return trim(s.resolve(cells)), nil
}

// inline is the prose of a node that is no block of its own, such as a table's cell.
func (s *setter) inline(parent ast.Node) ([]Cell, error) {
	block := ast.NewParagraph()
	for child := parent.FirstChild(); child != nil; child = parent.FirstChild() {
		block.AppendChild(block, child)
	}
	return s.prose(block)
}

// prepare numbers the links, makes <br> a break, and drops other HTML.
func (s *setter) prepare(parent ast.Node) {
	var next ast.Node
	for node := parent.FirstChild(); node != nil; node = next {
		next = node.NextSibling()
		switch n := node.(type) {
		case *ast.Link:
			n.Destination = s.number(string(n.Destination))
		case *ast.Image:
			link := ast.NewLink()
			link.Destination = s.number(string(n.Destination))
			for child := n.FirstChild(); child != nil; child = n.FirstChild() {
				link.AppendChild(link, child)
			}
			parent.ReplaceChild(parent, n, link)
		case *ast.RawHTML:
			if strings.HasPrefix(string(n.Segments.Value(s.source)), "<br") {
				parent.InsertBefore(parent, n, s.hardBreak())
			}
			parent.RemoveChild(parent, n)
		case *ast.Text:
			if n.HardLineBreak() {
				parent.InsertAfter(parent, n, s.hardBreak())
			}
		}
		s.prepare(node)
	}
}

func (s *setter) hardBreak() ast.Node {
	end := len(s.source)
	return ast.NewTextSegment(text.NewSegment(end-len(string(hardBreak)), end))
}

// linkScheme is the scheme of the numbers that stand for links on their way through glamour.
const linkScheme = "link:"

func (s *setter) number(destination string) []byte {
	s.targets = append(s.targets, destination)
	return fmt.Appendf(nil, "%s%d", linkScheme, len(s.targets)-1)
}

// resolve takes the marks out of the cells, and gives code and links what the marks say.
func (s *setter) resolve(cells []Cell) []Cell {
	var out, target []Cell
	var linked []int // the cells of the link whose target is to come
	noted := map[string]bool{}
	code, inText, inTarget, begun := false, false, false, 0
	for _, c := range cells {
		switch c.Rune {
		case codeBegins:
			code, begun = true, len(out)
		case codeEnds:
			code = false
			if !inText {
				s.linkCode(out[begun:])
				out = s.quote(out, begun)
			}
		case textBegins:
			inText = true
		case textEnds:
			inText = false
		case targetBegins:
			inTarget, target = true, nil
		case targetEnds:
			inTarget = false
			out = s.link(out, linked, plain(target), noted)
			linked = nil
		default:
			if inTarget {
				target = append(target, c)
				continue
			}
			if c.Code = code; code {
				c.Ink = combine(c.Ink, s.code)
			}
			if inText {
				linked = append(linked, len(out))
			}
			out = append(out, c)
		}
	}
	return out
}

// link gives cells their target. glamour puts a space and the target after a link's text; a target without a text is an
// address in the prose. Where links cannot be shown, or the target is another page, it is noted in brackets, once.
func (s *setter) link(out []Cell, linked []int, target string, noted map[string]bool) []Cell {
	number, found := strings.CutPrefix(target, linkScheme)
	if !found {
		for _, c := range ink(target, s.palette.link) {
			c.Code = true
			if s.Links {
				c.Link = target
			}
			out = append(out, c)
		}
		return out
	}
	if n := len(out); n > 0 && out[n-1].Rune == ' ' {
		out = out[:n-1]
	}
	i, err := strconv.Atoi(number)
	if err != nil || i >= len(s.targets) {
		return out
	}
	url, note := s.target(s.targets[i])
	words := ""
	for _, at := range linked {
		c := &out[at]
		words += string(c.Rune)
		if url != "" && s.Links || strings.HasPrefix(note, "kubepath ") {
			c.Ink = combine(c.Ink, s.palette.link)
		}
		if s.Links {
			c.Link = url
		}
	}
	if note == "" || noted[note] || strings.Contains(words, note) || strings.HasSuffix(note, "/"+words) && s.Links {
		return out
	}
	noted[note] = true
	out = append(out, Cell{Rune: ' '}, Cell{Rune: '('})
	for _, c := range ink(note, s.code) {
		c.Code = true
		out = append(out, c)
	}
	return append(out, Cell{Rune: ')'})
}

// linkCode links code that names a symbol of ours to its declaration.
func (s *setter) linkCode(code []Cell) {
	name := plain(code)
	head, _, ok := strings.Cut(name, ".")
	if !s.Links || !ok || head == "" || strings.ContainsAny(name, " /()") {
		return
	}
	file, line := s.Where.Symbol(name)
	if file == "" {
		return
	}
	url := s.fileURL(file, line)
	for i := range code {
		code[i].Link = url
	}
}

// quote puts quotes around code of several words, where no colour shows its bounds.
func (s *setter) quote(out []Cell, begun int) []Cell {
	if s.Style != None || s.Width == unfolded || !strings.Contains(plain(out[begun:]), " ") {
		return out
	}
	out = slices.Insert(out, begun, Cell{Rune: '‘', Code: true})
	return append(out, Cell{Rune: '’', Code: true})
}

// unquote takes the quotes off what is nothing but code.
func unquote(cells []Cell) []Cell {
	end := len(cells) - 1
	if end > 0 && cells[0].Rune == '‘' && slices.IndexFunc(cells, func(c Cell) bool { return c.Rune == '’' }) == end {
		return cells[1:end]
	}
	return cells
}

func plain(cells []Cell) string { return Line{Cells: cells}.Text() }

// trim takes spaces and newlines from both ends.
func trim(cells []Cell) []Cell {
	blank := func(c Cell) bool { return c.Rune == ' ' || c.Rune == '\n' }
	for len(cells) > 0 && blank(cells[0]) {
		cells = cells[1:]
	}
	for len(cells) > 0 && blank(cells[len(cells)-1]) {
		cells = cells[:len(cells)-1]
	}
	return cells
}

// target resolves a link of a page: the address for a hyperlink, "" for none, and what is written beside it: the command
// that shows another page; where hyperlinks cannot be shown, the file or address.
func (s *setter) target(destination string) (address, note string) {
	if destination == "" || destination[0] == '#' {
		return "", ""
	}
	if strings.Contains(destination, "://") {
		return destination, s.unlessLinks(destination)
	}
	file, fragment, _ := strings.Cut(destination, "#")
	for _, p := range s.Book.Pages() {
		if file == p.File {
			return s.fileURL(path.Join("docs", file), 0), p.Command()
		}
	}
	file = path.Join("docs", file)
	line := 0
	if fragment != "" && strings.HasSuffix(file, ".go") {
		line = s.Where.Line(file, fragment)
	}
	return s.fileURL(file, line), s.unlessLinks(file)
}

func (s *setter) unlessLinks(note string) string {
	if s.Links {
		return ""
	}
	return note
}

// fileURL is the address of a file of the project and, from 1, its line; "" where the file is not on this machine.
func (s *setter) fileURL(file string, line int) string {
	name := s.Where.File(file)
	if name == "" {
		return ""
	}
	u := url.URL{Scheme: "file", Path: name}
	if line > 0 {
		u.Fragment = strconv.Itoa(line)
	}
	return u.String()
}
