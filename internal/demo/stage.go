// Package demo is the stage on which a chapter shows itself: kubepath run N.
package demo

import (
	"fmt"
	"io"
	"strings"
)

// Stage is where a chapter's demo prints.
type Stage struct {
	Out   io.Writer
	Serve bool // keep the component up, and print what to try, until the context ends
}

// Title begins a step of the demo.
func (s *Stage) Title(format string, args ...any) {
	fmt.Fprintf(s.Out, "\n== %s\n", fmt.Sprintf(format, args...))
}

// Say explains, in a sentence, what the next or the last lines show.
func (s *Stage) Say(format string, args ...any) {
	fmt.Fprintf(s.Out, "%s\n", fmt.Sprintf(format, args...))
}

// Show prints what the component itself said, indented, line by line.
func (s *Stage) Show(format string, args ...any) {
	text := strings.TrimRight(fmt.Sprintf(format, args...), "\n")
	for line := range strings.Lines(text + "\n") {
		fmt.Fprintf(s.Out, "   %s", line)
	}
}
