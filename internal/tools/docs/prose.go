package docs

import (
	"regexp"
	"strings"
)

// paragraph is lines of prose without an empty one between them, a table, or a list. Code and links may go over line ends.
type paragraph struct {
	line int // of the first line
	text string
}

// at is the line of a place in the text.
func (p paragraph) at(offset int) int { return p.line + strings.Count(p.text[:offset], "\n") }

var (
	comments = regexp.MustCompile(`(?s)<!--.*?-->`)
	codeSpan = regexp.MustCompile("`([^`]+)`")
	link     = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	heading  = regexp.MustCompile(`^(#{1,6})\s+(.*?)\s*#*$`)
)

// paragraphs are the page's prose, without comments.
func (p *Page) paragraphs() []paragraph {
	var all []paragraph
	for _, part := range p.parts {
		open := false
		for i, text := range part.prose {
			switch {
			case strings.TrimSpace(text) == "":
				open = false
			case open:
				all[len(all)-1].text += text
			default:
				all = append(all, paragraph{part.line + i, text})
				open = true
			}
		}
	}
	for i := range all {
		all[i].text = comments.ReplaceAllStringFunc(all[i].text, blank)
	}
	return all
}

// blank keeps places where they are.
func blank(text string) string {
	return regexp.MustCompile(`[^\n]`).ReplaceAllString(text, " ")
}

// span is a piece of a paragraph.
type span struct {
	line int
	text string
}

// code are the pieces between backticks.
func (p paragraph) code() []span { return p.find(codeSpan, p.text) }

// links are the targets of links, but not of those that stand in code.
func (p paragraph) links() []span { return p.find(link, codeSpan.ReplaceAllStringFunc(p.text, blank)) }

// find returns the first group of each match.
func (p paragraph) find(pattern *regexp.Regexp, text string) []span {
	var found []span
	for _, at := range pattern.FindAllStringSubmatchIndex(text, -1) {
		found = append(found, span{p.at(at[2]), text[at[2]:at[3]]})
	}
	return found
}

// title is a heading of a page.
type title struct {
	line, level int
	text        string
}

// headings are the page's headings in order.
func (p *Page) headings() []title {
	var all []title
	for _, line := range p.prose() {
		if found := heading.FindStringSubmatch(line.text); found != nil {
			all = append(all, title{line.number, len(found[1]), found[2]})
		}
	}
	return all
}
