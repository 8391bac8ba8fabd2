package workshop_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"kubepath/internal/tools/workshop"
)

func TestADamagedProgressIsKeptAside(t *testing.T) {
	t.Parallel()
	l := newLearner(t)
	path := l.Checkout.Path(".kubepath/workshop.json")
	l.must(l.Start(l.exercise("7")))
	l.must(os.WriteFile(path, []byte(`{"current": "7", "exer`), 0o644))
	l.out.Reset()
	l.must(l.List())
	l.said("workshop.json was damaged: it is kept as", "workshop.json.damaged-")
	kept, _ := filepath.Glob(path + ".damaged-*")
	if len(kept) != 1 {
		t.Fatalf("kept %v", kept)
	}
	if text, _ := os.ReadFile(kept[0]); !strings.Contains(string(text), "exer") {
		t.Errorf("kept %s", text)
	}
}

func TestWhatALaterVersionNotedIsKept(t *testing.T) {
	t.Parallel()
	l := newLearner(t)
	path := l.Checkout.Path(".kubepath/workshop.json")
	l.must(os.MkdirAll(filepath.Dir(path), 0o755))
	l.must(os.WriteFile(path, []byte(`{"current":"7","team":"blue","exercises":{"7":{"hints":2,"stars":5},"99":{"hints":1},"x":null}}`), 0o644))
	l.must(l.Hint(l.exercise(""), 0))
	text, err := os.ReadFile(path)
	l.must(err)
	for _, want := range []string{`"team": "blue"`, `"stars": 5`, `"hints": 3`, `"99"`} {
		if !strings.Contains(string(text), want) {
			t.Errorf("%s lacks %s", text, want)
		}
	}
}

func TestTwoCommandsAtOnceLoseNoProgress(t *testing.T) {
	t.Parallel()
	l := newLearner(t)
	var group sync.WaitGroup
	for i := range 20 {
		group.Go(func() {
			e := &workshop.Exercise{ID: fmt.Sprint(i)}
			if _, err := l.Checkout.UpdateProgress(func(p *workshop.Progress) { p.Mark(e).Hints = 1 }); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	p, _, err := l.Checkout.LoadProgress()
	if err != nil || len(p.Exercises) != 20 {
		t.Errorf("%d of 20 marks, %v", len(p.Exercises), err)
	}
}
