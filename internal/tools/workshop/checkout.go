package workshop

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
)

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
