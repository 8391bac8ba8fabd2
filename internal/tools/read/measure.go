package read

// measures are what the columns of a table need.
type measures []*column

// column knows how its cells fold.
type column struct {
	cells         [][]Cell
	widest, least int           // its widest cell; its widest word
	folded        map[int][]int // lines of each cell, by width
}

func (g *grid) measure() measures {
	m := make(measures, len(g.right))
	for i := range m {
		m[i] = &column{folded: map[int][]int{}}
	}
	for _, row := range g.rows {
		for i, cell := range row {
			c := m[i]
			c.cells = append(c.cells, cell)
			c.widest = max(c.widest, len(cell))
			for _, word := range words(cell, unbroken) {
				c.least = max(c.least, min(len(word), wordy))
			}
		}
	}
	for _, c := range m {
		c.least = max(c.least, 1)
		c.widest = max(c.widest, c.least)
	}
	return m
}

// lines is how many lines each cell has at a width.
func (c *column) lines(width int) []int {
	if known := c.folded[width]; known != nil {
		return known
	}
	var lines []int
	for _, cell := range c.cells {
		n := 1
		if len(cell) > width {
			n = len(fold(cell, width))
		}
		lines = append(lines, n)
	}
	c.folded[width] = lines
	return lines
}

// used is the width of the widest line at a width.
func (c *column) used(width int) int {
	used := 1
	for _, cell := range c.cells {
		for _, line := range fold(cell, width) {
			used = max(used, len(line))
		}
	}
	return used
}

// height is how many lines the table has.
func (m measures) height(widths []int) int {
	height := 0
	for row := range m[0].cells {
		tallest := 1
		for i, c := range m {
			tallest = max(tallest, c.lines(widths[i])[row])
		}
		height += tallest
	}
	return height
}
