//go:build unix

package pager

import "testing"

func TestTheTerminalTellsItsBackground(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name, answer string
		light        bool
	}{
		{"white", "\x1b]11;rgb:ffff/ffff/ffff\x1b\\\x1b[?62;c", true},
		{"black", "\x1b]11;rgb:0000/0000/0000\x07\x1b[?1;2c", false},
		{"two digits", "\x1b]11;rgb:fa/fa/f0\x07\x1b[?1;2c", true},
		{"no colour told", "\x1b[?1;2c", false},
		{"nothing told", "", false},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			tty := open(t)
			told := make(chan bool)
			go func() { told <- Light(tty.tty, tty.tty) }()
			tty.see("\x1b]11;?")
			tty.typed(row.answer)
			if light := <-told; light != row.light {
				t.Errorf("light: %t", light)
			}
		})
	}
}
