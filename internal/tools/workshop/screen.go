package workshop

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/url"
	"os"
	"regexp"
	"strings"
	"unicode/utf8"

	"golang.org/x/term"
)

// Screen is where the workshop prints, and what can be shown there.
type Screen struct {
	Out   io.Writer
	Width int  // columns; 0: 80
	Color bool // ANSI colours
	Links bool // OSC 8 hyperlinks
}

// style is an ANSI sequence.
type style string

const (
	plain  style = ""
	bold   style = "\x1b[1m"
	dim    style = "\x1b[2m"
	red    style = "\x1b[31m"
	green  style = "\x1b[32m"
	yellow style = "\x1b[33m"
)

func (s *Screen) width() int {
	if s.Width <= 0 {
		return 80
	}
	return s.Width
}

// line prints one line, which the caller knows to be short enough.
func (s *Screen) line(format string, args ...any) {
	fmt.Fprintf(s.Out, format+"\n", args...)
}

func (s *Screen) paint(st style, text string) string {
	if !s.Color || st == plain || text == "" {
		return text
	}
	return string(st) + text + "\x1b[0m"
}

// wrap prints prose, folded between words, each line indented. Lines that are indented themselves stay as they are.
func (s *Screen) wrap(indent int, st style, text string) {
	margin := strings.Repeat(" ", indent)
	for _, line := range fold(text, s.width()-indent) {
		s.line("%s%s", margin, s.paint(st, line))
	}
}

// code prints lines as they are, folding only those that are too long.
func (s *Screen) code(indent int, text string) {
	margin := strings.Repeat(" ", indent)
	for line := range strings.Lines(text) {
		for _, part := range fold(strings.ReplaceAll(strings.TrimRight(line, "\n"), "\t", "    "), s.width()-indent) {
			s.line("%s%s", margin, part)
		}
	}
}

// link makes text a hyperlink to a file.
func (s *Screen) link(path, text string) string {
	if !s.Links {
		return text
	}
	target := url.URL{Scheme: "file", Path: path}
	return "\x1b]8;;" + target.String() + "\x1b\\" + text + "\x1b]8;;\x1b\\"
}

// fold breaks each line of the text into lines of at most width columns, between words where there are any. The rest of a
// line stands under its beginning, or under the last column of a line that has columns.
func fold(text string, width int) []string {
	var lines []string
	for line := range strings.SplitSeq(strings.TrimRight(text, "\n"), "\n") {
		under := strings.Repeat(" ", hanging(line, width))
		for utf8.RuneCountInString(line) > width && width > len(under) {
			head, tail := breakAt([]rune(line), width, len(under))
			lines = append(lines, head)
			line = under + tail
		}
		lines = append(lines, strings.TrimRight(line, " "))
	}
	return lines
}

// hanging is the column that the rest of a line stands at.
func hanging(line string, width int) int {
	at := len(line) - len(strings.TrimLeft(line, " "))
	for _, gap := range gaps.FindAllStringIndex(line, -1) {
		if column := utf8.RuneCountInString(line[:gap[1]]); column <= width*2/3 {
			at = column
		}
	}
	if at > width*2/3 {
		return 0
	}
	return at
}

var gaps = regexp.MustCompile(`  +`)

// breakAt breaks after the last space within width; a word that is longer is broken itself.
func breakAt(line []rune, width, from int) (head, tail string) {
	for i := width; i > from; i-- {
		if line[i] == ' ' {
			return strings.TrimRight(string(line[:i]), " "), strings.TrimLeft(string(line[i:]), " ")
		}
	}
	return string(line[:width]), string(line[width:])
}

// prose prints paragraphs folded to the screen; one that holds indented lines keeps its lines.
func (s *Screen) prose(indent int, text string) {
	for i, part := range blankLines.Split(strings.Trim(text, "\n"), -1) {
		if i > 0 {
			s.line("")
		}
		if strings.HasPrefix(part, " ") || strings.HasPrefix(part, "\t") || strings.Contains(part, "\n ") || strings.Contains(part, "\n\t") {
			s.code(indent, part)
			continue
		}
		s.wrap(indent, plain, strings.Join(strings.Fields(part), " "))
	}
}

var blankLines = regexp.MustCompile(`\n[ \t]*\n`)

// columns counts what text takes, without escape sequences.
func columns(text string) int { return utf8.RuneCountInString(escapes.ReplaceAllString(text, "")) }

var escapes = regexp.MustCompile("\x1b\\[[0-9;]*m|\x1b\\]8;;[^\x1b]*\x1b\\\\")

// Keys sends each byte of in, and closes the channel at its end. On a terminal a key counts as soon as it is pressed; then
// out has to be what the screen prints to. restore gives the terminal back.
func Keys(ctx context.Context, in io.Reader, out io.Writer) (keys <-chan byte, screen io.Writer, restore func()) {
	screen, restore = out, func() {}
	if file, ok := in.(*os.File); ok && term.IsTerminal(int(file.Fd())) {
		if state, err := term.MakeRaw(int(file.Fd())); err == nil {
			screen, restore = carriage{out}, func() { term.Restore(int(file.Fd()), state) }
		}
	}
	pressed := make(chan byte)
	go func() {
		defer close(pressed)
		one := make([]byte, 1)
		for {
			n, err := in.Read(one)
			if n == 0 || err != nil {
				return
			}
			select {
			case pressed <- one[0]:
			case <-ctx.Done():
				return
			}
		}
	}()
	return pressed, screen, restore
}

// carriage ends lines as a raw terminal needs it.
type carriage struct{ out io.Writer }

func (c carriage) Write(text []byte) (int, error) {
	if _, err := c.out.Write(bytes.ReplaceAll(text, []byte("\n"), []byte("\r\n"))); err != nil {
		return 0, err
	}
	return len(text), nil
}
