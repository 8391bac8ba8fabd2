package workshop

import (
	"cmp"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// Report is what one run of an exercise's tests said.
type Report struct {
	Build  string // the compiler's words; "": it compiled
	Tests  []*Test
	Output string // printed outside of every test
	failed bool
}

// Test is a top-level test.
type Test struct {
	Name     string
	Status   Status
	Messages []Message
	rows     []string // what each subtest printed is under its name
	output   map[string]string
}

// Status is how a test ended.
type Status string

// The ways in which a test ends.
const (
	Passed    Status = "pass"
	Failed    Status = "fail"
	Skipped   Status = "skip"
	NotEnded  Status = "not ended" // the run ended first: a panic, or the time was up
	Unreached Status = "not begun" // as above, and it had not begun
)

// Message is what a test says about its failure.
type Message struct {
	Row   string // the subtest; "": the test itself
	Place string // exercise_test.go:42; "": printed by the code that is tested
	Text  string
}

// OK tells whether everything passed.
func (r *Report) OK() bool {
	return r.Build == "" && !r.failed && !slices.ContainsFunc(r.Tests, func(t *Test) bool { return t.bad() })
}

// Failing are the names of the tests that did not pass, sorted.
func (r *Report) Failing() []string {
	var names []string
	for _, t := range r.Tests {
		if t.bad() {
			names = append(names, t.Name)
		}
	}
	slices.Sort(names)
	return names
}

func (t *Test) bad() bool { return t.Status != Passed && t.Status != Skipped }

// add takes in one event.
func (r *Report) add(ev event, builds map[string]string) {
	switch {
	case ev.Test == "":
		switch ev.Action {
		case "output":
			r.Output += ev.Output
		case "fail":
			r.failed = true
			r.Build = builds[ev.FailedBuild]
		}
	default:
		name, row, _ := strings.Cut(ev.Test, "/")
		r.test(name).add(row, ev)
	}
}

func (r *Report) test(name string) *Test {
	for _, t := range r.Tests {
		if t.Name == name {
			return t
		}
	}
	t := &Test{Name: name, Status: NotEnded, output: map[string]string{}}
	r.Tests = append(r.Tests, t)
	return t
}

func (t *Test) add(row string, ev event) {
	if !slices.Contains(t.rows, row) {
		t.rows = append(t.rows, row)
	}
	switch ev.Action {
	case "output":
		t.output[row] += ev.Output
	case "pass", "fail", "skip":
		if row == "" {
			t.Status = Status(ev.Action)
		}
	}
}

func (r *Report) finish() {
	for _, t := range r.Tests {
		for _, row := range t.rows {
			t.Messages = append(t.Messages, messages(row, t.output[row])...)
		}
	}
}

// Complete adds the tests that a run which ended early never came to, and puts all in the order of the file.
func (r *Report) Complete(e *Exercise) {
	if r.Build != "" {
		return
	}
	names := e.TestNames()
	for _, name := range names {
		if t := r.test(name); len(t.rows) == 0 {
			t.Status = Unreached
		}
	}
	slices.SortStableFunc(r.Tests, func(a, b *Test) int {
		return cmp.Compare(slices.Index(names, a.Name), slices.Index(names, b.Name))
	})
}

// TestNames are the top-level tests of the exercise, in the order of the file.
func (e *Exercise) TestNames() []string {
	files, _ := filepath.Glob(e.Abs("*_test.go"))
	var names []string
	for _, path := range files {
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			continue
		}
		for _, decl := range file.Decls {
			f, ok := decl.(*ast.FuncDecl)
			if ok && f.Recv == nil && testName.MatchString(f.Name.Name) && f.Name.Name != "TestMain" {
				names = append(names, f.Name.Name)
			}
		}
	}
	return names
}

var testName = regexp.MustCompile(`^(Test([^a-z]\w*|$)|Example)`)

var (
	frame  = regexp.MustCompile(`^\s*(=== |--- (PASS|FAIL|SKIP|BENCH)|PASS$|FAIL$|ok\s|exit status )`)
	placed = regexp.MustCompile(`^\s*([\w.-]+\.go:\d+): ?(.*)$`)
	thrown = regexp.MustCompile(`^(panic|fatal error): (.*)$`)
	ours   = regexp.MustCompile(`^\s+\S*(_exercise/\S*?[\w.-]+\.go:\d+)`)
)

// messages reads what a test printed: each t.Error with its place, a panic with where it happened, and what the code
// printed itself.
func messages(row, output string) []Message {
	var found []Message
	begin := func(place, text string) { found = append(found, Message{row, place, text}) }
	lines := strings.Split(strings.TrimRight(output, "\n"), "\n")
	for i, line := range lines {
		at := placed.FindStringSubmatch(line)
		switch {
		case frame.MatchString(line) || line == "":
			continue
		case thrown.MatchString(line):
			begin(panicked(thrown.FindStringSubmatch(line)[2], lines[i:]))
			return found
		case at != nil:
			begin(at[1], at[2])
		case len(found) > 0 && found[len(found)-1].Place != "" && strings.HasPrefix(line, "        "):
			found[len(found)-1].Text += "\n" + strings.TrimPrefix(line, "        ")
		case len(found) > 0 && found[len(found)-1].Place == "":
			found[len(found)-1].Text += "\n" + line
		default:
			begin("", line)
		}
	}
	return found
}

// panicked says where a panic came from: the innermost place in the exercise.
func panicked(what string, rest []string) (place, text string) {
	what, _, _ = strings.Cut(what, " [recovered")
	if strings.HasPrefix(what, "test timed out after ") {
		return "", "it had not ended after " + strings.TrimPrefix(what, "test timed out after ") +
			": it waits for something that never comes, or goes round for ever"
	}
	for _, line := range rest {
		if at := ours.FindStringSubmatch(line); at != nil {
			place = at[1][strings.LastIndex(at[1], "/")+1:]
			break
		}
	}
	return place, "it panicked: " + what
}
