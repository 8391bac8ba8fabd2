package jsonpatch

import (
	"bytes"
	"encoding/json"
	"unicode/utf8"
)

// The functions here split a text that encoding/json has found to be valid.

// elements calls add with the text of each element of an array.
func elements(text []byte, add func(element []byte)) {
	for at := next(text, 1); text[at] != ']'; at = next(text, at) {
		end := valueEnd(text, at)
		add(text[at:end])
		at = end
	}
}

// members calls add with the name and the text of each member of an object.
func members(text []byte, add func(name string, value []byte)) {
	for at := next(text, 1); text[at] != '}'; at = next(text, at) {
		nameEnd := stringEnd(text, at)
		start := next(text, nameEnd)
		end := valueEnd(text, start)
		add(unquote(text[at:nameEnd]), text[start:end])
		at = end
	}
}

// next returns the position at which the next value, name or closing bracket begins.
func next(text []byte, at int) int {
	for {
		switch text[at] {
		case ' ', '\t', '\n', '\r', ',', ':':
			at++
		default:
			return at
		}
	}
}

// valueEnd returns the position at which the value that begins at start ends.
func valueEnd(text []byte, start int) int {
	depth := 0
	for at := start; at < len(text); at++ {
		switch text[at] {
		case '"':
			at = stringEnd(text, at) - 1
		case '{', '[':
			depth++
			continue
		case '}', ']':
			depth--
		case ' ', '\t', '\n', '\r', ',', ':':
			continue
		default: // a number, true, false, null
			for at+1 < len(text) && !bytes.ContainsRune([]byte(" \t\n\r,]}"), rune(text[at+1])) {
				at++
			}
		}
		if depth == 0 {
			return at + 1
		}
	}
	return len(text)
}

// stringEnd returns the position at which the string that begins at start ends.
func stringEnd(text []byte, start int) int {
	for at := start + 1; ; at++ {
		at += bytes.IndexByte(text[at:], '"')
		escapes := 0
		for text[at-1-escapes] == '\\' {
			escapes++
		}
		if escapes%2 == 0 {
			return at + 1
		}
	}
}

func unquote(text []byte) (name string) {
	if bytes.IndexByte(text, '\\') < 0 {
		name = string(text[1 : len(text)-1])
		if utf8.ValidString(name) {
			return name
		}
	}
	_ = json.Unmarshal(text, &name) // it is valid
	return name
}
