package racetest_test

import (
	"io/fs"
	"os"
	"path"
	"regexp"
	"strings"
	"testing"
)

// playedBy finds the script that a timeline in a comment names, and the folder of another chapter where it lies.
var playedBy = regexp.MustCompile(`\((?:chapters/([\w-]+)/)?testdata/races/(\w+)\.txtar plays it\)`)

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
		played := playedBy.FindStringSubmatch(string(text))
		if err != nil || played == nil {
			return err
		}
		timelines[file] = true
		folder := path.Dir(file)
		if played[1] != "" {
			folder = played[1]
		}
		for _, name := range named.FindAllStringSubmatch(string(text), -1) {
			script := path.Join(folder, "testdata/races", name[1]+".txtar")
			if _, err := fs.Stat(chapters, script); err != nil {
				t.Errorf("%s names %s.txtar: %v", file, name[1], err)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{
		"06-registry/delete.go", "07-etcd3/update.go", "07-etcd3/watcher.go", "10-cacher/freshness.go", "10-cacher/history.go",
		"12-patch/field_manager.go", "12-patch/patcher.go",
	} {
		if !timelines[file] {
			t.Errorf("%s has no timeline that a script plays", file)
		}
	}
}
