package main

import (
	"os"
	"regexp"
	"testing"
)

// What the README's commands print is compared by internal/tools/docs.
func TestTheREADMEListsTheCommandsThatExist(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	root := newRoot()
	for _, found := range regexp.MustCompile("kubepath ([a-z]+)").FindAllSubmatch(text, -1) {
		name := string(found[1])
		if name == "follows" || name == "makes" {
			continue
		}
		if command, _, err := root.Find([]string{name}); err != nil || command == root {
			t.Errorf("the README names the command %q: %v", name, err)
		}
	}
}
