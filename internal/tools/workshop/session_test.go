package workshop_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"kubepath/internal/tools/workshop"
	"kubepath/internal/tools/workshop/workshoptest"
)

// learner works in a checkout of their own.
type learner struct {
	*testing.T
	*workshop.Session
	out bytes.Buffer
}

func newLearner(t *testing.T) *learner {
	t.Helper()
	l := &learner{T: t}
	s, err := workshop.Open(filepath.Join(workshoptest.Checkout(t), "chapters"), workshop.Screen{Out: &l.out})
	if err != nil {
		t.Fatal(err)
	}
	l.Session = s
	return l
}

func (l *learner) exercise(id string) *workshop.Exercise {
	l.Helper()
	e, err := l.Pick(id)
	if err != nil {
		l.Fatal(err)
	}
	return e
}

// save puts a file of the exercise in place of the learner's.
func (l *learner) save(e *workshop.Exercise, file string) {
	l.Helper()
	text, err := os.ReadFile(e.Abs(file))
	if err != nil {
		l.Fatal(err)
	}
	l.write(e, string(text))
}

func (l *learner) write(e *workshop.Exercise, text string) {
	l.Helper()
	if err := os.WriteFile(e.Abs(e.Edit), []byte(text), 0o644); err != nil {
		l.Fatal(err)
	}
}

// said checks what was printed since the last call, and that nothing is wider than a terminal.
func (l *learner) said(want ...string) {
	l.Helper()
	text := l.out.String()
	l.out.Reset()
	for _, w := range want {
		if !strings.Contains(text, w) {
			l.Errorf("printed\n%s\nwant %q in it", text, w)
		}
	}
	for line := range strings.Lines(text) {
		if len([]rune(strings.TrimSuffix(line, "\n"))) > 80 {
			l.Errorf("a line is wider than 80 columns: %s", line)
		}
	}
}

func (l *learner) must(err error) {
	l.Helper()
	if err != nil {
		l.Fatal(err)
	}
}

func (l *learner) refused(err, want error) {
	l.Helper()
	if !errors.Is(err, want) {
		l.Errorf("got %v, want %v", err, want)
	}
}

func TestALearnersWayThroughAnExercise(t *testing.T) {
	t.Parallel()
	l := newLearner(t)
	_, err := l.Pick("")
	l.refused(err, workshop.ErrNoneBegun)
	l.must(l.List())
	l.said("0 of 2 exercises finished", "7     open", "begin with    kubepath workshop start 7")

	e := l.exercise("7")
	l.must(l.Start(e))
	l.said("Exercise 7: Where an object lies", "Key(\"default\", \"a\")   is /default/a", "chapters/07-etcd3/_exercise/key.go", "serve --with-exercise 7")
	l.refused(l.Check(t.Context(), l.exercise("")), workshop.ErrNotPassed)
	l.said("✓ TestAnErrorComesWithoutAKey\n✗ TestAKeyHasNamespaceAndName\n✗ TestANameIsNotAPath\n", "1 of 3 tests pass", "TODO(you)")

	l.save(e, "testdata/mutants/nameless.go")
	l.refused(l.Check(t.Context(), e), workshop.ErrNotPassed)
	l.said("as in default/a\n", `want "/default/a": one key for each object`, "exercise_test.go:15", "A known wrong answer", "Two namespaces may hold")
	l.refused(l.Solution(e, false), workshop.ErrNotYet)

	l.save(e, "testdata/solution.go")
	l.must(l.Check(t.Context(), e))
	l.said("All 3 tests pass: exercise 7 is done.", "One key for each object means", "workshop start 8")
	l.must(l.Solution(e, false))
	l.said("a name is not a path", "One key for each object means")
	l.must(l.List())
	l.said("→  7     done", "1 of 2", "start 8")
}

func TestCodeThatDoesNotCompileIsShownAsSuch(t *testing.T) {
	t.Parallel()
	l := newLearner(t)
	e := l.exercise("7")
	l.write(e, "package exercise\n\nfunc Key(namespace, name string) (string, error) { return 7 }\n")
	l.refused(l.Check(t.Context(), e), workshop.ErrNotPassed)
	l.said("It does not compile:\n\n  key.go:3:")
	l.write(e, "package exercise\n\nfunc Key(")
	l.refused(l.Check(t.Context(), e), workshop.ErrNotPassed)
	l.said("It does not compile:\n\n  key.go:3:")
	l.must(os.Remove(e.Abs(e.Edit)))
	l.refused(l.Check(t.Context(), e), workshop.ErrNotPassed)
	l.said("undefined: Key")
}

func TestAPanicIsTraced(t *testing.T) {
	t.Parallel()
	l := newLearner(t)
	e := l.exercise("7")
	l.write(e, "package exercise\n\nfunc Key(namespace, name string) (string, error) {\n\tvar m map[string]int\n\tm[name] = 1\n\treturn \"\", nil\n}\n")
	l.refused(l.Check(t.Context(), e), workshop.ErrNotPassed)
	l.said("it panicked: assignment to entry in nil map  key.go:5", "– TestANameIsNotAPath (not begun)")
}

func TestHintsComeOneAfterTheOther(t *testing.T) {
	t.Parallel()
	l := newLearner(t)
	e := l.exercise("7")
	for _, want := range []string{"Hint 1 of 3, exercise 7\n  What tells", "Hint 2 of 3", "Nearly the code:\n\n    return", "Hint 3 of 3"} {
		l.must(l.Hint(e, 0))
		l.said(want)
	}
	l.must(l.Hint(e, 1))
	l.said("Hint 1 of 3")
	l.refused(l.Hint(e, 4), workshop.ErrNoLevel)
	l.refused(l.Hint(e, -1), workshop.ErrNoLevel)
}

func TestResetKeepsACopyOfTheLearnersText(t *testing.T) {
	t.Parallel()
	l := newLearner(t)
	e := l.exercise("7")
	l.must(l.Reset(e))
	l.said("It is the stub already")
	for _, text := range []string{"package exercise // mine\n", "package exercise // mine again\n"} {
		l.write(e, text)
		l.must(l.Reset(e))
		l.said(".kubepath/backup/7-key.go.", "It is the stub again")
	}
	if !e.Untouched() {
		t.Error("the stub is not in place")
	}
	copies, _ := filepath.Glob(l.Checkout.Path(".kubepath/backup/*"))
	var kept string
	for _, path := range copies {
		text, err := os.ReadFile(path)
		l.must(err)
		kept += string(text)
	}
	if len(copies) != 2 || !strings.Contains(kept, "// mine\n") || !strings.Contains(kept, "// mine again\n") {
		t.Errorf("%d copies: %s", len(copies), kept)
	}
}

func TestStartNeverWritesOverALearnersText(t *testing.T) {
	t.Parallel()
	l := newLearner(t)
	e := l.exercise("7")
	l.must(l.Start(e))
	const mine = "package exercise // mine\n"
	l.write(e, mine)
	stub, err := os.ReadFile(e.Abs(workshop.StubFile))
	l.must(err)
	l.must(os.WriteFile(e.Abs(workshop.StubFile), append(stub, "\n// A new version.\n"...), 0o644))
	l.out.Reset()
	l.must(l.Start(e))
	l.said("It holds text of yours already", "another stub than when you began")
	text, err := os.ReadFile(e.Abs(e.Edit))
	if l.must(err); string(text) != mine {
		t.Errorf("the learner's text became %q", text)
	}
	l.must(os.Remove(e.Abs(e.Edit)))
	l.must(l.Start(e))
	l.said("It was missing: the stub is there now.")
	if !e.Untouched() {
		t.Error("the stub is not in place")
	}
}

func TestTheSolutionShownTooSoonIsRemembered(t *testing.T) {
	t.Parallel()
	l := newLearner(t)
	e := l.exercise("8")
	l.must(l.Solution(e, true))
	l.said("words[i]", "Upstream does it by nesting calls.")
	l.save(e, "testdata/solution.go")
	l.must(l.Check(t.Context(), e))
	l.said("exercise 8 is assisted")
	l.must(l.Solution(e, false))
}

func TestOutsideOfACheckoutThereAreNoExercises(t *testing.T) {
	t.Parallel()
	_, err := workshop.Open(t.TempDir(), workshop.Screen{})
	if !errors.Is(err, workshop.ErrNoCheckout) {
		t.Errorf("got %v", err)
	}
}
