package docs

import (
	"fmt"
	"regexp"
	"strings"
)

// Page is a Markdown file, cut into prose and blocks. Its blocks can be given other contents, and Text puts it together
// again; nothing else of it changes.
type Page struct {
	File  string // from the root, with slashes: docs/07-etcd3.md
	parts []part
}

// part is a run of prose, or one block.
type part struct {
	line  int // of its first line, from 1
	prose []string
	block *Block
}

// Block is what stands between fences, or between <!-- NAME: ARGUMENT --> and <!-- end -->.
type Block struct {
	Line     int    // of the line that opens it
	Info     string // what follows the fence: go chapters/07-etcd3/create.go store.create; or the comment: cost: create
	Body     string // ends with a line end unless empty
	Fenced   bool
	Volatile []string // words of <!-- normalise: WORDS --> on the line before
	open     string
	shut     string
}

// Language is the first word of the info string.
func (b *Block) Language() string {
	language, _, _ := strings.Cut(b.Info, " ")
	return language
}

// Title is how a message names the block: its language and its first words.
func (b *Block) Title() string {
	first, _, _ := strings.Cut(strings.TrimSpace(b.Body), "\n")
	if b.Language() == "go" || !b.Fenced || first == "" {
		first = b.Info
	}
	if len(first) > 60 {
		first = first[:60] + "…"
	}
	return fmt.Sprintf("the block %q", first)
}

var (
	fence     = regexp.MustCompile("^(```+)\\s*(.*)$")
	opening   = regexp.MustCompile(`^<!-- (cost: .*) -->$`)
	normalise = regexp.MustCompile(`^<!-- normalise: (.*) -->$`)
)

// closing is the line that ends what a comment opened.
const closing = "<!-- end -->"

// ParsePage cuts a page up.
func ParsePage(file, text string) (*Page, error) {
	p := &Page{File: file}
	var open *Block
	var volatile []string
	number := 0
	for line := range strings.Lines(text) {
		number++
		bare := strings.TrimRight(line, "\r\n")
		switch {
		case open != nil && bare == open.shut:
			open.shut = line
			open = nil
		case open != nil:
			open.Body += line
		default:
			if open = begin(bare); open != nil {
				open.Line, open.open, open.Volatile = number, line, volatile
				p.parts = append(p.parts, part{line: number, block: open})
			} else {
				p.addProse(number, line)
			}
			volatile = volatileWords(bare)
		}
	}
	if open != nil {
		return nil, fmt.Errorf("%s:%d: %s is not closed by %s", file, open.Line, open.Title(), open.shut)
	}
	return p, nil
}

// begin returns the block that a line opens, if it opens one.
func begin(line string) *Block {
	if found := fence.FindStringSubmatch(line); found != nil {
		return &Block{Info: found[2], Fenced: true, shut: found[1]}
	}
	if found := opening.FindStringSubmatch(line); found != nil {
		return &Block{Info: found[1], shut: closing}
	}
	return nil
}

func volatileWords(line string) []string {
	if found := normalise.FindStringSubmatch(line); found != nil {
		return strings.FieldsFunc(found[1], func(r rune) bool { return r == ' ' || r == ',' })
	}
	return nil
}

func (p *Page) addProse(number int, line string) {
	if last := len(p.parts) - 1; last >= 0 && p.parts[last].block == nil {
		p.parts[last].prose = append(p.parts[last].prose, line)
		return
	}
	p.parts = append(p.parts, part{line: number, prose: []string{line}})
}

// Text is the page as it is to be written.
func (p *Page) Text() string {
	var text strings.Builder
	for _, part := range p.parts {
		for _, line := range part.prose {
			text.WriteString(line)
		}
		if b := part.block; b != nil {
			text.WriteString(b.open + b.Body + b.shut)
		}
	}
	return text.String()
}

// Blocks are the page's blocks in order.
func (p *Page) Blocks() []*Block {
	var blocks []*Block
	for _, part := range p.parts {
		if part.block != nil {
			blocks = append(blocks, part.block)
		}
	}
	return blocks
}

// line is a line of prose.
type line struct {
	number int
	text   string // without its line end
}

// prose is all lines outside of blocks.
func (p *Page) prose() []line {
	var lines []line
	for _, part := range p.parts {
		for i, text := range part.prose {
			lines = append(lines, line{part.line + i, strings.TrimRight(text, "\r\n")})
		}
	}
	return lines
}
