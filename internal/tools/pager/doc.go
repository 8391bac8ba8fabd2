// Package pager shows the pages of package read on a terminal, a screen at a time.
//
// In: keys. Out: whole screens. The terminal is given back as it was, whatever ends the pager. Read view.go for what
// keys do, frame.go for what is on the screen, keys.go for how bytes become keys, pager.go for the loop between
// them, background.go for the colour of the terminal, pending_unix.go and pending_other.go for whether keys wait.
package pager
