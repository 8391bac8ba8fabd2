// Package diagram reads the flowcharts of the texts: a small part of Mermaid's language, so that a code host draws the
// same text that kubepath read draws as boxes, and a test can look up the code that it names.
//
//	flowchart TD
//	  client["request.Request"] -->|POST| server["server<br/>the chain"]
//	  server -.-> etcd
//
// A line holds one node or one edge. Each node gets its text where it is first named, or has its id as text.
package diagram

// Direction is the way in which edges lead.
type Direction string

// The directions.
const (
	Down  Direction = "TD"
	Right Direction = "LR"
)

// MaxNodes is how many nodes a reader takes in at once.
const MaxNodes = 9

// Diagram is a flowchart.
type Diagram struct {
	Direction Direction
	Nodes     []Node // in the order in which they are first named
	Edges     []Edge // as they stand
}

// Node is a box.
type Node struct {
	ID    string
	Lines []string // of its text, at least one
	Line  int      // of the source, from 1, where it is first named
}

// Edge is an arrow between two nodes.
type Edge struct {
	From, To string // ids
	Label    string // "" for none
	Dotted   bool
	Line     int // of the source, from 1
}

// Node returns the node with an id.
func (d *Diagram) Node(id string) (Node, bool) {
	for _, n := range d.Nodes {
		if n.ID == id {
			return n, true
		}
	}
	return Node{}, false
}
