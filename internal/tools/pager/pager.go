package pager

import (
	"context"
	"errors"
	"os"
	"time"

	"golang.org/x/term"

	"kubepath/internal/tools/read"
)

// tick is how soon the pager sees that the terminal has another size, or that it is to end.
const tick = 100 * time.Millisecond

// Show shows a page, and what the reader goes on to, until a key or ctx ends it. Both files have to be the terminal. It
// returns errors.ErrUnsupported, and has shown nothing, on systems on which it cannot wait for keys.
func (s *Shelf) Show(ctx context.Context, in, out *os.File, first read.Page) (err error) {
	t := &tty{in: in, out: out, inFD: int(in.Fd()), outFD: int(out.Fd())}
	if _, err := pending(t.inFD, 0); err != nil {
		return err
	}
	columns, rows, err := term.GetSize(t.outFD)
	if err != nil {
		return err
	}
	v := &view{shelf: s, index: read.NewIndex(s.Book), page: first}
	if err := v.resize(columns, rows); err != nil {
		return err
	}
	v.open(first)
	state, err := term.MakeRaw(t.inFD)
	if err != nil {
		return err
	}
	defer func() { // also when the code below panics
		_, written := out.WriteString(leaveScreen)
		err = errors.Join(err, written, term.Restore(t.inFD, state))
	}()
	if _, err := out.WriteString(enterScreen + v.frame()); err != nil {
		return err
	}
	return t.loop(ctx, v)
}

// tty is the terminal.
type tty struct {
	in, out     *os.File
	inFD, outFD int
}

// loop draws the screen anew after each key and each change of the terminal's size.
func (t *tty) loop(ctx context.Context, v *view) error {
	input := make([]byte, 256)
	for ctx.Err() == nil && !v.done {
		ready, err := pending(t.inFD, tick)
		if err != nil {
			return err
		}
		columns, rows, err := term.GetSize(t.outFD)
		resized := err == nil && (columns != v.columns || rows != v.rows)
		if resized {
			if err := v.resize(columns, rows); err != nil {
				return err
			}
		}
		if ready {
			n, err := t.in.Read(input)
			if n == 0 || err != nil {
				return nil // the terminal is gone
			}
			for _, k := range decode(string(input[:n])) {
				v.press(k)
			}
		}
		if ready || resized {
			if _, err := t.out.WriteString(v.frame()); err != nil {
				return err
			}
		}
	}
	return nil
}
