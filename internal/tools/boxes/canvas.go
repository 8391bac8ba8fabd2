package boxes

import (
	"slices"
	"unicode/utf8"
)

// side is a set of the directions in which a line leaves a cell: along the way and against it, and across.
type side uint8

const (
	on side = 1 << iota
	back
	more
	less
)

// canvas is the drawing by (main, cross).
type canvas struct {
	down  bool
	cells map[[2]int]*pen
}

// pen is what was drawn in a cell: a character, or lines.
type pen struct {
	sides  side
	dotted bool
	char   rune
	part   Part
}

func (c *canvas) at(main, cross int) *pen {
	place := [2]int{main, cross}
	if c.cells[place] == nil {
		c.cells[place] = &pen{}
	}
	return c.cells[place]
}

// along draws a line on the way, across one across it. Both ends are given; the cells there get the half that leads to
// the other end.
func (c *canvas) along(from, to, cross int, dotted bool) {
	for main := from; main <= to; main++ {
		p := c.at(main, cross)
		p.dotted = p.dotted || dotted && p.sides == 0
		if main > from {
			p.sides |= back
		}
		if main < to {
			p.sides |= on
		}
	}
}

func (c *canvas) across(main, from, to int, dotted bool) {
	for cross := min(from, to); cross <= max(from, to); cross++ {
		p := c.at(main, cross)
		p.dotted = p.dotted || dotted && p.sides == 0
		if cross > min(from, to) {
			p.sides |= less
		}
		if cross < max(from, to) {
			p.sides |= more
		}
	}
}

// write puts text at x and y.
func (c *canvas) write(x, y int, text string, part Part) {
	for _, r := range text {
		main, cross := y, x
		if !c.down {
			main, cross = x, y
		}
		p := c.at(main, cross)
		p.char, p.part = r, part
		x++
	}
}

// glyph is the character of a cell.
func (c *canvas) glyph(p *pen) Cell {
	if p.char != 0 {
		return Cell{p.char, p.part}
	}
	s := p.sides
	if !c.down { // turned: on is right, more is down
		s = 0
		for i, turned := range []side{more, less, on, back} {
			if p.sides&(1<<i) != 0 {
				s |= turned
			}
		}
	}
	switch s { // an end is drawn as a whole line
	case on, back:
		s = on | back
	case more, less:
		s = more | less
	}
	switch {
	case s == 0:
		return Cell{' ', Blank}
	case p.dotted && s == on|back:
		return Cell{'╎', Line}
	case p.dotted && s == more|less:
		return Cell{'╌', Line}
	}
	return Cell{glyphs[s], Line}
}

// glyphs by the sides of a line that leads down.
var glyphs = map[side]rune{
	on | back: '│', more | less: '─',
	on | more: '┌', on | less: '┐', back | more: '└', back | less: '┘',
	on | back | more: '├', on | back | less: '┤', more | less | on: '┬', more | less | back: '┴',
	on | back | more | less: '┼',
}

// drawing is the canvas by rows.
func (c *canvas) drawing() Drawing {
	var rows Drawing
	for place, p := range c.cells {
		x, y := place[1], place[0]
		if !c.down {
			x, y = y, x
		}
		for len(rows) <= y {
			rows = append(rows, nil)
		}
		for len(rows[y]) <= x {
			rows[y] = append(rows[y], Cell{' ', Blank})
		}
		rows[y][x] = c.glyph(p)
	}
	for y, row := range rows {
		for len(row) > 0 && row[len(row)-1].Rune == ' ' {
			row = row[:len(row)-1]
		}
		rows[y] = row
	}
	return slices.Clip(rows)
}

// paint draws the layout.
func (l *layout) paint() Drawing {
	c := &canvas{down: l.down, cells: map[[2]int]*pen{}}
	at := 0
	for i, layer := range l.layers {
		size := 0
		for _, v := range layer {
			size = max(size, v.main)
		}
		for _, v := range layer {
			c.vertex(v, at, size)
		}
		at += size
		if i < len(l.channels) {
			size, turns := l.channelSize(i)
			for _, s := range l.channels[i] {
				c.segment(s, span{at, at + turns, at + size - 1})
			}
			at += size
		}
	}
	return c.drawing()
}

// channelSize is the room for the points of arrows, the tracks, and a bit of line to see; and where in it the tracks
// begin.
func (l *layout) channelSize(i int) (size, turns int) {
	step, least := 1, 1
	if !l.down {
		step, least = 2, 3
	}
	if slices.ContainsFunc(l.channels[i], func(s *segment) bool { return s.headFrom }) {
		turns = step
	}
	size = turns + l.tracks[i]
	if slices.ContainsFunc(l.channels[i], func(s *segment) bool { return s.headTo }) {
		size += step
	}
	switch {
	case l.tracks[i] == 0:
		size = min(size, step)
	case !l.down && turns == 0: // a column between a side and the tracks
		turns, size = 1, size+1
	}
	return max(size, least), turns
}

// span is a channel along the way: its first cell, its first track, its last cell.
type span struct{ first, turns, last int }

// vertex draws a box, or the line of an arrow and its label, into the layer that begins at main.
func (c *canvas) vertex(v *vertex, main, size int) {
	first, last := v.centre-v.before(), v.centre+v.after()
	if v.kind == box {
		c.across(main, first, last, false)
		c.across(main+size-1, first, last, false)
		c.along(main, main+size-1, first, false)
		c.along(main, main+size-1, last, false)
	} else {
		c.along(main-1, main+size, v.centre, v.dotted)
	}
	for i, line := range v.text {
		width := utf8.RuneCountInString(line)
		x, y := first+(v.cross-width)/2, main+(size-len(v.text))/2+i
		part := Text
		if v.kind == label {
			part = Label
		}
		if !c.down {
			x, y = main+(size-width)/2, first+(v.cross-len(v.text))/2+i
			if v.kind == label {
				x, line = x-1, " "+line+" "
			}
		}
		c.write(x, y, line, part)
	}
}

// segment draws a part of an arrow.
func (c *canvas) segment(s *segment, in span) {
	from, to := in.first-1, in.last+1 // the sides of the vertices
	if s.headFrom {
		from++
	}
	if s.headTo {
		to--
	}
	if s.row < 0 {
		c.along(from, to, s.leaves, s.dotted)
	} else {
		turn := in.turns + s.row
		c.along(from, turn, s.leaves, s.dotted)
		c.across(turn, s.leaves, s.meets, s.dotted)
		c.along(turn, to, s.meets, s.dotted)
	}
	points := [2]rune{'▲', '▼'}
	if !c.down {
		points = [2]rune{'◀', '▶'}
	}
	if s.headFrom {
		*c.at(from, s.leaves) = pen{char: points[0], part: Line}
	}
	if s.headTo {
		*c.at(to, s.meets) = pen{char: points[1], part: Line}
	}
}
