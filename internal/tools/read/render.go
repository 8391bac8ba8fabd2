package read

import (
	"bytes"
	"strings"

	"github.com/charmbracelet/glamour/ansi"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// The least and the greatest width of a page; prose is not wider than Prose, which reads better.
const (
	MinWidth = 20
	MaxWidth = 200
	Prose    = 100
)

// Look says how a page is to look.
type Look struct {
	Width int     // columns
	Style Style   // "": None
	Links bool    // hyperlinks can be shown; without them, places are written out
	Whole bool    // lines of code are left whole, for a reader that is not a terminal
	Book  *Book   // whose pages links may lead to
	Where Sources // nil: the sources are not there
}

// Sources knows where things lie on this machine.
type Sources interface {
	// File is the path of a file of the project, given from the root with slashes, or "".
	File(file string) string
	// Line is the line of a symbol in such a file, or 0.
	Line(file, symbol string) int
	// Symbol is the file and line of package.Symbol, or "".
	Symbol(qualified string) (file string, line int)
}

// nowhere stands in for sources that are not there.
type nowhere struct{}

func (nowhere) File(string) string          { return "" }
func (nowhere) Line(string, string) int     { return 0 }
func (nowhere) Symbol(string) (string, int) { return "", 0 }

// Document is a page as lines.
type Document struct {
	Title    string
	Lines    []Line
	Sections []Section
}

// Section is a heading of a document.
type Section struct {
	Title  string
	Source int // its line in the Markdown
}

// Section returns the section that a line of the Markdown stands in, "" before the first.
func (d *Document) Section(source int) string {
	title := ""
	for _, s := range d.Sections {
		if s.Source > source {
			break
		}
		title = s.Title
	}
	return title
}

// Text is the document as it is printed, each line with its newline. In the style None without links it has no escape
// sequences.
func (d *Document) Text() string {
	var out strings.Builder
	for _, line := range d.Lines {
		out.WriteString(line.ANSI() + "\n")
	}
	return out.String()
}

// markdown reads what the pages are written in: tables, and addresses that are links, beyond plain Markdown.
func markdown() goldmark.Markdown {
	return goldmark.New(goldmark.WithExtensions(extension.Table, extension.Linkify, extension.Strikethrough))
}

// setter turns a page into lines.
type setter struct {
	Look
	palette
	page    Page
	source  []byte // the Markdown, and after it the hard break that nodes may point to
	glamour renderer.Renderer
	targets []string // of the links of the block at hand
	doc     *Document
	at      int // the line of the Markdown that is set
}

// Render makes a page into lines that are at most look.Width wide; only code, with Whole, is wider.
func Render(page Page, look Look) (*Document, error) {
	return newSetter(page, look).document()
}

func (s *setter) document() (*Document, error) {
	root := markdown().Parser().Parse(text.NewReader([]byte(s.page.Text)))
	lines, err := s.blocks(root, s.Width)
	if err != nil {
		return nil, err
	}
	s.doc.Lines = lines
	return s.doc, nil
}

func newSetter(page Page, look Look) *setter {
	look.Width = min(max(look.Width, MinWidth), MaxWidth)
	if look.Style == "" {
		look.Style = None
	}
	if look.Where == nil {
		look.Where = nowhere{}
	}
	if look.Book == nil {
		look.Book = &Book{}
	}
	return &setter{
		Look: look, palette: palettes[look.Style], page: page, doc: &Document{Title: page.Title},
		source: []byte(page.Text + string(hardBreak)),
		glamour: renderer.NewRenderer(renderer.WithNodeRenderers(
			util.Prioritized(ansi.NewRenderer(options(look.Style)), 1000))),
	}
}

// style has glamour turn one block into styled text.
func (s *setter) style(block ast.Node) ([]Cell, error) {
	root := ast.NewDocument()
	root.AppendChild(root, block)
	var out bytes.Buffer
	if err := s.glamour.Render(&out, s.source, root); err != nil {
		return nil, err
	}
	return styled(out.String()), nil
}

// lineOf is the line of the Markdown in which a node begins, as far as it is known.
func (s *setter) lineOf(node ast.Node) int {
	for n := node; n != nil; n = n.FirstChild() {
		if n.Type() != ast.TypeInline && n.Lines() != nil && n.Lines().Len() > 0 {
			return 1 + bytes.Count(s.source[:n.Lines().At(0).Start], []byte("\n"))
		}
		if t, ok := n.(*ast.Text); ok {
			return 1 + bytes.Count(s.source[:t.Segment.Start], []byte("\n"))
		}
	}
	return s.at
}
