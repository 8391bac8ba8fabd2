package pager

import (
	"strings"
	"unicode/utf8"
)

// key is what was pressed: a character, or the name of a special key.
type key string

// The special keys.
const (
	up, down, left, right key = "up", "down", "left", "right"
	pageUp, pageDown      key = "page up", "page down"
	home, end             key = "home", "end"
	enter, escape, erase  key = "enter", "escape", "erase"
	interrupt             key = "interrupt"
)

// sequences are what terminals send for special keys after ESC.
var sequences = map[string]key{
	"[A": up, "[B": down, "[C": right, "[D": left, "OA": up, "OB": down, "OC": right, "OD": left,
	"[5~": pageUp, "[6~": pageDown,
	"[H": home, "[1~": home, "[7~": home, "OH": home, "[F": end, "[4~": end, "[8~": end, "OF": end,
}

// controls are the bytes below space that mean something.
var controls = map[byte]key{
	'\r': enter, '\n': enter, 0x7f: erase, '\b': erase, 3: interrupt, 4: interrupt,
	6: pageDown, 2: pageUp, 14: down, 16: up,
}

// decode splits what a terminal sent into keys. What it does not know is left out.
func decode(input string) []key {
	var keys []key
	for input != "" {
		if input[0] == 0x1b {
			length := sequenceLength(input[1:])
			if k, ok := sequences[input[1:1+length]]; ok {
				keys = append(keys, k)
			} else if length == 0 {
				keys = append(keys, escape)
			}
			input = input[1+length:]
			continue
		}
		if k, ok := controls[input[0]]; ok {
			keys = append(keys, k)
		}
		r, size := utf8.DecodeRuneInString(input)
		if r >= ' ' && r != 0x7f && r != utf8.RuneError {
			keys = append(keys, key(r))
		}
		input = input[size:]
	}
	return keys
}

// sequenceLength is how many bytes after ESC belong to it: a bracket or O, parameters, and the final byte.
func sequenceLength(rest string) int {
	if rest == "" || !strings.ContainsRune("[O", rune(rest[0])) {
		return 0
	}
	for i := 1; i < len(rest); i++ {
		if rest[i] >= 0x40 && rest[i] <= 0x7e {
			return i + 1
		}
	}
	return len(rest)
}
