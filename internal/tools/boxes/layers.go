package boxes

import (
	"slices"
	"unicode/utf8"

	"kubepath/internal/tools/diagram"
)

// kind is what stands at a place in a layer.
type kind uint8

const (
	box   kind = iota
	label      // of an arrow, in a layer between boxes
	bend       // where a long arrow passes through a layer
)

// vertex stands in a layer.
type vertex struct {
	kind        kind
	text        []string
	dotted      bool // of the arrow that it belongs to
	main, cross int  // size
	centre      int  // place across
	in, out     []*segment
}

// before and after are how far the vertex reaches from its centre.
func (v *vertex) before() int { return (v.cross - 1) / 2 }
func (v *vertex) after() int  { return v.cross - 1 - v.before() }

// segment is the part of an arrow between two layers, the second one after the first.
type segment struct {
	from, to           *vertex
	dotted             bool
	headFrom, headTo   bool // where the arrow's point is, if here
	leaves, meets, row int  // ports across; the track where it turns, -1 for none
}

// layout is a drawing on its way.
type layout struct {
	down     bool
	layers   [][]*vertex
	channels [][]*segment // channel i leads from layer i to i+1
	tracks   []int        // how many each channel has
}

// newLayout puts the nodes into layers and makes segments of the edges. An edge from a node to itself is left out.
func newLayout(d *diagram.Diagram, a attempt) *layout {
	l := &layout{down: a.direction == diagram.Down}
	edges := oneWay(d)
	ranks := rank(d, edges)
	last := 0
	labelled := map[int]bool{} // ranks after which a layer of labels stands
	for _, e := range edges {
		labelled[ranks[e.from]] = labelled[ranks[e.from]] || e.Label != ""
	}
	for _, r := range ranks {
		last = max(last, r)
	}
	at := make([]int, last+1) // the layer of each rank
	for r := range at {
		at[r] = len(l.layers)
		l.layers = append(l.layers, nil)
		if labelled[r] {
			l.layers = append(l.layers, nil)
		}
	}
	l.channels = make([][]*segment, len(l.layers)-1)
	nodes := map[string]*vertex{}
	for _, n := range d.Nodes {
		v := l.newVertex(box, foldAll(n.Lines, a.text))
		nodes[n.ID] = v
		l.layers[at[ranks[n.ID]]] = append(l.layers[at[ranks[n.ID]]], v)
	}
	for _, e := range edges {
		l.chain(e, a, [2]*vertex{nodes[e.from], nodes[e.to]}, [2]int{at[ranks[e.from]], at[ranks[e.to]]})
	}
	for _, layer := range l.layers {
		for _, v := range layer {
			l.makeRoom(v)
		}
	}
	return l
}

// makeRoom widens a box until its arrows have room side by side.
func (l *layout) makeRoom(v *vertex) {
	if v.kind == box {
		ports := max(len(v.in), len(v.out))
		v.cross = max(v.cross, (ports-1)*l.apart()+3)
	}
}

// apart is the least distance across between two arrows at a box.
func (l *layout) apart() int {
	if l.down {
		return 2
	}
	return 1
}

func foldAll(lines []string, width int) []string {
	var folded []string
	for _, line := range lines {
		folded = append(folded, fold(line, width)...)
	}
	return folded
}

func (l *layout) newVertex(k kind, text []string) *vertex {
	v := &vertex{kind: k, text: text}
	width, height := 1, max(len(text), 1)
	for _, line := range text {
		width = max(width, utf8.RuneCountInString(line))
	}
	switch {
	case k == box:
		width, height = width+4, height+2
	case k == label && !l.down:
		width += 2
	}
	v.main, v.cross = height, width
	if !l.down {
		v.main, v.cross = width, height
	}
	return v
}

// chain leads an edge through the layers between its ends. A label stands in the first of them.
func (l *layout) chain(e way, a attempt, ends [2]*vertex, layers [2]int) {
	from := ends[0]
	for layer := layers[0] + 1; layer <= layers[1]; layer++ {
		to := ends[1]
		if layer < layers[1] {
			to = l.newVertex(bend, nil)
			if layer == layers[0]+1 && e.Label != "" {
				to = l.newVertex(label, fold(e.Label, max(a.text, 12)))
			}
			to.dotted = e.Dotted
			l.layers[layer] = append(l.layers[layer], to)
		}
		s := &segment{from: from, to: to, dotted: e.Dotted, row: -1}
		s.headFrom, s.headTo = e.reversed && from == ends[0], !e.reversed && to == ends[1]
		from.out, to.in = append(from.out, s), append(to.in, s)
		l.channels[layer-1] = append(l.channels[layer-1], s)
		from = to
	}
}

// way is an edge as it is drawn: from an earlier layer to a later one.
type way struct {
	diagram.Edge
	from, to string
	reversed bool
}

// oneWay turns round the edges that close a circle.
func oneWay(d *diagram.Diagram) []way {
	const open, done = 1, 2
	state := map[string]int{}
	turned := map[int]bool{}
	var visit func(id string)
	visit = func(id string) {
		state[id] = open
		for i, e := range d.Edges {
			if e.From != id {
				continue
			}
			turned[i] = state[e.To] == open
			if state[e.To] == 0 {
				visit(e.To)
			}
		}
		state[id] = done
	}
	for _, n := range d.Nodes {
		if state[n.ID] == 0 {
			visit(n.ID)
		}
	}
	var ways []way
	for i, e := range d.Edges {
		switch {
		case e.From == e.To:
		case turned[i]:
			ways = append(ways, way{e, e.To, e.From, true})
		default:
			ways = append(ways, way{e, e.From, e.To, false})
		}
	}
	return ways
}

// rank is one more than the greatest rank of those that lead to a node. What nothing leads to stands as near as it can to
// what it leads to.
func rank(d *diagram.Diagram, edges []way) map[string]int {
	ranks := map[string]int{}
	for range d.Nodes { // a path has fewer edges than there are nodes
		for _, e := range edges {
			ranks[e.to] = max(ranks[e.to], ranks[e.from]+1)
		}
	}
	for _, n := range d.Nodes {
		if slices.ContainsFunc(edges, func(e way) bool { return e.to == n.ID }) {
			continue
		}
		nearest := -1
		for _, e := range edges {
			if e.from == n.ID && (nearest < 0 || ranks[e.to] < nearest) {
				nearest = ranks[e.to]
			}
		}
		ranks[n.ID] = max(nearest-1, 0)
	}
	return ranks
}
