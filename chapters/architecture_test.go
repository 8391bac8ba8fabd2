package chapters

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
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
			if nested == nil || strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata" && !strings.Contains(path, "/_exercise") {
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

// exercise tells whether the file is part of an exercise: what a learner starts from, its solutions and tests, and the plug
// that puts it into the server.
func (s source) exercise() bool { return strings.Contains(s.path, "/_exercise/") }

// misplaced are the imports that a file of a chapter may not have: chapters point down, and the tools that serve the
// teaching look at chapters, not the other way round. An exercise meets what stands above its chapter through
// internal/tools/exercise alone.
func (s source) misplaced() []string {
	own := chapter(s.path)
	if own == 0 {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(s.imports), func(name string) bool {
		local, ok := strings.CutPrefix(name, "kubepath/")
		switch other := chapter(local); {
		case !ok:
			return true
		case other > 0:
			return other <= own
		case local == "internal/demo", local == "internal/embedetcd":
			return true
		case local == "internal/tools/exercise":
			return s.exercise()
		case local == "internal/tools/exercise/exercisetest":
			return s.exercise() && s.test()
		}
		switch local {
		case "internal/tools/kubectltest": // kubectl is a client, and what it prints is a claim
			return s.test()
		case "internal/tools/racetest": // scripts of races; it stands on chapters 2, 5 and 7
			return s.test() && own >= 7
		}
		return false
	})
}

func TestAChapterImportsOnlyChaptersBeforeIt(t *testing.T) {
	exercises := 0
	for _, s := range sources(t) {
		if s.exercise() {
			exercises++
		}
		for _, name := range s.misplaced() {
			t.Errorf("%s is in chapter %d and imports %s", s.path, chapter(s.path), name)
		}
	}
	if exercises < 50 {
		t.Errorf("only %d files of exercises found: the walk is broken", exercises)
	}
}

func TestTheRuleOfImportsFindsWhatBreaksIt(t *testing.T) {
	for _, row := range []struct {
		path, imports string
		misplaced     bool
	}{
		{"chapters/05-storage/a.go", "kubepath/chapters/04-rest", false},
		{"chapters/05-storage/a.go", "kubepath/chapters/05-storage/memory", false},
		{"chapters/05-storage/a.go", "kubepath/chapters/07-etcd3", true},
		{"chapters/05-storage/a_test.go", "kubepath/chapters/07-etcd3", true},
		{"chapters/05-storage/_exercise/plug.go", "kubepath/chapters/07-etcd3", true},
		{"chapters/05-storage/_exercise/a_test.go", "kubepath/chapters/07-etcd3", true},
		{"chapters/05-storage/_exercise/testdata/solution.go", "kubepath/chapters/07-etcd3", true},
		{"chapters/05-storage/_exercise/plug.go", "kubepath/internal/tools/exercise", false},
		{"chapters/05-storage/_exercise/plug.go", "kubepath/internal/tools/exercise/exercisetest", true},
		{"chapters/05-storage/_exercise/a_test.go", "kubepath/internal/tools/exercise/exercisetest", false},
		{"chapters/05-storage/a.go", "kubepath/internal/tools/exercise", true},
		{"chapters/05-storage/a_test.go", "kubepath/internal/tools/trace", true},
		{"chapters/05-storage/a_test.go", "kubepath/internal/tools/racetest", true},
		{"chapters/07-etcd3/a_test.go", "kubepath/internal/tools/racetest", false},
		{"chapters/07-etcd3/a.go", "kubepath/internal/tools/racetest", true},
		{"chapters/05-storage/a.go", "kubepath/internal/embedetcd", false},
		{"internal/tools/trace/a.go", "kubepath/chapters/17-controlplane", false},
	} {
		s := source{path: row.path, imports: []string{row.imports}}
		if got := len(s.misplaced()) > 0; got != row.misplaced {
			t.Errorf("%s imports %s: misplaced %v, want %v", row.path, row.imports, got, row.misplaced)
		}
	}
}

func TestTheFoundationImportsNoChapter(t *testing.T) {
	for _, s := range sources(t) {
		if !strings.HasPrefix(s.path, "internal/") || strings.HasPrefix(s.path, "internal/tools/") || s.test() {
			continue
		}
		for _, name := range s.imports {
			if strings.HasPrefix(name, "kubepath/") {
				t.Errorf("%s stands below the chapters and imports %s", s.path, name)
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

// unlisted are the files of a folder that its doc.go does not name. Files of tests are found beside what they test.
func unlisted(doc string, files []string) []string {
	return slices.DeleteFunc(slices.Clone(files), func(name string) bool {
		return name == "doc.go" || strings.HasSuffix(name, "_test.go") || regexp.MustCompile(`(^|[^\w./])`+regexp.QuoteMeta(name)+`\b`).MatchString(doc)
	})
}

func TestDocGoListsEveryFileOfItsPackage(t *testing.T) {
	folders := map[string][]string{}
	for _, s := range sources(t) {
		if !s.exercise() && !strings.HasPrefix(filepath.Base(s.path), "zz_generated") {
			folders[filepath.Dir(s.path)] = append(folders[filepath.Dir(s.path)], filepath.Base(s.path))
		}
	}
	for folder, files := range folders {
		product := slices.DeleteFunc(slices.Clone(files), func(name string) bool { return strings.HasSuffix(name, "_test.go") })
		if len(product) < 3 {
			continue // a file or two explain themselves
		}
		reading := "doc.go"
		if slices.Contains(product, "main.go") {
			reading = "main.go" // a command
			product = slices.DeleteFunc(product, func(name string) bool { return name == reading })
		}
		doc, err := os.ReadFile(filepath.Join("..", folder, reading))
		if err != nil {
			t.Errorf("%s has %d files and no %s that says in which order to read them", folder, len(product), reading)
			continue
		}
		for _, name := range unlisted(string(doc), product) {
			t.Errorf("%s/%s does not name %s", folder, reading, name)
		}
	}
}

func TestTheRuleOfListsFindsAFileThatIsMissing(t *testing.T) {
	const doc = "Read create.go, then demo_server.go and page.go; testdata/list.go is not one."
	got := unlisted(doc, []string{"doc.go", "create.go", "create_test.go", "server.go", "list.go", "page.go"})
	if want := []string{"server.go", "list.go"}; !slices.Equal(got, want) {
		t.Errorf("unlisted: %v, want %v", got, want)
	}
}
