package main

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
)

var update = flag.Bool("update", false, "write the golden traces anew")

// TestTheWholePath compares the path of each request with the one on record: every hop, the conversation with etcd, and
// the way back. An archive holds the words on the command line, files for them, and the tree.
func TestTheWholePath(t *testing.T) {
	t.Parallel()
	archives, err := filepath.Glob("testdata/traces/*.txtar")
	if err != nil || len(archives) == 0 {
		t.Fatalf("no golden traces: %v", err)
	}
	for _, path := range archives {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			t.Parallel()
			archive, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			got := normalise(traceOf(t, archive))
			tree := &archive.Files[len(archive.Files)-1]
			if *update {
				tree.Data = []byte(got)
				if err := os.WriteFile(path, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(string(tree.Data), got); diff != "" {
				t.Errorf("the path is another one (go test ./cmd/kubepath -update writes it anew):\n%s", diff)
			}
		})
	}
}

// traceOf runs kubepath trace with the archive's words; the files before the tree are written to a folder that stands
// for FOLDER.
func traceOf(t *testing.T, archive *txtar.Archive) string {
	t.Helper()
	folder := t.TempDir()
	for _, file := range archive.Files[:len(archive.Files)-1] {
		if err := os.WriteFile(filepath.Join(folder, file.Name), file.Data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	words := regexp.MustCompile(`(?m)^\$ kubepath (.*)$`).FindSubmatch(archive.Comment)
	if words == nil {
		t.Fatal("the archive does not say what to run: $ kubepath ...")
	}
	args := strings.Fields(strings.ReplaceAll(string(words[1]), "FOLDER", folder))
	var out, errs bytes.Buffer
	status := run(append(args, "--width", "1000"), strings.NewReader(""), &out, &errs)
	return strings.ReplaceAll(out.String()+errs.String(), folder, "FOLDER") + "exit status " + string(rune('0'+status)) + "\n"
}

// volatile is what differs from run to run.
var volatile = []struct {
	pattern *regexp.Regexp
	to      string
}{
	{regexp.MustCompile(` *\d+(\.\d+)? (µs|ms|s)\b`), " <time>"},
	{regexp.MustCompile(`127\.0\.0\.1:\d+`), "<server>"},
	{regexp.MustCompile(` *(chapters/\d\d-\w+/\w+\.go):\d+`), " $1:<line>"},
	{regexp.MustCompile(`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ`), "<timestamp>"},
	{regexp.MustCompile(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`), "<uid>"},
	{regexp.MustCompile(` +(where|after|time inside)\n`), " $1\n"},
	{regexp.MustCompile(`\(\d+ bytes\)|\b\d+ bytes`), "<n> bytes"},
}

func normalise(text string) string {
	for _, v := range volatile {
		text = v.pattern.ReplaceAllString(text, v.to)
	}
	return text
}
