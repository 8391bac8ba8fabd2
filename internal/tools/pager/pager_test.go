//go:build unix

package pager

import (
	"bytes"
	"context"
	"os"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"
	"golang.org/x/term"

	"kubepath/internal/tools/read"
)

// terminal is a pseudo terminal, and all that was printed on it.
type terminal struct {
	t        *testing.T
	keyboard *os.File // what a person types to
	tty      *os.File // what the pager has
	mu       sync.Mutex
	printed  bytes.Buffer
	changed  chan struct{}
	before   *term.State
	fd       int // the tty's
}

func open(t *testing.T) *terminal {
	t.Helper()
	keyboard, tty, err := pty.Open()
	if err != nil {
		t.Skipf("no pseudo terminals here: %v", err)
	}
	term0 := &terminal{t: t, keyboard: keyboard, tty: tty, changed: make(chan struct{}, 1), fd: int(tty.Fd())}
	term0.size(80, 24)
	if term0.before, err = term.GetState(term0.fd); err != nil {
		t.Fatal(err)
	}
	copied := make(chan struct{})
	go func() {
		defer close(copied)
		part := make([]byte, 4096)
		for {
			n, err := keyboard.Read(part)
			if err != nil {
				return
			}
			term0.mu.Lock()
			term0.printed.Write(part[:n])
			term0.mu.Unlock()
			select {
			case term0.changed <- struct{}{}:
			default:
			}
		}
	}()
	t.Cleanup(func() { tty.Close(); keyboard.Close(); <-copied })
	return term0
}

func (t *terminal) size(columns, rows int) {
	t.t.Helper()
	if err := unix.IoctlSetWinsize(t.fd, unix.TIOCSWINSZ, &unix.Winsize{Col: uint16(columns), Row: uint16(rows)}); err != nil {
		t.t.Fatal(err)
	}
}

func (t *terminal) typed(keys string) {
	t.t.Helper()
	if _, err := t.keyboard.WriteString(keys); err != nil {
		t.t.Fatal(err)
	}
}

// see waits until the terminal shows a text, and forgets what was printed before it.
func (t *terminal) see(text string) {
	t.t.Helper()
	limit := time.After(10 * time.Second)
	for {
		t.mu.Lock()
		at := bytes.Index(t.printed.Bytes(), []byte(text))
		if at >= 0 {
			t.printed.Next(at + len(text))
		}
		rest := t.printed.String()
		t.mu.Unlock()
		if at >= 0 {
			return
		}
		select {
		case <-t.changed:
		case <-limit:
			t.t.Fatalf("%q was not printed; after what was:\n%q", text, rest)
		}
	}
}

// isRestored says that the terminal is as it was before.
func (t *terminal) isRestored() {
	t.t.Helper()
	t.see("\x1b[?1049l")
	after, err := term.GetState(t.fd)
	if err != nil {
		t.t.Fatal(err)
	}
	if !reflect.DeepEqual(t.before, after) {
		t.t.Errorf("the terminal's state is another one: %+v, before %+v", after, t.before)
	}
}

// start runs the pager on the terminal.
func (t *terminal) start(ctx context.Context, s *Shelf) <-chan error {
	page, err := s.Book.Find("1")
	if err != nil {
		t.t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() {
		defer func() {
			if recover() != nil {
				ended <- errPanic
			}
		}()
		ended <- s.Show(ctx, t.tty, t.tty, page)
	}()
	return ended
}

type panicError struct{}

func (panicError) Error() string { return "the pager panicked" }

var errPanic = panicError{}

func TestAPersonReadsTurnsFindsAndQuits(t *testing.T) {
	t.Parallel()
	tty := open(t)
	ended := tty.start(t.Context(), shelf(t))
	tty.see("\x1b[?1049h")
	tty.see("Paragraph 1 of page 1.")
	tty.typed(" ")
	tty.see("Paragraph 20 of page 1.")
	tty.typed("n")
	tty.see("Paragraph 1 of page 2.")
	tty.typed("/needle")
	tty.see("find: needle")
	tty.typed("\r")
	tty.see("\x1b[7mneedle\x1b[0m")
	tty.typed("c")
	tty.see("kubepath read differences")
	tty.typed("q")
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	tty.isRestored()
}

func TestTheScreenFollowsTheTerminalsSize(t *testing.T) {
	t.Parallel()
	tty := open(t)
	ended := tty.start(t.Context(), shelf(t))
	tty.see("Paragraph 10 of page 1.")
	tty.size(60, 40)
	tty.see("Paragraph 17 of page 1.")
	tty.typed("q")
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	tty.isRestored()
}

func TestTheTerminalIsGivenBackWhateverEndsThePager(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name string
		end  func(tty *terminal, stop context.CancelFunc, s *Shelf)
		want error
	}{
		{"a signal", func(_ *terminal, stop context.CancelFunc, _ *Shelf) { stop() }, nil},
		{"ctrl-C", func(tty *terminal, _ context.CancelFunc, _ *Shelf) { tty.typed("\x03") }, nil},
		{"a panic", func(tty *terminal, _ context.CancelFunc, _ *Shelf) { tty.typed("n") }, errPanic},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			tty := open(t)
			s := shelf(t)
			s.Opened = func(p read.Page) {
				if p.Number == 2 {
					panic("a bug")
				}
			}
			ctx, stop := context.WithCancel(t.Context())
			defer stop()
			ended := tty.start(ctx, s)
			tty.see("Paragraph 1 of page 1.")
			row.end(tty, stop, s)
			if err := <-ended; err != row.want {
				t.Errorf("%v, want %v", err, row.want)
			}
			tty.isRestored()
		})
	}
}

func TestLinesDoNotLoseTheirLastColumn(t *testing.T) {
	t.Parallel()
	v := newView(t, 22, 24)
	frame := v.frame()
	if i := strings.Index(frame, "Paragraph 1 of page 1."); i < 0 || strings.HasPrefix(frame[i+22:], "\x1b[K") {
		t.Errorf("a full line is followed by an erasure: %q", frame)
	}
}
