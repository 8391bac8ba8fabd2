package workshop

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Reset puts the stub in place of the learner's text, of which it keeps a copy first.
func (s *Session) Reset(e *Exercise) error {
	stub, err := os.ReadFile(e.Abs(StubFile))
	if err != nil {
		return err
	}
	text, err := os.ReadFile(e.Abs(e.Edit))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	s.heading(e)
	if err == nil && bytes.Equal(text, stub) {
		s.Screen.line("It is the stub already.")
	} else {
		if err == nil {
			if err := s.keep(e, text); err != nil {
				return fmt.Errorf("your text could not be copied, so it stays: %w", err)
			}
		}
		if err := writeWhole(e.Abs(e.Edit), stub); err != nil {
			return err
		}
		s.Screen.line("It is the stub again.")
	}
	_, err = s.mark(e, func(m *Mark) { m.Hints, m.Stub = 0, e.stubSum() })
	return err
}

// keep copies the learner's text. The copy's name does not end as a Go file's does, so no tool takes it for one.
func (s *Session) keep(e *Exercise, text []byte) error {
	folder := s.Checkout.own("backup")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	path := filepath.Join(folder, fmt.Sprintf("%s-%s.%s", e.ID, e.Edit, stamp()))
	if err := writeWhole(path, text); err != nil {
		return err
	}
	shown, err := filepath.Rel(string(s.Checkout), path)
	if err != nil {
		shown = path
	}
	s.Screen.line("Your text is kept in\n  %s", s.Screen.link(path, shown))
	return nil
}
