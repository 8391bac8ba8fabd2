package docs

import (
	"path"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// Sections are the second-level headings of a chapter's page, in order.
var Sections = []string{
	"The question", "The smallest version", "The real one", "What upstream does more", "What it costs", "Try it", "Exercise",
}

// A page of the course has so many words, without code and output.
const (
	FewestWords = 900
	MostWords   = 2000
)

var (
	numbered = regexp.MustCompile(`^(\d\d)-[\w-]+\.md$`)
	top      = regexp.MustCompile(`^# (\d+)\. \S`)
)

// number is a page's chapter: 0 for the opening one; ok is false for pages that belong to no chapter.
func (p *Page) number() (number string, ok bool) {
	found := numbered.FindStringSubmatch(path.Base(p.File))
	if found == nil || path.Dir(p.File) != "docs" {
		return "", false
	}
	return strings.TrimPrefix(found[1], "0"), true
}

// form checks what every page has, and what those of the course have.
func (c *Course) form(p *Page) []Finding {
	var findings []Finding
	headings := p.headings()
	if !p.beginsWithTitle() {
		findings = append(findings, p.wrong(1, "the page does not begin with its title (# Title)"))
	}
	for _, h := range headings[min(len(headings), 1):] {
		if h.level == 1 {
			findings = append(findings, p.wrong(h.line, "%q is a second title; a page has one", h.text))
		}
	}
	number, ok := p.number()
	if !ok {
		return findings
	}
	if words := p.words(); words < FewestWords || words > MostWords {
		findings = append(findings, p.wrong(1, "the page has %d words, without code and output; it should have %d to %d", words, FewestWords, MostWords))
	}
	if number != "0" {
		findings = append(findings, p.chapter(number)...)
	}
	return findings
}

// beginsWithTitle tells whether nothing but comments stands before the title.
func (p *Page) beginsWithTitle() bool {
	for _, line := range p.prose() {
		if strings.TrimSpace(comments.ReplaceAllString(line.text, "")) != "" {
			return strings.HasPrefix(line.text, "# ")
		}
	}
	return false
}

// chapter checks the title and the sections of a chapter's page.
func (p *Page) chapter(number string) []Finding {
	var findings []Finding
	prose := p.prose()
	if len(prose) > 0 {
		if found := top.FindStringSubmatch(prose[0].text); found == nil || found[1] != number {
			findings = append(findings, p.wrong(1, "%q is not # %s. Title", prose[0].text, number))
		}
	}
	var names []string
	last := 1
	for _, h := range p.headings() {
		if h.level != 2 {
			continue
		}
		names, last = append(names, h.text), h.line
		if i := len(names) - 1; i < len(Sections) && names[i] != Sections[i] {
			findings = append(findings, p.wrong(h.line, "the section %q stands where %q belongs; the order is: %s",
				h.text, Sections[i], strings.Join(Sections, ", ")))
			return findings
		}
	}
	if len(names) != len(Sections) {
		findings = append(findings, p.wrong(last, "the page has %d sections; these %d are wanted: %s",
			len(names), len(Sections), strings.Join(Sections, ", ")))
	}
	if !slices.ContainsFunc(p.Blocks(), func(b *Block) bool { return b.Language() == "mermaid" }) {
		findings = append(findings, p.wrong(1, "the page has no diagram (a mermaid block)"))
	}
	return findings
}

// words counts what has a letter or a digit in it.
func (p *Page) words() int {
	n := 0
	for _, paragraph := range p.paragraphs() {
		for _, word := range strings.Fields(paragraph.text) {
			if strings.ContainsFunc(word, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }) {
				n++
			}
		}
	}
	return n
}
