package symbols

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// ErrNoCheckout is what Root returns to a command that runs outside of the project's sources.
var ErrNoCheckout = errors.New("the sources of kubepath are neither here nor in a folder above")

// Root finds the folder of the project's sources: the nearest one above the working directory, else the one that this
// program was built from.
func Root() (string, error) {
	if here, err := os.Getwd(); err == nil {
		if root, ok := above(here); ok {
			return root, nil
		}
	}
	if _, file, _, ok := runtime.Caller(0); ok && filepath.IsAbs(file) {
		if root, ok := above(filepath.Dir(file)); ok {
			return root, nil
		}
	}
	return "", ErrNoCheckout
}

// above walks up to the folder whose go.mod names this project.
func above(folder string) (string, bool) {
	for {
		text, err := os.ReadFile(filepath.Join(folder, "go.mod"))
		if err == nil && isOurs(string(text)) {
			return folder, true
		}
		up := filepath.Dir(folder)
		if up == folder {
			return "", false
		}
		folder = up
	}
}

func isOurs(module string) bool {
	for line := range strings.Lines(module) {
		if strings.TrimSpace(line) == "module kubepath" {
			return true
		}
	}
	return false
}
