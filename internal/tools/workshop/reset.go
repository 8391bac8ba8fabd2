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

// ErrNoCheckout means that a folder does not lie in a checkout of this project.
var ErrNoCheckout = errors.New("this folder is not in a checkout of kubepath")

// Checkout is the top folder of this project's sources.
type Checkout string

// FindCheckout walks up from a folder to the one whose go.mod says module kubepath.
func FindCheckout(from string) (Checkout, error) {
	dir, err := filepath.Abs(from)
	if err != nil {
		return "", err
	}
	for {
		text, err := os.ReadFile(filepath.Join(dir, "go.mod"))
		if err == nil && isOurs(text) {
			return Checkout(dir), nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", ErrNoCheckout
		}
		dir = parent
	}
}

func isOurs(gomod []byte) bool {
	for line := range bytes.Lines(gomod) {
		if fields := bytes.Fields(line); len(fields) == 2 && string(fields[0]) == "module" {
			return string(fields[1]) == "kubepath"
		}
	}
	return false
}

// Path is where a file of the checkout lies on this machine.
func (c Checkout) Path(elements ...string) string {
	return filepath.Join(append([]string{string(c)}, elements...)...)
}

// own is where the workshop keeps what it writes; git ignores it.
func (c Checkout) own(elements ...string) string {
	return c.Path(append([]string{".kubepath"}, elements...)...)
}
