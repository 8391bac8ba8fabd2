package pager

import (
	"fmt"
	"slices"

	"kubepath/internal/tools/read"
)

// Shelf is where pages come from.
type Shelf struct {
	Book *read.Book
	Look read.Look // but for its width, which is the terminal's unless Width says less
	// Width is the greatest width of a page; 0: the terminal's.
	Width int
	// Opened is told each page that is opened; nil: nobody.
	Opened func(read.Page)
}

// set makes lines of a page, and of what stands below it.
func (s *Shelf) set(page read.Page, columns int) ([]read.Line, error) {
	look := s.Look
	look.Width = columns
	if s.Width > 0 {
		look.Width = min(columns, s.Width)
	}
	doc, err := read.Render(page, look)
	if err != nil {
		return nil, err
	}
	return append(doc.Lines, s.Book.Footer(page, look)...), nil
}

// view is what is shown, and what a key changes.
type view struct {
	shelf         *Shelf
	index         *read.Index
	page          read.Page
	lines         []read.Line
	columns, rows int // of the terminal
	top           int // the line at the top
	place         int // the line of the Markdown that a key has brought there; 0 at the beginning
	asking        key // what the prompt asks for: / or o; "" for no prompt
	typed         []rune
	query         string
	message       string
	done          bool
}

// actions by key; those of a prompt are in answer.
var actions = map[key]func(*view){
	" ": func(v *view) { v.forward() }, pageDown: func(v *view) { v.forward() }, "f": func(v *view) { v.forward() },
	"b": func(v *view) { v.scroll(-v.body()) }, pageUp: func(v *view) { v.scroll(-v.body()) },
	"d": func(v *view) { v.scroll(v.body() / 2) }, "u": func(v *view) { v.scroll(-v.body() / 2) },
	"j": func(v *view) { v.scroll(1) }, down: func(v *view) { v.scroll(1) }, enter: func(v *view) { v.scroll(1) },
	"k": func(v *view) { v.scroll(-1) }, up: func(v *view) { v.scroll(-1) },
	"g": func(v *view) { v.scroll(-len(v.lines)) }, home: func(v *view) { v.scroll(-len(v.lines)) },
	"G": func(v *view) { v.scroll(len(v.lines)) }, end: func(v *view) { v.scroll(len(v.lines)) },
	"n": func(v *view) { v.turn(1) }, right: func(v *view) { v.turn(1) },
	"p": func(v *view) { v.turn(-1) }, left: func(v *view) { v.turn(-1) },
	"c": func(v *view) { v.open(v.shelf.Book.Contents()) },
	"/": func(v *view) { v.ask("/", "") },
	"o": func(v *view) { v.ask("o", "") },
	"N": func(v *view) { v.find(v.query) },
	"h": func(v *view) { v.message = help }, "?": func(v *view) { v.message = help },
	"q": func(v *view) { v.done = true }, "Q": func(v *view) { v.done = true }, interrupt: func(v *view) { v.done = true },
}

const help = "space b j k g G: move · n p: pages · c: contents · 7 Enter: page 7 · /: find, N: again · q: quit"

// press does what a key means.
func (v *view) press(k key) {
	defer v.remember()
	v.message = ""
	if v.asking != "" {
		v.answer(k)
		return
	}
	if len(k) == 1 && k >= "0" && k <= "9" {
		v.ask("o", string(k))
		return
	}
	if action := actions[k]; action != nil {
		action(v)
	}
}

// remember notes the place that another size of the terminal is to keep.
func (v *view) remember() {
	v.place = 0
	if v.top > 0 && v.top < len(v.lines) {
		v.place = v.lines[v.top].Source
	}
}

func (v *view) ask(what key, begun string) { v.asking, v.typed = what, []rune(begun) }

// answer edits what is typed after a prompt, and does what it asks for at its end.
func (v *view) answer(k key) {
	asked, typed := v.asking, string(v.typed)
	switch {
	case k == escape || k == interrupt || k == erase && typed == "":
		v.asking = ""
	case k == erase:
		v.typed = v.typed[:len(v.typed)-1]
	case k == enter:
		v.asking = ""
		if asked == "o" {
			v.openNamed(typed)
		} else if typed == "" {
			v.find(v.query)
		} else {
			v.query = typed
			v.find(typed)
		}
	case len([]rune(k)) == 1:
		v.typed = append(v.typed, []rune(k)...)
	}
}

// body is how many lines of the page are on the screen.
func (v *view) body() int { return max(v.rows-1, 1) }

// last is the top line of the last screen.
func (v *view) last() int { return max(len(v.lines)-v.body(), 0) }

func (v *view) scroll(by int) { v.top = min(max(v.top+by, 0), v.last()) }

// forward goes on by a screen, less a line to find one's place again. At the end it says how to go on.
func (v *view) forward() {
	if v.top >= v.last() {
		v.message = "the end of the page; n opens the next one"
		if _, after := v.around(); after == nil {
			v.message = "the end of the last page"
		}
		return
	}
	v.scroll(max(v.body()-1, 1))
}

// around are the pages before and after; the first page comes after the contents.
func (v *view) around() (before, after *read.Page) {
	contents := v.shelf.Book.Contents()
	pages := v.shelf.Book.Pages()
	if v.page.File == contents.File && len(pages) > 0 {
		return nil, &pages[0]
	}
	before, after = v.shelf.Book.Around(v.page)
	if before == nil {
		before = &contents
	}
	return before, after
}

// turn opens the next page, or the one before.
func (v *view) turn(by int) {
	before, after := v.around()
	page, none := after, "this is the last page"
	if by < 0 {
		page, none = before, "there is nothing before the contents"
	}
	if page == nil {
		v.message = none
		return
	}
	v.open(*page)
}

func (v *view) openNamed(name string) {
	if name == "" {
		return
	}
	page, err := v.shelf.Book.Find(name)
	if err != nil {
		v.message = err.Error()
		return
	}
	v.open(page)
}

// open shows a page from its beginning.
func (v *view) open(page read.Page) {
	lines, err := v.shelf.set(page, v.columns)
	if err != nil {
		v.message = err.Error()
		return
	}
	v.page, v.lines, v.top = page, lines, 0
	if v.shelf.Opened != nil {
		v.shelf.Opened(page)
	}
}

// resize sets the page anew and keeps the place in it.
func (v *view) resize(columns, rows int) error {
	v.columns, v.rows = max(columns, 1), max(rows, 2)
	lines, err := v.shelf.set(v.page, v.columns)
	if err != nil {
		return err
	}
	v.lines = lines
	if v.place > 0 {
		v.top = max(slices.IndexFunc(lines, func(l read.Line) bool { return l.Source >= v.place }), 0)
	}
	v.scroll(0)
	return nil
}

// find goes to the next line with a word: on this page below the top, then on the pages after it, and round.
func (v *view) find(word string) {
	if word == "" {
		v.message = "/ and a word finds it"
		return
	}
	if at := v.match(v.top + 1); at >= 0 {
		v.show(at)
		return
	}
	pages := v.shelf.Book.Pages()
	here := slices.IndexFunc(pages, func(p read.Page) bool { return p.File == v.page.File })
	for i := range pages {
		page := pages[(here+1+i)%len(pages)]
		if hits, err := v.index.Search([]read.Page{page}, word); err != nil || len(hits) == 0 {
			continue
		}
		again := page.File == v.page.File
		v.open(page)
		if at := v.match(0); at >= 0 {
			v.show(at)
		}
		v.message = "found on this page"
		if again {
			v.message = fmt.Sprintf("%q: round to the first place", word)
		}
		return
	}
	v.message = fmt.Sprintf("%q is on no page", word)
}

// show brings a line near to the top, and remembers it as the place to search on from.
func (v *view) show(at int) { v.top = min(at, max(len(v.lines)-1, 0)) }

// match is the first line from one on that has the query, or -1.
func (v *view) match(from int) int {
	for i := from; i < len(v.lines); i++ {
		if spans, _ := v.spans(i); len(spans) > 0 {
			return i
		}
	}
	return -1
}

// spans are where the query stands in a line: whole, or, after the rest, where it goes on in the next line.
func (v *view) spans(i int) (here, next []read.Span) {
	line := v.lines[i].Cells
	joined := append(slices.Clone(line), read.Cell{Rune: ' '})
	indent := 0
	if i+1 < len(v.lines) {
		rest := v.lines[i+1].Cells
		for indent < len(rest) && rest[indent].Rune == ' ' {
			indent++
		}
		joined = append(joined, rest[indent:]...)
	}
	for _, s := range read.Match(joined, v.query) {
		if s.From >= len(line) {
			continue
		}
		here = append(here, read.Span{From: s.From, To: min(s.To, len(line))})
		if s.To > len(line)+1 {
			next = append(next, read.Span{From: indent, To: indent + s.To - len(line) - 1})
		}
	}
	return here, next
}
