package chapters

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// source is a Go file of the project with what it imports.
type source struct {
	path    string // from the top of the project
	imports []string
}

func (s source) test() bool {
	return strings.HasSuffix(s.path, "_test.go") || strings.Contains(s.path, "storagetest/")
}

// chapter is the number of the chapter that a path belongs to; 0: none.
func chapter(path string) int {
	rest, ok := strings.CutPrefix(path, "chapters/")
	if !ok {
		return 0
	}
	number, _, _ := strings.Cut(rest, "-")
	n, _ := strconv.Atoi(number)
	return n
}

// sources reads the imports of every Go file of the project's own module.
func sources(t *testing.T) []source {
	t.Helper()
	top := os.DirFS("..")
	var found []source
	err := fs.WalkDir(top, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && path != "." {
			_, nested := fs.Stat(top, filepath.Join(path, "go.mod"))
			if nested == nil || strings.HasPrefix(d.Name(), ".") || strings.HasPrefix(d.Name(), "_") || d.Name() == "testdata" {
				return fs.SkipDir
			}
		}
		if !strings.HasSuffix(path, ".go") {
			return nil
		}
		text, err := fs.ReadFile(top, path)
		if err != nil {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, text, parser.ImportsOnly)
		if err != nil {
			return err
		}
		s := source{path: path}
		for _, spec := range file.Imports {
			name, _ := strconv.Unquote(spec.Path.Value)
			s.imports = append(s.imports, name)
		}
		found = append(found, s)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(found) < 50 {
		t.Fatalf("only %d Go files found: the walk is broken", len(found))
	}
	return found
}

func TestAChapterImportsOnlyChaptersBeforeIt(t *testing.T) {
	for _, s := range sources(t) {
		own := chapter(s.path)
		if own == 0 {
			continue
		}
		for _, name := range s.imports {
			local, ok := strings.CutPrefix(name, "kubepath/")
			if !ok {
				continue
			}
			switch other := chapter(local); {
			case other == own || other > 0 && other < own:
			case other > own:
				t.Errorf("%s is in chapter %d and imports chapter %d (%s)", s.path, own, other, name)
			case s.test() && local == "internal/tools/kubectltest": // kubectl is a client, and what it prints is a claim
			case local != "internal/demo" && local != "internal/embedetcd":
				t.Errorf("%s is in a chapter and imports %s, which serves the teaching", s.path, name)
			}
		}
	}
}

// retold are the modules that this project re-tells: its own code has to do without them.
var retold = []struct{ module, except string }{
	{"k8s.io/apiserver", ""},
	{"k8s.io/kubernetes", ""},
	{"k8s.io/client-go", "k8s.io/client-go/applyconfigurations"},
	{"k8s.io/apiextensions-apiserver", "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"},
}

func TestTheLayersAreNotImportedFromUpstream(t *testing.T) {
	for _, s := range sources(t) {
		if s.test() {
			continue
		}
		for _, name := range s.imports {
			for _, r := range retold {
				within := name == r.module || strings.HasPrefix(name, r.module+"/")
				if within && (r.except == "" || !strings.HasPrefix(name, r.except)) {
					t.Errorf("%s imports %s, which it should re-tell", s.path, name)
				}
			}
		}
	}
}

func TestNothingImportsTheCommand(t *testing.T) {
	for _, s := range sources(t) {
		for _, name := range s.imports {
			if strings.HasPrefix(name, "kubepath/cmd") {
				t.Errorf("%s imports %s", s.path, name)
			}
		}
	}
}

func TestEveryFolderIsAChapterOfTheTable(t *testing.T) {
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	var folders, table []string
	for _, e := range entries {
		if e.IsDir() {
			folders = append(folders, e.Name())
		}
	}
	for _, c := range All() {
		table = append(table, c.Folder())
		if _, err := os.Stat(filepath.Join(c.Folder(), "doc.go")); err != nil {
			t.Errorf("chapter %s lacks doc.go", c.Folder())
		}
	}
	if !slices.Equal(folders, table) {
		t.Errorf("folders %v, table %v", folders, table)
	}
}

func TestTheTopLevelIsAsDrawn(t *testing.T) {
	entries, err := os.ReadDir("..")
	if err != nil {
		t.Fatal(err)
	}
	drawn := []string{"chapters", "cmd", "internal", "docs", "scripts", "go.mod", "go.sum", "README.md", "LICENSE"}
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), ".") && e.Name() != "kubepath" && !slices.Contains(drawn, e.Name()) {
			t.Errorf("%s stands at the top level", e.Name())
		}
	}
}

func TestChaptersAreFoundByNumberAndName(t *testing.T) {
	for _, arg := range []string{"7", "07", "etcd3", "07-etcd3"} {
		if c, err := Find(arg); err != nil || c.Number != 7 {
			t.Errorf("Find(%q) = %v, %v", arg, c, err)
		}
	}
	if _, err := Find("99"); err == nil {
		t.Error("chapter 99 was found")
	}
}
