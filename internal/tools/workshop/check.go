package workshop

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"kubepath/internal/tools/exercise"
)

// ErrNotPassed means that a test of the exercise fails; what failed was printed.
var ErrNotPassed = errors.New("the exercise does not pass yet")

// Check runs the exercise's tests once and prints what they say. ErrNotPassed if one fails.
func (s *Session) Check(ctx context.Context, e *Exercise) error {
	m, err := s.mark(e, func(*Mark) {})
	if err != nil {
		return err
	}
	s.heading(e)
	s.staleStub(e, m)
	r, err := e.Test(ctx)
	if err != nil {
		return err
	}
	if err := s.conclude(e, r); err != nil {
		return err
	}
	if !r.OK() {
		return ErrNotPassed
	}
	return nil
}

// conclude prints what a run said, and notes it where everything passed.
func (s *Session) conclude(e *Exercise, r *Report) error {
	switch {
	case r.OK():
		return s.passed(e, r)
	case r.Build != "":
		s.notCompiled(e, r)
	default:
		s.failed(e, r)
	}
	return nil
}

// notCompiled shows the compiler's words, at the places in the learner's folder.
func (s *Session) notCompiled(e *Exercise, r *Report) {
	s.Screen.line("\n%s\n", s.Screen.paint(red, "It does not compile:"))
	s.Screen.code(2, compilerWords(e, r.Build))
}

// compilerWords leaves out the lines that name packages, and the folder that is the same in each line.
func compilerWords(e *Exercise, build string) string {
	var kept []string
	for line := range strings.SplitSeq(strings.TrimSpace(build), "\n") {
		if strings.HasPrefix(line, "# ") {
			continue
		}
		kept = append(kept, strings.ReplaceAll(line, e.Folder+"/", ""))
	}
	return strings.Join(kept, "\n")
}

// failed shows the tests that pass, and then those that fail with what they expected and why.
func (s *Session) failed(e *Exercise, r *Report) {
	s.Screen.line("")
	passed := 0
	for _, t := range r.Tests {
		if !t.bad() {
			s.test(e, t)
			passed++
		}
	}
	for _, t := range r.Tests { // last, where the learner looks
		if t.bad() {
			s.test(e, t)
		}
	}
	if len(r.Tests) == 0 {
		s.Screen.code(2, r.Output)
	}
	s.Screen.line("\n%d of %d tests pass", passed, len(r.Tests))
	if e.Untouched() {
		s.Screen.wrap(0, plain, fmt.Sprintf("%s is the stub still: look for TODO(you) in it, and make the claims above true.", e.Edit))
	}
	for _, m := range e.Diagnose(r) {
		s.Screen.line("\n%s", s.Screen.paint(yellow, "A known wrong answer fails in the same way:"))
		s.Screen.prose(2, m.Note)
	}
}

// maxLines of one message are shown.
const maxLines = 12

func (s *Session) test(e *Exercise, t *Test) {
	sign, st := "✗", red
	switch t.Status {
	case Passed:
		sign, st = "✓", green
	case Skipped, Unreached:
		sign, st = "–", dim
	}
	name := t.Name
	if t.Status == NotEnded || t.Status == Unreached {
		name += " (" + string(t.Status) + ")"
	}
	s.Screen.wrap(0, st, sign+" "+name)
	if !t.bad() || e.Untouched() { // a stub's failures say only that it is one
		return
	}
	row := ""
	for _, m := range t.Messages {
		if m.Row != row {
			row = m.Row
			s.Screen.wrap(4, bold, strings.ReplaceAll(row, "_", " "))
		}
		s.message(e, t, m)
	}
}

func (s *Session) message(e *Exercise, t *Test, m Message) {
	lines := counted(strings.Split(m.Text, "\n"))
	if len(lines) > maxLines {
		left := fmt.Sprintf("… %d more lines: go test -run '^%s$' %s", len(lines)-maxLines, t.Name, e.Package())
		lines = append(slices.Clip(lines[:maxLines]), left)
	}
	text := fold(strings.Join(lines, "\n"), s.Screen.width()-4)
	last := len(text) - 1
	if place := s.place(e, m); columns(text[last])+columns(place) <= s.Screen.width()-4-2 {
		text[last] += "  " + place
	} else {
		text = append(text, place)
	}
	for _, line := range text {
		s.Screen.line("    %s", strings.TrimRight(line, " "))
	}
}

// place is where a test speaks, as a hyperlink.
func (s *Session) place(e *Exercise, m Message) string {
	file, _, ok := strings.Cut(m.Place, ":")
	if !ok {
		return ""
	}
	return s.Screen.paint(dim, s.Screen.link(e.Abs(file), m.Place))
}

// counted makes one line of those that are the same.
func counted(lines []string) []string {
	var kept []string
	for i := 0; i < len(lines); {
		same := i + 1
		for same < len(lines) && lines[same] == lines[i] {
			same++
		}
		line := lines[i]
		if same > i+1 {
			line = fmt.Sprintf("%s (%d times)", line, same-i)
		}
		kept = append(kept, line)
		i = same
	}
	return kept
}

// passed congratulates, says why it is done so upstream, and names the next exercise.
func (s *Session) passed(e *Exercise, r *Report) error {
	m, err := s.mark(e, func(m *Mark) {
		if m.Passed.IsZero() {
			m.Passed = now()
		}
	})
	if err != nil {
		return err
	}
	s.Screen.line("")
	for _, t := range r.Tests {
		s.test(e, t)
	}
	s.Screen.line("\n%s", s.Screen.paint(green, fmt.Sprintf("All %d tests pass: exercise %s is %s.", len(r.Tests), e.ID, m.State())))
	s.why(e)
	if e.Plug != NoPlug {
		s.Screen.line("\nSee it run    kubepath trace --with-exercise %s", e.ID)
	} else {
		s.Screen.line("")
	}
	s.Screen.line("Compare       kubepath workshop solution %s", e.ID)
	next, err := s.next(e)
	if err != nil {
		return err
	}
	if next == nil {
		s.Screen.line("All exercises are finished.")
		return nil
	}
	s.Screen.line("Next          kubepath workshop start %s    %s", next.ID, s.Screen.paint(dim, next.Title))
	return nil
}

func (s *Session) why(e *Exercise) {
	s.Screen.line("\n%s", s.Screen.paint(bold, "Why it is done so"))
	s.Screen.prose(0, e.Why)
}

// Diagnose returns the known wrong answers whose tests fail as these do. Where nothing is written yet there are none.
func (e *Exercise) Diagnose(r *Report) []Mutant {
	failing := r.Failing()
	if r.Build != "" || len(failing) == 0 || r.todo() {
		return nil
	}
	var found []Mutant
	for _, m := range e.Mutants {
		if slices.Equal(slices.Sorted(slices.Values(m.Fails)), failing) {
			found = append(found, m)
		}
	}
	return found
}

// todo tells whether a failure is a piece that is not written yet.
func (r *Report) todo() bool {
	for _, t := range r.Tests {
		for _, m := range t.Messages {
			if strings.Contains(m.Text, exercise.ErrTODO.Error()) {
				return true
			}
		}
	}
	return false
}
