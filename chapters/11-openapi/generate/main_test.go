package main

import (
	"bytes"
	"os"
	"testing"
)

func TestMarkersAreUpToDate(t *testing.T) {
	t.Parallel()
	have, err := os.ReadFile("../markers.txt")
	if err != nil {
		t.Fatal(err)
	}
	want, err := markers()
	if err != nil {
		t.Skipf("the sources of %s are not on this machine: %v", served, err)
	}
	if !bytes.Equal(have, want) {
		t.Error("markers.txt is not what the sources say: run go generate ./chapters/11-openapi")
	}
}

func TestCommentsBecomeParagraphs(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ what, want string }{
		{"one\ntwo", "one two"},
		{"one\n\ntwo", "one\n\ntwo"},
		{"one\n+marker\ntwo", "one two"},
		{"one\nTODO: later\ntwo", "one two"},
		{"one\n---\ntwo", "one"},
		{"like:\n - a\n - b\nend", "like:\n - a\n - b\nend"},
		{"code:\n\n\tx\n\n\ty\n\nend", "code:\n\n\tx\n\n\ty\n\nend"},
	} {
		if got := describe(bytesLines(row.what)); got != row.want {
			t.Errorf("%q: %q, want %q", row.what, got, row.want)
		}
	}
}

func bytesLines(text string) []string {
	var lines []string
	for _, line := range bytes.Split([]byte(text), []byte("\n")) {
		lines = append(lines, string(line))
	}
	return lines
}
