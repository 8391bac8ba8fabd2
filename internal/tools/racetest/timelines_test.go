package racetest_test

import (
	"io/fs"
	"os"
	"path"
	"regexp"
	"strings"
	"testing"
)

// playedBy finds the script that a timeline in a comment names.
var playedBy = regexp.MustCompile(`\(testdata/races/(\w+)\.txtar plays it\)`)

// named finds every script that such a file names.
var named = regexp.MustCompile(`\b(\w+)\.txtar`)

func TestATimelineInACommentNamesAScriptThatExists(t *testing.T) {
	t.Parallel()
	chapters := os.DirFS("../../../chapters")
	timelines := map[string]bool{}
	err := fs.WalkDir(chapters, ".", func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_test.go") {
			return err
		}
		text, err := fs.ReadFile(chapters, file)
		if err != nil || !playedBy.Match(text) {
			return err
		}
		timelines[file] = true
		for _, name := range named.FindAllStringSubmatch(string(text), -1) {
			script := path.Join(path.Dir(file), "testdata/races", name[1]+".txtar")
			if _, err := fs.Stat(chapters, script); err != nil {
				t.Errorf("%s names %s.txtar: %v", file, name[1], err)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{"07-etcd3/update.go", "07-etcd3/watcher.go"} {
		if !timelines[file] {
			t.Errorf("%s has no timeline that a script plays", file)
		}
	}
}
