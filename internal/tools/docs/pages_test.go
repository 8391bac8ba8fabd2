package docs_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"kubepath/internal/tools/docs"
)

func open(t *testing.T, root string) *docs.Course {
	t.Helper()
	course, err := docs.Open(root)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { course.Close() })
	return course
}

func TestThePagesSayWhatIsSo(t *testing.T) {
	t.Parallel()
	course := open(t, "")
	dependOnSources(t, course.Index.Root())
	files, err := course.Files()
	if err != nil {
		t.Fatal(err)
	}
	t.Run("pages", func(t *testing.T) {
		for _, file := range files {
			t.Run(file, func(t *testing.T) {
				t.Parallel()
				page, err := course.Page(file)
				if err != nil {
					t.Fatal(err)
				}
				for _, finding := range course.Check(page) {
					t.Error(finding)
				}
			})
		}
	})
	for _, missed := range course.Missed() {
		if os.Getenv("CI") != "" {
			t.Error(missed)
		} else {
			t.Log(missed)
		}
	}
}

// dependOnSources makes the go command run this test again after any file of the project changed, although the commands
// that the pages run are built by another process.
func dependOnSources(t *testing.T, root string) {
	t.Helper()
	for _, folder := range []string{"chapters", "cmd", "docs", "internal"} {
		err := filepath.WalkDir(filepath.Join(root, folder), func(path string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() && !strings.HasSuffix(path, "_test.go") {
				_, _ = os.Stat(path) // one that is gone by now is noticed as well
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}
