package docs

import (
	"fmt"
	"regexp"
	"strings"
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

// shown is how many lines of a difference a message has.
const shown = 16

// diff shows the lines in which two texts differ, - before those of the old one, + before those of the new one.
func diff(old, now string) string { return diffBy(old, now, func(line string) string { return line }) }

// diffBy takes lines as equal that have the same shape.
func diffBy(old, now string, shape func(string) string) string {
	a, b := linesOf(old), linesOf(now)
	x, y := shapes(a, shape), shapes(b, shape)
	common := longestCommon(x, y)
	var out []string
	for i, j := 0, 0; i < len(a) || j < len(b); {
		switch {
		case i < len(a) && j < len(b) && x[i] == y[j]:
			i, j = i+1, j+1
		case j == len(b) || i < len(a) && common[i+1][j] >= common[i][j+1]:
			out, i = append(out, "\t- "+a[i]), i+1
		default:
			out, j = append(out, "\t+ "+b[j]), j+1
		}
	}
	if len(out) > shown {
		out = append(out[:shown], "\t…")
	}
	return strings.Join(out, "\n") + "\n"
}

func linesOf(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(strings.TrimSuffix(text, "\n"), "\n")
}

func shapes(lines []string, shape func(string) string) []string {
	all := make([]string, len(lines))
	for i, line := range lines {
		all[i] = shape(line)
	}
	return all
}

// longestCommon is, for each i and j, how many lines x[i:] and y[j:] have in common, in the same order.
func longestCommon(x, y []string) [][]int {
	common := make([][]int, len(x)+1)
	for i := range common {
		common[i] = make([]int, len(y)+1)
	}
	for i := len(x) - 1; i >= 0; i-- {
		for j := len(y) - 1; j >= 0; j-- {
			if x[i] == y[j] {
				common[i][j] = common[i+1][j+1] + 1
			} else {
				common[i][j] = max(common[i+1][j], common[i][j+1])
			}
		}
	}
	return common
}
