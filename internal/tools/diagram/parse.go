package diagram

import (
	"fmt"
	"regexp"
	"strings"
)

// The forms of a line.
var (
	header = regexp.MustCompile(`^flowchart (TD|LR)$`)
	side   = `([A-Za-z][A-Za-z0-9_]*)(?:\["([^"]*)"\])?`
	node   = regexp.MustCompile(`^` + side + `$`)
	edge   = regexp.MustCompile(`^` + side + ` *(-->|-\.->) *(?:\|"?([^|"]+)"?\| *)?` + side + `$`)
	broken = regexp.MustCompile(`<br ?/?>`)
)

// Parse reads the text of a Mermaid block. An error names the line of the text.
func Parse(text string) (*Diagram, error) {
	var d *Diagram
	number := 0
	for line := range strings.Lines(text) {
		number++
		line = strings.TrimSuffix(strings.TrimSpace(line), ";")
		if line == "" || strings.HasPrefix(line, "%%") {
			continue
		}
		if d == nil {
			found := header.FindStringSubmatch(line)
			if found == nil {
				return nil, fmt.Errorf("line %d: %q: a diagram begins with flowchart TD or flowchart LR", number, line)
			}
			d = &Diagram{Direction: Direction(found[1])}
			continue
		}
		if err := d.add(line, number); err != nil {
			return nil, fmt.Errorf("line %d: %w", number, err)
		}
	}
	switch {
	case d == nil:
		return nil, fmt.Errorf("line 1: the diagram is empty")
	case len(d.Nodes) == 0:
		return nil, fmt.Errorf("line %d: the diagram has no node", number)
	case len(d.Nodes) > MaxNodes:
		return nil, fmt.Errorf("line %d: %d nodes: %d are the most that a reader takes in", number, len(d.Nodes), MaxNodes)
	}
	return d, nil
}

// add reads one line after the first.
func (d *Diagram) add(line string, number int) error {
	if found := node.FindStringSubmatch(line); found != nil {
		return d.name(found[1], found[2], number)
	}
	found := edge.FindStringSubmatch(line)
	if found == nil {
		return fmt.Errorf(`%q is neither id["text"] nor a --> b, a -->|label| b, a -.-> b`, line)
	}
	if err := d.name(found[1], found[2], number); err != nil {
		return err
	}
	if err := d.name(found[5], found[6], number); err != nil {
		return err
	}
	d.Edges = append(d.Edges, Edge{
		From: found[1], To: found[5], Label: strings.TrimSpace(found[4]), Dotted: found[3] == "-.->", Line: number,
	})
	return nil
}

// name notes a node where it is first named, and its text where that is given.
func (d *Diagram) name(id, text string, number int) error {
	var lines []string
	for _, line := range broken.Split(text, -1) {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	for i, known := range d.Nodes {
		if known.ID != id {
			continue
		}
		if lines == nil {
			return nil
		}
		if len(known.Lines) != 1 || known.Lines[0] != id {
			return fmt.Errorf("the node %s has a text already", id)
		}
		d.Nodes[i].Lines = lines
		return nil
	}
	if lines == nil {
		lines = []string{id}
	}
	d.Nodes = append(d.Nodes, Node{ID: id, Lines: lines, Line: number})
	return nil
}
