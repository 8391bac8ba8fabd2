package workshop

import (
	"errors"
	"fmt"
	"strings"
)

// ErrNoLevel means that a level of hints was asked for that there is not.
var ErrNoLevel = fmt.Errorf("there is no such level of hints")

// Hint prints the next level of hints, or the level asked for (0: the next), and remembers it.
func (s *Session) Hint(e *Exercise, level int) error {
	if level < 0 || level > len(e.Hints) {
		return fmt.Errorf("%w: %d", ErrNoLevel, level)
	}
	if len(e.Hints) == 0 {
		s.Screen.line("Exercise %s has no hints.", e.ID)
		return nil
	}
	_, err := s.mark(e, func(m *Mark) {
		if level == 0 {
			level = min(m.Hints+1, len(e.Hints))
		}
		m.Hints = max(m.Hints, level)
	})
	if err != nil {
		return err
	}
	s.Screen.line("%s", s.Screen.paint(bold, fmt.Sprintf("Hint %d of %d, exercise %s", level, len(e.Hints), e.ID)))
	s.Screen.prose(2, e.Hints[level-1])
	if level == len(e.Hints) {
		s.Screen.line("\n%s", s.Screen.paint(dim, fmt.Sprintf("That is the last. The solution: kubepath workshop solution %s --show", e.ID)))
	}
	return nil
}

// ErrNotYet means that the solution was asked for before the exercise passed.
var ErrNotYet = errors.New("the solution is shown when your own passes")

// Solution prints the solution and why it is done so upstream. Before the exercise passed it does so only with show, which
// marks the exercise as assisted.
func (s *Session) Solution(e *Exercise, show bool) error {
	p, err := s.progress()
	if err != nil {
		return err
	}
	if !p.Exercises[e.ID].finished() {
		if !show {
			return fmt.Errorf("exercise %s has not passed yet: %w", e.ID, ErrNotYet)
		}
		if _, err := s.mark(e, func(m *Mark) { m.Assisted = true }); err != nil {
			return err
		}
	}
	text, err := e.Solution()
	if err != nil {
		return err
	}
	s.heading(e)
	s.Screen.line("%s\n", s.Screen.paint(dim, s.Screen.link(e.Abs(SolutionFile), e.Folder+"/"+SolutionFile)))
	s.Screen.line("%s", strings.ReplaceAll(string(text), "\t", "    "))
	s.why(e)
	return nil
}
