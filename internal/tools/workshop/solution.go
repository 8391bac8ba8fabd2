package workshop

import (
	"errors"
	"fmt"
	"strings"
)

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
