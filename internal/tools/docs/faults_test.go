package docs

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"kubepath/internal/tools/symbols"
)

// project lays a small project out whose pages are true, and returns its course. plant changes its files first.
func project(t *testing.T, plant func(files map[string]string)) *Course {
	t.Helper()
	archive, err := txtar.ParseFile("testdata/course.txtar")
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, f := range archive.Files {
		files[f.Name] = strings.Replace(string(f.Data), "FILLER", strings.Repeat("One word after the other. ", 180), 1)
	}
	for _, name := range []string{"internal/tools/upstream/go.mod", "internal/tools/upstream/go.sum"} {
		text, err := os.ReadFile(filepath.Join("..", "..", "..", name))
		if err != nil {
			t.Fatal(err)
		}
		files[name] = string(text)
	}
	if plant != nil {
		plant(files)
	}
	root := t.TempDir()
	for name, text := range files {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	course, err := Open(root)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { course.Close() })
	course.Tools.prepare = course.Tools.pretend
	return course
}

// pretend puts a script in the place of kubepath, since the project of these tests has no command.
func (t *Tools) pretend() ([]string, error) {
	const script = `#!/bin/sh
case "$1" in
--help) echo '  trace       follow a request' ;;
*) echo '      --step   stop before each hop' ;;
esac
`
	err := os.WriteFile(filepath.Join(t.folder, "kubepath"), []byte(script), 0o755)
	return []string{"PATH=" + t.folder + string(filepath.ListSeparator) + os.Getenv("PATH")}, err
}

// checkAll returns what is found in all pages.
func checkAll(t *testing.T, c *Course) []Finding {
	t.Helper()
	files, err := c.Files()
	if err != nil {
		t.Fatal(err)
	}
	var findings []Finding
	for _, file := range files {
		page, err := c.Page(file)
		if err != nil {
			t.Fatal(err)
		}
		findings = append(findings, c.Check(page)...)
	}
	return findings
}

func TestTruePagesAreLeftAlone(t *testing.T) {
	t.Parallel()
	course := project(t, nil)
	for _, finding := range checkAll(t, course) {
		t.Error(finding)
	}
}

const (
	page   = "docs/07-etcd3.md"
	source = "chapters/07-etcd3/create.go"
)

// fault is a change after which a page is true no longer.
type fault struct {
	name     string
	file     string
	old, now string
	line     string // of the page, where the message points
	says     string
	mended   bool // by a refresh
}

var faults = []fault{
	{"a symbol that a block shows is renamed", source, ") Create(", ") Make(",
		"```go chapters/07-etcd3/create.go Store.Create nodoc", "chapters/07-etcd3/create.go declares no Store.Create", false},
	{"a function that a block shows is changed", source, "return \"\"", "return key",
		"```go chapters/07-etcd3/create.go Store.Create nodoc", "differs from the source:\n\t- \treturn \"\"\n\t+ \treturn key", true},
	{"a function becomes shorter than the lines shown", page, "lines 3-5", "lines 3-50",
		"```go chapters/07-etcd3/create.go Store.Create lines", "Store.Create of chapters/07-etcd3/create.go has 8 lines, not 50", false},
	{"a file that a block shows is gone", page, "```go chapters/07-etcd3/create.go Store.Create nodoc", "```go chapters/07-etcd3/made.go Store.Create nodoc",
		"```go chapters/07-etcd3/made.go", "there is no file chapters/07-etcd3/made.go", false},
	{"Go code is pasted by hand", page, "```go chapters/07-etcd3/create.go Store.Create nodoc", "```go",
		"```go\n", "Go code is shown from the source", false},
	{"a command prints something else", page, "\nhello\n$ cat <<END", "\nhallo\n$ cat <<END",
		"```console\n$ echo hello", "$ echo hello | tee kept prints something else:\n\t- hallo\n\t+ hello", true},
	{"a revision that counts is another", page, "create.go:12, revision 7", "create.go:12, revision 8",
		"```console\n$ echo hello", "prints something else", true},
	{"a command fails", page, "$ cat kept", "$ cat keep",
		"```console\n$ cat keep", "exit status 1", false},
	{"a block has no command", page, "$ cat kept", "cat kept",
		"```console\ncat kept", "a console block begins with $ and a command", false},
	{"a word of normalise is unknown", page, "normalise: revisions", "normalise: revisons",
		"```console\n$ cat kept", "revisons is none of revisions, numbers, order", false},
	{"a link is dead", page, "](../chapters/07-etcd3/create.go#", "](../chapters/07-etcd3/make.go#",
		"See [Store.Create]", "there is no chapters/07-etcd3/make.go", false},
	{"a link names no symbol", page, "create.go#Store.Create", "create.go#Store.Make",
		"See [Store.Create]", "declares no Store.Make", false},
	{"a link is pinned to a line", page, "create.go#Store.Create", "create.go#L12",
		"See [Store.Create]", "pinned to a line", false},
	{"a link names no heading", page, "](#the-question)", "](#a-question)",
		"[the question]", "docs/07-etcd3.md has no heading #a-question", false},
	{"a heading that another page links to is renamed", page, "## The real one", "## The real two",
		"", "has no heading #the-real-one", false},
	{"a diagram's node names no symbol", page, "[\"etcd3.ErrExists\"]", "[\"etcd3.ErrThere\"]",
		"  create[", "the node exists: package etcd3 declares no ErrThere", false},
	{"a diagram is of another kind", page, "flowchart TD", "sequenceDiagram",
		"```mermaid", "a diagram begins with flowchart TD or flowchart LR", false},
	{"inline code names no symbol", page, "`etcd3.Store.Create`", "`etcd3.(*Store).Craete`",
		"Which of two", "package etcd3 declares no Store.Craete", false},
	{"inline code names no file", page, "in `chapters/07-etcd3/create.go`", "in `chapters/07-etcd3/make.go`",
		"See [Store.Create]", "there is no such file", false},
	{"upstream has no such symbol", page, "pkg/storage.Interface`", "pkg/storage.Interfaces`",
		"Which of two", "k8s.io/apiserver/pkg/storage at v0.37.2 declares no Interfaces", false},
	{"a command does not exist", page, "kubepath trace get", "kubepath follow get",
		"`kubepath follow", "kubepath has no command follow", false},
	{"a flag does not exist", page, "--step", "--stop",
		"`kubepath trace", "kubepath trace has no flag --stop", false},
	{"sections stand in another order", page, "## The real one", "## What it costs",
		"## What it costs", `the section "What it costs" stands where "The real one" belongs`, false},
	{"a section is missing", page, "## Exercise", "### Exercise",
		"## Try it", "the page has 6 sections", false},
	{"a page has no title", "README.md", "# kubepath", "kubepath",
		"", "README.md:1: the page does not begin with its title", false},
	{"the title has another number", page, "# 7. etcd3", "# 8. etcd3",
		"# 8.", `"# 8. etcd3: one of two" is not # 7. Title`, false},
	{"the diagram is gone", page, "```mermaid", "```text",
		"# 7.", "the page has no diagram", false},
	{"the page is too short", page, strings.Repeat("One word after the other. ", 100), "",
		"# 7.", "it should have 900 to 2000", false},
	{"a figure was measured anew", "docs/costs.json", "75.5", "99",
		"<!-- cost: create", "is not what docs/costs.json says:\n\t- | etcd3 | 76 µs | 26 µs | 1.5 × |", true},
	{"an operation was not measured", page, "cost: create", "cost: delete",
		"<!-- cost: delete", `no operation "delete" was measured; there are create`, false},
}

func TestEachFaultIsFound(t *testing.T) {
	t.Parallel()
	for _, f := range faults {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			var text string
			course := project(t, func(files map[string]string) {
				if !strings.Contains(files[f.file], f.old) {
					t.Fatalf("%s does not hold %q", f.file, f.old)
				}
				files[f.file] = strings.Replace(files[f.file], f.old, f.now, 1)
				text = files[page]
			})
			findings := checkAll(t, course)
			if missed := course.Missed(); len(missed) > 0 && strings.Contains(f.name, "upstream") {
				t.Skip(missed)
			}
			for _, finding := range findings {
				if strings.Contains(finding.String(), f.says) {
					f.compare(t, finding, text)
					return
				}
			}
			t.Errorf("nothing says %q; found: %v", f.says, findings)
		})
	}
}

// compare looks at where the finding points, and at whom it asks to mend it.
func (f fault) compare(t *testing.T, finding Finding, text string) {
	t.Helper()
	want := strings.Count(text[:max(strings.Index(text, f.line), 0)], "\n") + 1
	if f.line != "" && finding.Line != want {
		t.Errorf("it points to line %d, want %d (%s)", finding.Line, want, f.line)
	}
	if finding.Mended != f.mended || !strings.Contains(finding.String(), "scripts/docs") {
		t.Errorf("how it is mended: %s", finding)
	}
}

func TestARefreshMendsOnceAndThenChangesNothing(t *testing.T) {
	t.Parallel()
	course := project(t, func(files map[string]string) {
		for _, f := range faults {
			if f.mended && f.file != page {
				files[f.file] = strings.Replace(files[f.file], f.old, f.now, 1)
			}
		}
		files[page] = strings.Replace(files[page], "\nhello\n$ cat <<END", "\nhallo\n$ cat <<END", 1)
	})
	mended, left, err := course.Refresh(page)
	if err != nil || len(left) > 0 || len(mended) != 3 {
		t.Fatalf("mended %v, left %v, %v", mended, left, err)
	}
	now, err := os.ReadFile(course.Index.Path(page))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"\treturn key\n", "\nhello\n$ cat <<END", "| etcd3 | 99 µs |", "took 3.4 s, at 2026-11-21T21:25:13Z", "revision 9"} {
		if !strings.Contains(string(now), want) {
			t.Errorf("the refreshed page does not hold %q", want)
		}
	}
	mended, left, err = course.Refresh(page)
	if err != nil || len(left)+len(mended) > 0 {
		t.Errorf("again: mended %v, left %v, %v", mended, left, err)
	}
}

func TestModulesThatCannotBeHadAreToldAndNotHeldAgainstThePage(t *testing.T) {
	t.Parallel()
	course := project(t, nil)
	course.offline(symbols.ErrUnavailable)
	if missed := course.Missed(); len(missed) != 1 || missed[0] != symbols.ErrUnavailable.Error() {
		t.Error(missed)
	}
}

func TestAnOpenFenceIsNamed(t *testing.T) {
	t.Parallel()
	_, err := ParsePage(page, "# A\n\n```console\n$ true\n")
	if err == nil || !strings.Contains(err.Error(), page+":3: the block \"$ true\" is not closed by ```") {
		t.Error(err)
	}
}
