package main

import (
	"bytes"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// console is a block of the README: a command after $ and what it printed.
var console = regexp.MustCompile("(?s)```console\n\\$ kubepath ([^\n]*)\n(.*?)```")

func TestTheREADMEShowsWhatItsCommandsPrint(t *testing.T) {
	t.Parallel()
	const path = "../../README.md"
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	blocks := 0
	refreshed := console.ReplaceAllFunc(text, func(block []byte) []byte {
		blocks++
		found := console.FindSubmatch(block)
		var out, errs bytes.Buffer
		if status := run(strings.Fields(string(found[1])), strings.NewReader(""), &out, &errs); status != 0 {
			t.Fatalf("kubepath %s: exit status %d: %s", found[1], status, errs.String())
		}
		if diff := cmp.Diff(shape(string(found[2])), shape(out.String())); diff != "" && !*update {
			t.Errorf("kubepath %s prints something else (go test ./cmd/kubepath -update refreshes the README):\n%s", found[1], diff)
		}
		return []byte("```console\n$ kubepath " + string(found[1]) + "\n" + out.String() + "```")
	})
	if blocks == 0 {
		t.Fatal("the README shows no command")
	}
	if *update {
		if err := os.WriteFile(path, refreshed, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// shape is a tree without what differs from run to run, and without where its lines are broken.
func shape(text string) string {
	return normalise(strings.Join(strings.Fields(text), " "))
}

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
