package pager

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"kubepath/internal/tools/read"
)

// What switches a terminal to the pager's screen and back: the alternate screen, no cursor, no wrapped lines.
const (
	enterScreen = "\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[2J"
	leaveScreen = "\x1b[?7h\x1b[?25h\x1b[?1049l"
	inverse     = "7"
)

// frame is the whole screen: the lines, and below them the state or a prompt.
func (v *view) frame() string {
	var out strings.Builder
	out.WriteString("\x1b[?25l\x1b[H")
	var spans []read.Span
	if v.top > 0 && v.top <= len(v.lines) && v.query != "" {
		_, spans = v.spans(v.top - 1)
	}
	for i := v.top; i < v.top+v.body(); i++ {
		out.WriteString("\x1b[K") // first: after a full line it would erase its last column
		if i < len(v.lines) {
			line := v.lines[i]
			if v.query != "" {
				here, next := v.spans(i)
				line, spans = marked(line, append(spans, here...)), next
			}
			if line.Width() > v.columns {
				line.Cells = line.Cells[:v.columns]
			}
			out.WriteString(line.ANSI())
		}
		out.WriteString("\r\n")
	}
	out.WriteString("\x1b[K" + v.status())
	if v.asking != "" {
		out.WriteString("\x1b[?25h")
	}
	return out.String()
}

func marked(line read.Line, spans []read.Span) read.Line {
	if len(spans) == 0 {
		return line
	}
	line.Cells = slices.Clone(line.Cells)
	for _, s := range spans {
		for i := s.From; i < min(s.To, len(line.Cells)); i++ {
			line.Cells[i].Ink = inverse
		}
	}
	return line
}

// prompts by what is asked for.
var prompts = map[key]string{"/": "find: ", "o": "page: "}

// status is the last line of the screen.
func (v *view) status() string {
	if v.asking != "" {
		text := prompts[v.asking] + string(v.typed)
		return text[max(len(text)-v.columns+1, 0):]
	}
	text := " " + v.message
	if v.message == "" {
		text = fmt.Sprintf(" %s  %s", v.page.Title, v.progress())
		for _, keys := range []string{"n next  p previous  c contents  / find  h help  q quit", "n next  c contents  h help  q quit", "h help  q quit"} {
			if gap := v.columns - utf8.RuneCountInString(text) - len(keys) - 1; gap > 1 {
				text += strings.Repeat(" ", gap) + keys
				break
			}
		}
	}
	runes := []rune(text)
	if len(runes) > v.columns {
		runes = append(runes[:v.columns-1], '…')
	}
	return "\x1b[7m" + string(runes) + strings.Repeat(" ", v.columns-len(runes)) + "\x1b[0m"
}

// progress is how much of the page has been seen.
func (v *view) progress() string {
	switch {
	case v.last() == 0:
		return "all"
	case v.top == 0:
		return "top"
	case v.top >= v.last():
		return "end"
	}
	return fmt.Sprintf("%d%%", (v.top+v.body())*100/len(v.lines))
}
