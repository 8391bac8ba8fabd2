package pager

import (
	"context"
	"errors"
	"os"
	"time"

	"golang.org/x/term"

	"kubepath/internal/read"
)

// tick is how soon the pager sees that the terminal has another size, or that it is to end.
const tick = 100 * time.Millisecond

// Run shows a page, and what the reader goes on to, until a key or ctx ends it. Both files have to be the terminal. It
// returns errors.ErrUnsupported, and has shown nothing, on systems on which it cannot wait for keys.
func Run(ctx context.Context, in, out *os.File, shelf *Shelf, first read.Page) (err error) {
	if _, err := pending(in, 0); err != nil {
		return err
	}
	columns, rows, err := term.GetSize(int(out.Fd()))
	if err != nil {
		return err
	}
	v := &view{shelf: shelf, index: read.NewIndex(shelf.Book), page: first}
	if err := v.resize(columns, rows); err != nil {
		return err
	}
	v.open(first)
	state, err := term.MakeRaw(int(in.Fd()))
	if err != nil {
		return err
	}
	defer func() { // also when the code below panics
		_, written := out.WriteString(leaveScreen)
		err = errors.Join(err, written, term.Restore(int(in.Fd()), state))
	}()
	if _, err := out.WriteString(enterScreen + v.frame()); err != nil {
		return err
	}
	return v.loop(ctx, in, out)
}

// loop draws the screen anew after each key and each change of the terminal's size.
func (v *view) loop(ctx context.Context, in, out *os.File) error {
	input := make([]byte, 256)
	for ctx.Err() == nil && !v.done {
		ready, err := pending(in, tick)
		if err != nil {
			return err
		}
		columns, rows, err := term.GetSize(int(out.Fd()))
		resized := err == nil && (columns != v.columns || rows != v.rows)
		if resized {
			if err := v.resize(columns, rows); err != nil {
				return err
			}
		}
		if ready {
			n, err := in.Read(input)
			if n == 0 || err != nil {
				return nil // the terminal is gone
			}
			for _, k := range decode(string(input[:n])) {
				v.press(k)
			}
		}
		if ready || resized {
			if _, err := out.WriteString(v.frame()); err != nil {
				return err
			}
		}
	}
	return nil
}
