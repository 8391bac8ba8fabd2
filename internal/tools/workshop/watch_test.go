package workshop_test

import (
	"context"
	"os"
	"strings"
	"sync"
	"testing"
	"time"
)

// page is a screen that can be waited for.
type page struct {
	mu   sync.Mutex
	text string
	more chan struct{}
}

func (p *page) Write(text []byte) (int, error) {
	p.mu.Lock()
	p.text += string(text)
	p.mu.Unlock()
	select {
	case p.more <- struct{}{}:
	default:
	}
	return len(text), nil
}

// until waits for a text, and forgets what came up to it.
func (p *page) until(t *testing.T, want string) {
	t.Helper()
	late := time.After(time.Minute)
	for {
		p.mu.Lock()
		_, after, ok := strings.Cut(p.text, want)
		if ok {
			p.text = after
		}
		text := p.text
		p.mu.Unlock()
		if ok {
			return
		}
		select {
		case <-p.more:
		case <-late:
			t.Fatalf("printed\n%s\nwant %q", text, want)
		}
	}
}

// watching begins to watch exercise 7. ended has the watch's error.
func watching(t *testing.T) (l *learner, shown *page, keys chan byte, ended chan error) {
	l, shown, keys = newLearner(t), &page{more: make(chan struct{}, 1)}, make(chan byte)
	l.Screen.Out = shown
	ended = make(chan error, 1)
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		ended <- l.Watch(ctx, l.exercise("7"), keys, false)
	}()
	t.Cleanup(func() { stop(); <-done })
	return l, shown, keys, ended
}

const ready = "a save checks again"

func TestEachSaveIsChecked(t *testing.T) {
	t.Parallel()
	l, shown, keys, ended := watching(t)
	e := l.exercise("7")
	shown.until(t, "1 of 3 tests pass")
	shown.until(t, ready)

	l.write(e, "package exercise\n\nfunc Key(")
	shown.until(t, "It does not compile")
	shown.until(t, ready)

	text, err := os.ReadFile(e.Abs("testdata/mutants/trusting.go")) // as editors do it: a new file takes the name
	l.must(err)
	l.must(os.WriteFile(e.Abs(".key.go.swp"), text, 0o644))
	l.must(os.Rename(e.Abs(".key.go.swp"), e.Abs(e.Edit)))
	shown.until(t, "A name with a slash would lie")
	shown.until(t, ready)

	l.must(os.Remove(e.Abs(e.Edit)))
	shown.until(t, "undefined: Key")
	shown.until(t, ready)

	l.save(e, "testdata/solution.go")
	shown.until(t, "All 3 tests pass")
	shown.until(t, ready)

	keys <- 'h'
	shown.until(t, "Hint 1 of 3")
	keys <- 'c'
	shown.until(t, "All 3 tests pass")
	shown.until(t, ready)
	keys <- 'n'
	shown.until(t, "Exercise 8: The order of things")
	shown.until(t, "0 of 1 tests pass")
	keys <- 'q'
	l.must(<-ended)
}

func TestTheEndOfTheKeysEndsTheWatchAfterItsRun(t *testing.T) {
	t.Parallel()
	_, shown, keys, ended := watching(t)
	close(keys)
	shown.until(t, "1 of 3 tests pass")
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestASaveDuringARunIsCheckedToo(t *testing.T) {
	t.Parallel()
	l, shown, _, _ := watching(t)
	shown.until(t, "checking")
	l.save(l.exercise("7"), "testdata/solution.go")
	shown.until(t, "All 3 tests pass")
}
