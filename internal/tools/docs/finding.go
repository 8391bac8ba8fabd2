package docs

import (
	"fmt"
	"regexp"
)

// Finding is a place where a page does not say what is so.
type Finding struct {
	File    string
	Line    int
	Problem string
	// Mended by scripts/docs: the page needs no thought.
	Mended bool
	// MadeFrom is the folder with what the whole page is made from; "" for pages that people write.
	MadeFrom string
}

// wrong is what a person has to mend.
func (p *Page) wrong(line int, format string, args ...any) Finding {
	return Finding{File: p.File, Line: line, Problem: fmt.Sprintf(format, args...), MadeFrom: p.madeFrom()}
}

// stale is what scripts/docs mends.
func (p *Page) stale(line int, format string, args ...any) Finding {
	f := p.wrong(line, format, args...)
	f.Mended = true
	return f
}

// String names the place, the problem and what mends it.
func (f Finding) String() string {
	return fmt.Sprintf("%s:%d: %s (%s)", f.File, f.Line, f.Problem, f.mend())
}

func (f Finding) mend() string {
	switch {
	case f.MadeFrom != "":
		return "the page is made from " + f.MadeFrom + ": mend it there, then run scripts/docs"
	case f.Mended:
		return "run scripts/docs, which mends it, and read what changed"
	}
	return "mend it by hand, then run scripts/docs"
}

// made is the sentence by which a page tells that it is made from something.
var made = regexp.MustCompile(`This page is made from (?:the code by )?([\w/.-]*\w)`)

// madeFrom is where a page comes from, if nobody writes it.
func (p *Page) madeFrom() string {
	for _, paragraph := range p.paragraphs() {
		if found := made.FindStringSubmatch(paragraph.text); found != nil {
			return found[1]
		}
	}
	return ""
}
