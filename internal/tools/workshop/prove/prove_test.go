package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"kubepath/internal/tools/workshop/workshoptest"
)

// planted are exercises with one thing wrong each, by how they differ from the good one, and what the proof says of them.
var planted = []struct {
	name  string
	spoil func(t *testing.T, e planting)
	says  []string
}{
	{"nothing", func(*testing.T, planting) {}, nil},
	{"the stub passes", func(t *testing.T, e planting) {
		solved := strings.Replace(e.read(t, "testdata/solution.go"), "{\n\tif", "{\n\t// TODO(you)\n\tif", 1)
		e.write(t, "testdata/stub.go", solved)
		e.write(t, "key.go", solved)
	}, []string{"the stub passes every test"}},
	{"the stub fails more than it says", func(t *testing.T, e planting) {
		e.replace(t, "exercise.yaml", "[TestAKeyHasNamespaceAndName, TestANameIsNotAPath]", "[TestANameIsNotAPath]")
	}, []string{"the stub fails TestAKeyHasNamespaceAndName: put it on the list"}},
	{"the solution fails", func(t *testing.T, e planting) {
		e.write(t, "testdata/solution.go", e.read(t, "testdata/mutants/nameless.go"))
	}, []string{"the solution fails TestAKeyHasNamespaceAndName: mend testdata/solution.go", `= "/a", <nil>`}},
	{"a mutant survives", func(t *testing.T, e planting) {
		e.write(t, "testdata/mutants/trusting.go", e.read(t, "testdata/solution.go"))
	}, []string{"mutant trusting passes every test"}},
	{"a mutant fails another test", func(t *testing.T, e planting) {
		e.replace(t, "exercise.yaml", "fails: [TestANameIsNotAPath]", "fails: [TestAnErrorComesWithoutAKey]")
	}, []string{"mutant trusting fails TestANameIsNotAPath", "mutant trusting passes TestAnErrorComesWithoutAKey"}},
	{"a mutant does not compile", func(t *testing.T, e planting) {
		e.replace(t, "testdata/mutants/trusting.go", "string, error", "string, int")
	}, []string{"mutant trusting does not compile", "trusting.go:5:"}},
	{"the tests race", func(t *testing.T, e planting) {
		e.replace(t, "testdata/solution.go", "\tif", "\tended := make(chan bool)\n\tdefer func() { <-ended }()\n"+
			"\tgo func() { namespace += \"\"; close(ended) }()\n\tif")
	}, []string{"with -race, the solution fails"}},
	{"a hint is missing", func(t *testing.T, e planting) {
		e.replace(t, "exercise.yaml", "  - Join namespace and name with a slash.\n", "")
	}, []string{"it has 2 hints"}},
	{"the learner's file is another", func(t *testing.T, e planting) {
		e.write(t, "key.go", e.read(t, "testdata/solution.go"))
	}, []string{"key.go differs from testdata/stub.go"}},
}

// planting is the folder of an exercise that is to be spoiled.
type planting string

func (p planting) read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(string(p), name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func (p planting) write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(string(p), name), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func (p planting) replace(t *testing.T, name, old, new string) {
	t.Helper()
	text := p.read(t, name)
	if !strings.Contains(text, old) {
		t.Fatalf("%s has no %q", name, old)
	}
	p.write(t, name, strings.Replace(text, old, new, 1))
}

func TestEachPlantedMistakeIsFoundAndNoOther(t *testing.T) {
	t.Parallel()
	checkout, good := workshoptest.Checkout(t), workshoptest.Checkout(t)
	exercise := os.DirFS(filepath.Join(good, "chapters/07-etcd3/_exercise"))
	for i, p := range planted {
		id := string(rune('b' + i))
		folder := filepath.Join(checkout, "chapters", "07-etcd3", "_exercise", "planted"+id)
		if err := os.CopyFS(folder, exercise); err != nil {
			t.Fatal(err)
		}
		planting(folder).replace(t, "exercise.yaml", `id: "7"`, `id: "7`+id+`"`)
		p.spoil(t, planting(folder))
	}
	var out bytes.Buffer
	if status := run(t.Context(), checkout, nil, &out); status != 1 {
		t.Errorf("exit status %d, want 1", status)
	}
	said := verdicts(out.String())
	for i, p := range planted {
		got := said["7"+string(rune('b'+i))]
		if ok := strings.HasPrefix(got, "ok"); ok != (p.says == nil) {
			t.Errorf("%s: %s", p.name, got)
		}
		for _, want := range p.says {
			if !strings.Contains(got, want) {
				t.Errorf("%s: said %s\nwant %q", p.name, got, want)
			}
		}
		if n := strings.Count(got, "      - "); n > max(len(p.says), 1)+1 {
			t.Errorf("%s: %d findings: %s", p.name, n, got)
		}
	}
	for _, good := range []string{"7", "8"} {
		if !strings.HasPrefix(said[good], "ok") {
			t.Errorf("exercise %s: %s", good, said[good])
		}
	}
	if t.Failed() {
		t.Log(out.String())
	}
}

// verdicts are the parts of a report by the exercises' ids.
func verdicts(report string) map[string]string {
	found, id := map[string]string{}, ""
	for line := range strings.Lines(report) {
		if fields := strings.Fields(line); len(fields) > 1 && (fields[0] == "ok" || fields[0] == "WRONG") {
			id = fields[1]
		}
		if id != "" {
			found[id] += line
		}
	}
	return found
}

func TestAnUnknownExerciseIsStatus2(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	if status := run(t.Context(), workshoptest.Checkout(t), []string{"99"}, &out); status != 2 {
		t.Errorf("exit status %d, want 2: %s", status, out.String())
	}
}
