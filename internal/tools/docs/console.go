package docs

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// command is one command of a console block and what the block says that it prints.
type command struct {
	block  *Block
	lines  string // as they stand: $ and, for the lines that belong to it, >
	text   string // for the shell
	output string
}

// commands reads a block: a command after $, lines that go on with it after >, what it prints.
func commands(b *Block) ([]*command, error) {
	var all []*command
	for line := range strings.Lines(b.Body) {
		last := len(all) - 1
		if text, ok := strings.CutPrefix(line, "$ "); ok {
			all = append(all, &command{block: b, lines: line, text: text})
			continue
		}
		if last < 0 {
			return nil, fmt.Errorf("a console block begins with $ and a command")
		}
		if text, ok := strings.CutPrefix(line, "> "); ok && all[last].output == "" {
			all[last].lines += line
			all[last].text += text
		} else {
			all[last].output += line
		}
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("a console block begins with $ and a command")
	}
	return all, nil
}

// console runs the page's commands and brings what they print up to date. What differs only in parts that differ from
// run to run stays as it is.
func (c *Course) console(p *Page) []Finding {
	all, findings := p.commands()
	if len(all) == 0 {
		return findings
	}
	var texts []string
	for _, command := range all {
		texts = append(texts, command.text)
	}
	result, err := c.Tools.shell(c.Index.Root(), texts)
	if err != nil {
		return append(findings, p.wrong(all[0].block.Line, "%v", err))
	}
	for i, output := range result.outputs {
		command := all[i]
		if output != "" && !strings.HasSuffix(output, "\n") {
			output += "\n"
		}
		if i == len(result.outputs)-1 && result.err != nil {
			findings = append(findings, p.wrong(command.block.Line, "%s: $ %s: %v; it printed:\n%s",
				command.block.Title(), strings.TrimSpace(command.text), result.err, diff("", output)))
			break
		}
		if same(command.output, output, command.block.Volatile) {
			continue
		}
		findings = append(findings, p.stale(command.block.Line, "%s: $ %s prints something else:\n%s",
			command.block.Title(), strings.TrimSpace(command.text), diffBy(command.output, output, command.block.shape)))
		command.output = output
	}
	write(all)
	return findings
}

// commands are all of the page.
func (p *Page) commands() ([]*command, []Finding) {
	var all []*command
	var findings []Finding
	for _, b := range p.Blocks() {
		if b.Language() != "console" {
			continue
		}
		own, err := commands(b)
		if err != nil {
			findings = append(findings, p.wrong(b.Line, "%s: %v", b.Title(), err))
		}
		for _, word := range b.Volatile {
			if _, known := asked[word]; !known {
				findings = append(findings, p.wrong(b.Line, "%s: normalise: %s is none of revisions, numbers, order",
					b.Title(), word))
			}
		}
		all = append(all, own...)
	}
	return all, findings
}

// shape is a line without what differs from run to run.
func (b *Block) shape(line string) string { return shape(line, b.Volatile) }

// write puts the commands back into their blocks.
func write(all []*command) {
	bodies := map[*Block]string{}
	for _, command := range all {
		bodies[command.block] += command.lines + command.output
	}
	for block, body := range bodies {
		block.Body = body
	}
}

// rule takes something out of an output that differs from run to run.
type rule struct {
	pattern *regexp.Regexp
	instead string
}

// rules for every output, in order.
var rules = []rule{
	{regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`), "UID"},
	{regexp.MustCompile(`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)`), "TIME"},
	{regexp.MustCompile(`[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT`), "TIME"},
	{regexp.MustCompile(`\b[IWEF]\d{4} \d\d:\d\d:\d\d\.\d+ +\d+ `), "LOG "},
	{regexp.MustCompile(`\b([0-9a-f]{32}|[0-9a-f]{16})\b`), "ID"},
	{regexp.MustCompile(`(127\.0\.0\.1|localhost|\[::1\]):\d+`), "$1:PORT"},
	{regexp.MustCompile(`\b([\w-]+\.go):\d+`), "$1:LINE"},
	{regexp.MustCompile(`kubepath-\d+`), "kubepath-N"},
	{regexp.MustCompile(`\bgo1\.\d+(\.\d+)?\b`), "GO"},
	{regexp.MustCompile(`\b(linux|darwin)/(amd64|arm64)\b`), "PLATFORM"},
	{regexp.MustCompile(`\b(\d+h)?(\d+m)?\d+(\.\d+)? ?(ns|µs|μs|us|ms|s|m|h)\b`), "TOOK"},
	{regexp.MustCompile(`\b\d[\d,]* (bytes|B)\b`), "N bytes"},
	{regexp.MustCompile(`[ \t]+`), " "}, // columns move with what stands in them
	{regexp.MustCompile(` ?─+ ?`), " ─ "},
	{regexp.MustCompile(`(?m) $`), ""},
}

// asked are the rules for what only some outputs may have: the words of a comment <!-- normalise: WORDS -->.
var asked = map[string][]rule{
	"revisions": {
		{regexp.MustCompile(`(?i)((?:resource)?version"?[:= ]+"?|revision"?[:= ]+"?|\brv[= ]|\bmod[= ]|mod\([^)]*\) [=<>!]+ )\d+`), "${1}REV"},
	},
	"numbers": {{regexp.MustCompile(`\d+(\.\d+)?`), "N"}},
	"order":   nil, // see same
}

// same compares two outputs without what differs from run to run.
func same(a, b string, volatile []string) bool {
	return shape(a, volatile) == shape(b, volatile)
}

func shape(text string, volatile []string) string {
	all := slices.Clone(rules)
	for _, word := range volatile {
		all = append(all, asked[word]...)
	}
	for _, r := range all {
		text = r.pattern.ReplaceAllString(text, r.instead)
	}
	text = strings.TrimSpace(text)
	if slices.Contains(volatile, "order") {
		lines := strings.Split(text, "\n")
		slices.Sort(lines)
		text = strings.Join(lines, "\n")
	}
	return text
}
