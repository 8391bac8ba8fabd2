package docs

import (
	"fmt"
	"net/url"
	"os"
	"path"
	"regexp"
	"strconv"
	"strings"
	"unicode"
)

// pinned recognises links to a line or to a commit, which move away from what they meant.
var pinned = regexp.MustCompile(`#L\d+|/blob/[0-9a-f]{7,40}/`)

// links looks up the files, headings and symbols that links lead to.
func (c *Course) links(p *Page) []Finding {
	var findings []Finding
	for _, paragraph := range p.paragraphs() {
		for _, link := range paragraph.links() {
			if err := c.follow(p, link.text); err != nil {
				findings = append(findings, p.wrong(link.line, "the link to %s: %v", link.text, err))
			}
		}
	}
	return findings
}

// follow finds what a link leads to. Links to other places than the project's files are only read.
func (c *Course) follow(p *Page, target string) error {
	if pinned.MatchString(target) {
		return fmt.Errorf("it is pinned to a line or a commit; name a symbol: FILE.go#Symbol")
	}
	parsed, err := url.Parse(target)
	if err != nil || parsed.Scheme != "" {
		return err
	}
	file := p.File
	if parsed.Path != "" {
		file = path.Join(path.Dir(p.File), parsed.Path)
	}
	if strings.HasPrefix(file, "..") || path.IsAbs(parsed.Path) {
		return fmt.Errorf("it leads out of the project")
	}
	if _, err := os.Stat(c.Index.Path(file)); err != nil {
		return fmt.Errorf("there is no %s", file)
	}
	switch {
	case parsed.Fragment == "":
		return nil
	case strings.HasSuffix(file, ".go"):
		_, err := c.Index.Lookup(file, parsed.Fragment)
		return err
	case strings.HasSuffix(file, ".md"):
		return c.anchor(p, file, parsed.Fragment)
	}
	return fmt.Errorf("%s has neither headings nor symbols", file)
}

// anchor finds a heading by the name that code hosts give it.
func (c *Course) anchor(p *Page, file, fragment string) error {
	if file != p.File {
		var err error
		if p, err = c.Page(file); err != nil {
			return err
		}
	}
	for _, known := range p.anchors() {
		if known == fragment {
			return nil
		}
	}
	return fmt.Errorf("%s has no heading #%s", file, fragment)
}

// anchors are the names of the page's headings: in small letters, spaces as -, other signs left out; a second one of the
// same name has -1 after it.
func (p *Page) anchors() []string {
	var all []string
	seen := map[string]int{}
	for _, h := range p.headings() {
		name := slug(h.text)
		seen[name]++
		if n := seen[name]; n > 1 {
			name += "-" + strconv.Itoa(n-1)
		}
		all = append(all, name)
	}
	return all
}

// linked is a link in a heading, of which the text counts.
var linked = regexp.MustCompile(`\[([^\]]*)\]\([^)]*\)`)

func slug(heading string) string {
	heading = linked.ReplaceAllString(heading, "$1")
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '-'
		case unicode.IsLetter(r) || unicode.IsDigit(r) || r == '-' || r == '_':
			return unicode.ToLower(r)
		}
		return -1
	}, heading)
}
