package trace

import (
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Terminal says what the place that a tree is printed to can show.
type Terminal struct {
	Width int  // columns; 0: 80
	Color bool // ANSI colours
	Links bool // OSC 8 hyperlinks to file and line
}

// indent is where the text of a hop begins: after the chapter and the layer.
const indent = 15

// Tree prints each request's way in, what was said to etcd, and the way back.
func Tree(w io.Writer, traces []Trace, t Terminal) error {
	p := newPrinter(t)
	for i, trace := range traces {
		if i > 0 {
			p.text.WriteByte('\n')
		}
		p.trace(trace)
	}
	return p.flush(w)
}

// printer collects the text of a tree.
type printer struct {
	Terminal
	text strings.Builder
}

func newPrinter(t Terminal) *printer {
	if t.Width == 0 {
		t.Width = 80
	}
	return &printer{Terminal: t}
}

// flush writes what has been collected.
func (p *printer) flush(w io.Writer) error {
	_, err := io.WriteString(w, p.text.String())
	p.text.Reset()
	return err
}

func (p *printer) trace(t Trace) {
	p.heading(t.Request)
	p.section("the way in", "where")
	for _, h := range t.Hops {
		p.wayIn(h)
	}
	for i, e := range t.Events {
		p.event(i, e)
	}
	p.section("the way back", "time inside")
	for _, h := range slices.Backward(t.Hops) {
		p.wayBack(h)
	}
}

// event is an event's way back through a watch that stays open. The first one shows where it passes.
func (p *printer) event(i int, e Event) {
	p.section(fmt.Sprintf("event %d comes back", i+1), "after")
	for _, h := range e.Hops {
		if i == 0 {
			p.function(h)
			h.Chapter, h.Layer = 0, ""
		}
		h.DurationUS = h.StartUS - e.Hops[0].StartUS
		p.wayBack(h)
	}
}

func (p *printer) heading(r Request) {
	p.wrap("", fmt.Sprintf("%s %s", r.Method, r.URL), bold)
	p.wrap("", fmt.Sprintf("%d in %s", r.Status, duration(r.DurationUS)), plain)
}

func (p *printer) section(left, right string) {
	p.text.WriteByte('\n')
	p.row(p.paint(left, dim), p.paint(right, dim))
}

// wayIn is a hop's function and place, and what goes in.
func (p *printer) wayIn(h Hop) {
	p.function(h)
	if h.Etcd != nil {
		p.etcd(h.Etcd)
		return
	}
	if h.In != "" {
		p.wrap("→ ", h.In, plain)
	}
	if len(h.Filters) > 0 {
		p.wrap("  ", "through "+strings.Join(h.Filters, ", "), dim)
	}
}

// function is a hop's function, and its place at the right edge.
func (p *printer) function(h Hop) {
	place := shortPlace(h)
	if p.Width >= 110 {
		place = fmt.Sprintf("%s:%d", h.File, h.Line)
	}
	room := p.Width - indent - utf8.RuneCountInString(place) - 1
	p.row(label(h)+p.paint(cut(h.function(), room), bold), p.link(h, place))
}

// etcd is the conversation: what is compared and put, under which key, and what the bytes mean.
func (p *printer) etcd(e *Etcd) {
	for _, compare := range e.Compare {
		p.wrap("if    ", compare, accent)
	}
	for _, op := range e.Then {
		p.wrap("then  ", op, accent)
	}
	for _, op := range e.Else {
		p.wrap("else  ", op, plain)
	}
	if e.Op == "range" {
		p.wrap("get   ", rangeText(e), accent)
	}
	if e.MediaType == "" {
		return
	}
	p.wrap("value ", fmt.Sprintf("%d bytes of %s, which say", e.Bytes, e.MediaType), plain)
	if value, err := json.Marshal(e.Value); err == nil {
		p.wrap("      ", string(value), dim)
	}
}

func rangeText(e *Etcd) string {
	if e.RangeEnd == "" {
		return e.Key
	}
	return fmt.Sprintf("%s to %s", e.Key, e.RangeEnd)
}

// wayBack is what came out of a hop and how long it took, with all that happened inside.
func (p *printer) wayBack(h Hop) {
	took := duration(h.DurationUS)
	out := h.Out
	if out == "" {
		out = "-"
	}
	lines := fold(out, p.Width-indent-2-len("999.9 ms")-1)
	p.row(label(h)+"← "+lines[0], took)
	for _, line := range lines[1:] {
		p.row(strings.Repeat(" ", indent+2)+line, "")
	}
}

// label is the chapter's number and the layer. What implements an interface of another chapter has both numbers.
func label(h Hop) string {
	if h.Layer == "" {
		return strings.Repeat(" ", indent)
	}
	number := fmt.Sprint(h.Chapter)
	if h.Layer == "storage" && h.Chapter != 5 {
		number = fmt.Sprintf("5/%d", h.Chapter)
	}
	return fmt.Sprintf("%-*s", indent, fmt.Sprintf("%-3s %s ", number, h.Layer))
}

// function is the hop's function without the package, which the layer names.
func (h Hop) function() string {
	_, name, ok := strings.Cut(h.Func, ".")
	if !ok {
		return h.Func
	}
	return name
}

// shortPlace is file and line without the first folder.
func shortPlace(h Hop) string {
	_, short, ok := strings.Cut(h.File, "/")
	if !ok {
		short = h.File
	}
	return fmt.Sprintf("%s:%d", short, h.Line)
}

// row prints left and, at the right edge, right.
func (p *printer) row(left, right string) {
	gap := p.Width - visible(left) - visible(right)
	if right == "" {
		gap = 0
	}
	p.text.WriteString(left + strings.Repeat(" ", max(gap, 0)) + right + "\n")
}

// wrap prints text below the hop's function; lines after the first are indented as far as the first's text. Without a
// mark it starts at the left edge.
func (p *printer) wrap(mark, text string, c color) {
	left := 0
	if mark != "" {
		left = indent + utf8.RuneCountInString(mark)
	}
	for i, line := range fold(text, p.Width-left) {
		head := strings.Repeat(" ", left)
		if i == 0 && mark != "" {
			head = strings.Repeat(" ", indent) + mark
		}
		p.text.WriteString(head + p.paint(line, c) + "\n")
	}
}

// fold breaks text into lines of at most width columns, after a space, comma or slash where there is one.
func fold(text string, width int) []string {
	var lines []string
	runes := []rune(text)
	for len(runes) > width && width > 0 {
		at := width
		for i := width - 1; i > width/4; i-- {
			if strings.ContainsRune(" ,/", runes[i]) {
				at = i + 1
				break
			}
		}
		lines = append(lines, strings.TrimRight(string(runes[:at]), " "))
		runes = runes[at:]
	}
	return append(lines, string(runes))
}

func cut(text string, width int) string {
	runes := []rune(text)
	if len(runes) <= width || width < 2 {
		return text
	}
	return string(runes[:width-1]) + "…"
}

// duration is a time in three digits or so.
func duration(us int64) string {
	if us < 1000 {
		return fmt.Sprintf("%d µs", us)
	}
	if us < 1_000_000 {
		return fmt.Sprintf("%.1f ms", float64(us)/1000)
	}
	return (time.Duration(us) * time.Microsecond).Round(10 * time.Millisecond).String()
}

// color is an ANSI sequence.
type color string

const (
	plain  color = ""
	bold   color = "\x1b[1m"
	dim    color = "\x1b[2m"
	accent color = "\x1b[36m"
	reset        = "\x1b[0m"
)

func (p *printer) paint(text string, c color) string {
	if !p.Color || c == plain {
		return text
	}
	return string(c) + text + reset
}

// link makes text a hyperlink to the hop's line, where the file is on this machine.
func (p *printer) link(h Hop, text string) string {
	if !p.Links || h.path == "" {
		return text
	}
	target := url.URL{Scheme: "file", Path: h.path, Fragment: fmt.Sprint(h.Line)}
	return "\x1b]8;;" + target.String() + "\x1b\\" + text + "\x1b]8;;\x1b\\"
}

// visible counts the columns that text takes, without its escape sequences.
func visible(text string) int {
	columns := 0
	for text != "" {
		switch {
		case strings.HasPrefix(text, "\x1b["):
			_, text, _ = strings.Cut(text, "m")
		case strings.HasPrefix(text, "\x1b]"):
			_, text, _ = strings.Cut(text, "\x1b\\")
		default:
			_, size := utf8.DecodeRuneInString(text)
			text = text[size:]
			columns++
		}
	}
	return columns
}
