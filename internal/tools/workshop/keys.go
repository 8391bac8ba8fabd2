package workshop

import (
	"bytes"
	"context"
	"io"
	"os"

	"golang.org/x/term"
)

// Keys sends each byte of in, and closes the channel at its end. On a terminal a key counts as soon as it is pressed; then
// out has to be what the screen prints to. restore gives the terminal back.
func Keys(ctx context.Context, in io.Reader, out io.Writer) (keys <-chan byte, screen io.Writer, restore func()) {
	screen, restore = out, func() {}
	if file, ok := in.(*os.File); ok && term.IsTerminal(int(file.Fd())) {
		if state, err := term.MakeRaw(int(file.Fd())); err == nil {
			screen, restore = carriage{out}, func() { term.Restore(int(file.Fd()), state) }
		}
	}
	pressed := make(chan byte)
	go func() {
		defer close(pressed)
		one := make([]byte, 1)
		for {
			n, err := in.Read(one)
			if n == 0 || err != nil {
				return
			}
			select {
			case pressed <- one[0]:
			case <-ctx.Done():
				return
			}
		}
	}()
	return pressed, screen, restore
}

// carriage ends lines as a raw terminal needs it.
type carriage struct{ out io.Writer }

func (c carriage) Write(text []byte) (int, error) {
	if _, err := c.out.Write(bytes.ReplaceAll(text, []byte("\n"), []byte("\r\n"))); err != nil {
		return 0, err
	}
	return len(text), nil
}
