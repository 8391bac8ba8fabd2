// Package workshoptest gives tests a checkout with two small exercises, which are tested within a second.
package workshoptest

import (
	"path/filepath"
	"runtime"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// Checkout writes the checkout into a temporary folder and returns its path.
func Checkout(t testing.TB) string {
	t.Helper()
	folder := t.TempDir()
	if err := Write(folder); err != nil {
		t.Fatal(err)
	}
	return folder
}

// Write writes the checkout into a folder.
func Write(folder string) error {
	_, here, _, _ := runtime.Caller(0)
	archive, err := txtar.ParseFile(filepath.Join(filepath.Dir(here), "..", "testdata", "checkout.txtar"))
	if err != nil {
		return err
	}
	return txtar.Write(archive, folder)
}
