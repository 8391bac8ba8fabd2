package kinds

import (
	"bufio"
	"bytes"
)

// indenter lays out the JSON that is written through it as json.Indent does, by two spaces a level, and keeps none of it.
// What it writes to is flushed by whoever made it.
type indenter struct {
	to       *bufio.Writer
	depth    int
	empty    bool // an object or an array has begun, and nothing is in it yet
	inString bool
	escaped  bool // the next byte of the string means nothing
}

func (d *indenter) Write(text []byte) (int, error) {
	for rest := text; len(rest) > 0; {
		if d.inString {
			rest = d.string(rest)
			continue
		}
		d.token(rest[0])
		rest = rest[1:]
	}
	_, err := d.to.Write(nil) // an error of any write before stays with it
	return len(text), err
}

// string writes what belongs to the string that has begun, and returns what does not.
func (d *indenter) string(text []byte) (rest []byte) {
	for i, c := range text {
		switch {
		case d.escaped:
			d.escaped = false
		case c == '\\':
			d.escaped = true
		case c == '"':
			d.inString = false
			d.to.Write(text[:i+1])
			return text[i+1:]
		}
	}
	d.to.Write(text)
	return nil
}

// token writes a byte outside of strings, and the space around it.
func (d *indenter) token(c byte) {
	switch c {
	case ' ', '\t', '\r', '\n':
		return
	case '}', ']':
		d.depth--
		if !d.empty {
			d.newLine()
		}
		d.empty = false
		d.to.WriteByte(c)
		return
	}
	if d.empty {
		d.empty = false
		d.newLine()
	}
	d.to.WriteByte(c)
	switch c {
	case '{', '[':
		d.depth++
		d.empty = true
	case ',':
		d.newLine()
	case ':':
		d.to.WriteByte(' ')
	case '"':
		d.inString = true
	}
}

var spaces = bytes.Repeat([]byte("  "), 64)

func (d *indenter) newLine() {
	d.to.WriteByte('\n')
	for left := 2 * d.depth; left > 0; left -= len(spaces) {
		d.to.Write(spaces[:min(left, len(spaces))])
	}
}
