package docs

import (
	"fmt"
	"os"
	"strconv"
	"strings"

	"kubepath/internal/tools/symbols"
)

// excerpt is what the info string of a code block asks for:
//
//	go chapters/07-etcd3/create.go store.create nodoc
//	go chapters/07-etcd3/create.go store.create lines 3-9
//	yaml cmd/kubepath/samples/pods.yaml
type excerpt struct {
	file, symbol string // symbol "": the whole file
	nodoc        bool
	from, to     int // lines of the symbol's text, from 1; 0: all
}

// parseExcerpt reads an info string. It is nil where the block names no file.
func parseExcerpt(info string) (*excerpt, error) {
	words := strings.Fields(info)
	if len(words) < 2 {
		return nil, nil
	}
	e, words := &excerpt{file: words[1]}, words[2:]
	for len(words) > 0 {
		switch word := words[0]; {
		case word == "nodoc":
			e.nodoc = true
		case word == "lines" && len(words) > 1:
			words = words[1:]
			if err := e.lines(words[0]); err != nil {
				return nil, err
			}
		case e.symbol == "" && len(words) > 1 && (word == "const" || word == "var" || word == "type" || word == "func"):
			e.symbol, words = word+" "+words[1], words[1:]
		case e.symbol == "":
			e.symbol = word
		default:
			return nil, fmt.Errorf("%q is not FILE SYMBOL [nodoc] [lines A-B]", info)
		}
		words = words[1:]
	}
	return e, nil
}

// lines reads 3-9.
func (e *excerpt) lines(text string) error {
	from, to, ok := strings.Cut(text, "-")
	var errs [2]error
	e.from, errs[0] = strconv.Atoi(from)
	e.to, errs[1] = strconv.Atoi(to)
	if !ok || errs[0] != nil || errs[1] != nil || e.from < 1 || e.to < e.from {
		return fmt.Errorf("lines %s: want lines 3-9", text)
	}
	return nil
}

// read returns the text that the excerpt names, from the source.
func (e *excerpt) read(index *symbols.Index) (string, error) {
	text, err := e.whole(index)
	if err != nil || e.from == 0 {
		return text, err
	}
	lines := strings.SplitAfter(strings.TrimSuffix(text, "\n")+"\n", "\n")
	lines = lines[:len(lines)-1]
	if e.to > len(lines) {
		return "", fmt.Errorf("%s of %s has %d lines, not %d", e.symbol, e.file, len(lines), e.to)
	}
	return outdent(lines[e.from-1 : e.to]), nil
}

func (e *excerpt) whole(index *symbols.Index) (string, error) {
	if e.symbol == "" {
		text, err := os.ReadFile(index.Path(e.file))
		if err != nil {
			return "", fmt.Errorf("there is no file %s", e.file)
		}
		return string(text), nil
	}
	found, err := index.Lookup(e.file, e.symbol)
	if err != nil {
		return "", err
	}
	if e.nodoc {
		return found.Code + "\n", nil
	}
	return found.Text() + "\n", nil
}

// outdent takes away the tabs that all lines begin with.
func outdent(lines []string) string {
	tabs := -1
	for _, line := range lines {
		own := len(line) - len(strings.TrimLeft(line, "\t"))
		if strings.TrimSpace(line) != "" && (tabs < 0 || own < tabs) {
			tabs = own
		}
	}
	var text strings.Builder
	for _, line := range lines {
		text.WriteString(line[min(max(tabs, 0), len(line)-len(strings.TrimLeft(line, "\t"))):])
	}
	return text.String()
}

// code brings the code blocks up to date with the sources.
func (c *Course) code(p *Page) []Finding {
	var findings []Finding
	for _, b := range p.Blocks() {
		if !b.Fenced || b.Language() == "console" || b.Language() == "mermaid" {
			continue
		}
		e, err := parseExcerpt(b.Info)
		if err == nil && e == nil {
			if b.Language() == "go" {
				err = fmt.Errorf("Go code is shown from the source: name its file and symbol after ```go")
			} else {
				continue
			}
		}
		text := ""
		if err == nil {
			text, err = e.read(c.Index)
		}
		if err != nil {
			findings = append(findings, p.wrong(b.Line, "%s: %v", b.Title(), err))
		} else if text != b.Body {
			findings = append(findings, p.stale(b.Line, "%s differs from the source:\n%s", b.Title(), diff(b.Body, text)))
			b.Body = text
		}
	}
	return findings
}
