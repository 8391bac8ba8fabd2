package workshop

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Audit returns what is wrong with an exercise, as far as it shows without running anything: one sentence each, which
// says what to do. begun tells that the learner's file may hold a learner's text.
func (e *Exercise) Audit(begun bool) []string {
	a := &audit{Exercise: e}
	a.description()
	a.files()
	a.tests()
	a.mutants()
	a.plug()
	if !begun && !e.Untouched() {
		a.wrong("%s differs from %s: copy the one that is right over the other. (Are you solving it? Then kubepath workshop start %s "+
			"tells the checks so.)", e.Edit, StubFile, e.ID)
	}
	return a.found
}

type audit struct {
	*Exercise
	found []string
}

func (a *audit) wrong(text string, args ...any) {
	a.found = append(a.found, fmt.Sprintf(text, args...))
}

// description checks what exercise.yaml says by itself.
func (a *audit) description() {
	var chapter int
	if _, err := fmt.Sscanf(a.Folder, "chapters/%d-", &chapter); err != nil || chapter != a.Chapter {
		a.wrong("chapter is %d, but it lies in %s: set chapter", a.Chapter, a.Folder)
	}
	if suffix, ok := strings.CutPrefix(a.ID, fmt.Sprint(a.Chapter)); !ok || strings.Trim(suffix, "bcdefghijklmnopqrstuvwxyz") != "" {
		a.wrong("id is %q: it is the chapter's number, with b, c, ... for further ones", a.ID)
	}
	for name, text := range map[string]string{"title": a.Title, "edit": a.Edit, "plug": a.Exercise.Plug, "why": a.Why} {
		if strings.TrimSpace(text) == "" {
			a.wrong("%s is missing: write it in %s", name, yamlFile)
		}
	}
	if a.Minutes < 5 || a.Minutes > 30 {
		a.wrong("minutes is %d: an exercise takes 5 to 30", a.Minutes)
	}
	if len(a.Hints) != 3 || slices.ContainsFunc(a.Hints, isBlank) {
		a.wrong("it has %d hints: write three, a question, the idea, nearly the code", len(a.Hints))
	}
	slices.Sort(a.found) // the map has no order
}

func isBlank(text string) bool { return strings.TrimSpace(text) == "" }

// files checks that what every exercise has is there, and is Go as gofmt writes it.
func (a *audit) files() {
	sources := []string{a.Edit, StubFile, SolutionFile, pluginFile, taskFile}
	for _, m := range a.Mutants {
		sources = append(sources, m.File)
	}
	for _, path := range mustGlob(a.Abs("*.go")) {
		if name := filepath.Base(path); !slices.Contains(sources, name) {
			sources = append(sources, name)
		}
	}
	for _, name := range sources {
		a.source(name)
	}
	if stub, err := os.ReadFile(a.Abs(StubFile)); err == nil && !bytes.Contains(stub, []byte("TODO(you)")) {
		a.wrong("%s has no TODO(you): mark the place where code goes", StubFile)
	}
	if task, err := a.Task(80); err == nil && isBlank(task) {
		a.wrong("%s has no package comment: write the task there", taskFile)
	}
}

func mustGlob(pattern string) []string {
	paths, _ := filepath.Glob(pattern) // fails for a malformed pattern only
	return paths
}

func (a *audit) source(name string) {
	text, err := os.ReadFile(a.Abs(name))
	if err != nil {
		a.wrong("%s is missing: write it", name)
		return
	}
	if name == a.Edit && !a.Untouched() {
		return // a learner's text may be as it likes; that it is one is checked elsewhere
	}
	formatted, err := format.Source(text)
	if err != nil {
		a.wrong("%s does not parse: %v", name, err)
		return
	}
	if !bytes.Equal(formatted, text) {
		a.wrong("%s is not as gofmt writes it: gofmt -w %s/%s", name, a.Folder, name)
	}
	file, err := parser.ParseFile(token.NewFileSet(), name, text, parser.PackageClauseOnly)
	if err == nil && file.Name.Name != "exercise" {
		a.wrong("%s is of package %s: call it exercise", name, file.Name.Name)
	}
}

// tests checks that the tests named exist.
func (a *audit) tests() {
	names := a.TestNames()
	if len(names) == 0 {
		a.wrong("it has no tests: write exercise_test.go")
	}
	if len(a.StubFails) == 0 {
		a.wrong("stub_fails names no test: what would be left to do?")
	}
	for _, name := range a.StubFails {
		if !slices.Contains(names, name) {
			a.wrong("stub_fails names %s, which no file defines", name)
		}
	}
	for _, m := range a.Mutants {
		for _, name := range m.Fails {
			if !slices.Contains(names, name) {
				a.wrong("mutant %s: fails names %s, which no file defines", m.Name, name)
			}
		}
	}
}

func (a *audit) mutants() {
	if len(a.Mutants) < 2 {
		a.wrong("it has %d mutants: write two or more plausible wrong answers", len(a.Mutants))
	}
	seen := map[string]bool{}
	for _, m := range a.Mutants {
		switch {
		case m.Name == "" || seen[m.Name]:
			a.wrong("mutant %q: give each a name of its own", m.Name)
		case isBlank(m.Note):
			a.wrong("mutant %s has no note: tell the learner the misconception", m.Name)
		case len(m.Fails) == 0:
			a.wrong("mutant %s fails no test: name those that refuse it", m.Name)
		}
		seen[m.Name] = true
	}
	for _, path := range mustGlob(a.Abs("testdata/mutants/*.go")) {
		name := "testdata/mutants/" + filepath.Base(path)
		if !slices.ContainsFunc(a.Mutants, func(m Mutant) bool { return m.File == name }) {
			a.wrong("%s is no mutant of %s: add it or remove it", name, yamlFile)
		}
	}
}

// plug checks that the command can be built on the exercise.
func (a *audit) plug() {
	file, err := parser.ParseFile(token.NewFileSet(), a.Abs(pluginFile), nil, parser.SkipObjectResolution)
	if err != nil {
		return // told by files
	}
	for _, decl := range file.Decls {
		if f, ok := decl.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.Name == "Plug" && returnsPlug(f.Type) {
			return
		}
	}
	a.wrong("%s has no func Plug() exercise.Plug: write it (an empty one with plug: none)", pluginFile)
}

func returnsPlug(f *ast.FuncType) bool {
	if f.Params.NumFields() > 0 || f.Results.NumFields() != 1 {
		return false
	}
	result, ok := f.Results.List[0].Type.(*ast.SelectorExpr)
	return ok && result.Sel.Name == "Plug"
}
