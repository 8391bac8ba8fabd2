package atlas

import (
	"fmt"
	"io"
	"net/url"
	"strings"
	"unicode/utf8"

	"kubepath/internal/tools/symbols"
)

// Screen is what the map is printed on.
type Screen struct {
	Width int  // columns; 0: 80
	Color bool // ANSI colours
	Links bool // OSC 8 hyperlinks
	// Index finds the lines of symbols; nil: the sources are not at hand, and files are named without lines.
	Index *symbols.Index
}

// The colours.
const (
	bold  = "\x1b[1m"
	dim   = "\x1b[2m"
	cyan  = "\x1b[36m"
	reset = "\x1b[0m"
)

// printer collects the text.
type printer struct {
	Screen
	text strings.Builder
}

func newPrinter(s Screen) *printer {
	if s.Width == 0 {
		s.Width = 80
	}
	s.Width = max(s.Width, 40)
	return &printer{Screen: s}
}

func (p *printer) flush(w io.Writer) error {
	_, err := io.WriteString(w, p.text.String())
	return err
}

func (p *printer) paint(text, color string) string {
	if !p.Color || text == "" {
		return text
	}
	return color + text + reset
}

// line prints without spaces at the end.
func (p *printer) line(format string, args ...any) {
	p.text.WriteString(strings.TrimRight(fmt.Sprintf(format, args...), " ") + "\n")
}

// prose prints text after a mark; further lines begin under the first one's text.
func (p *printer) prose(mark, text, color string) {
	left := utf8.RuneCountInString(mark)
	for i, part := range fold(text, p.Width-left) {
		if i > 0 {
			mark = strings.Repeat(" ", left)
		}
		p.line("%s%s", mark, p.paint(part, color))
	}
}

// place is the file and line of one of our symbols, as a link; "" where it is not found.
func (p *printer) place(file, symbol string) string {
	text, line := file, 0
	if p.Index == nil {
		return text
	}
	if found, err := p.Index.Lookup(file, symbol); err == nil {
		line = found.Line
		text = fmt.Sprintf("%s:%d", file, line)
	}
	if !p.Links {
		return text
	}
	target := url.URL{Scheme: "file", Path: p.Index.Path(file), Fragment: fmt.Sprint(line)}
	return "\x1b]8;;" + target.String() + "\x1b\\" + text + "\x1b]8;;\x1b\\"
}

// fold breaks text at spaces into lines of at most width columns; a longer word is broken after a slash or a dot.
func fold(text string, width int) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(text) {
		if line != "" && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > width {
			lines, line = append(lines, line), ""
		}
		if line != "" {
			line += " "
		}
		line += word
		for utf8.RuneCountInString(line) > width {
			at := strings.LastIndexAny(line[:width], "/.") + 1
			if at == 0 {
				at = width
			}
			lines, line = append(lines, line[:at]), line[at:]
		}
	}
	return append(lines, line)
}

// fit pads or cuts text to width columns. What is cut is the left part of a symbol: its end tells most.
func fit(text string, width int) string {
	n := utf8.RuneCountInString(text)
	if n <= width {
		return text + strings.Repeat(" ", width-n)
	}
	return "…" + text[len(text)-width+1:]
}
