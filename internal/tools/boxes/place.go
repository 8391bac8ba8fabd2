package boxes

import (
	"cmp"
	"math"
	"slices"
)

// place finds each vertex's centre and each segment's ports. Vertices are drawn towards their neighbours, those on long
// arrows most, so that arrows are straight where they can be.
func (l *layout) place() {
	for _, layer := range l.layers {
		spread(layer, l.gap, func(v *vertex) (float64, float64) { return 0, 1 })
	}
	both := func(v *vertex) []*vertex { return append(sources(v), targets(v)...) }
	for range sweeps {
		for _, layer := range l.layers {
			spread(layer, l.gap, towards(sources))
		}
		for _, layer := range slices.Backward(l.layers) {
			spread(layer, l.gap, towards(targets))
		}
	}
	for range sweeps {
		for _, layer := range l.layers {
			spread(layer, l.gap, towards(both))
		}
	}
	for _, layer := range slices.Backward(l.layers) {
		spread(layer, l.gap, towards(targets))
	}
	l.shiftToZero()
	for i, layer := range l.layers {
		if i > 0 {
			l.snap(layer)
		}
		for _, v := range layer {
			l.leave(v)
		}
	}
	for i, layer := range l.layers {
		for _, v := range layer {
			l.meet(v)
			if i > 0 {
				l.avoid(v, l.channels[i-1])
			}
		}
	}
}

// gap is the least number of blanks across between two vertices.
func (l *layout) gap(a, b *vertex) int {
	boxes := 0
	for _, v := range []*vertex{a, b} {
		if v.kind == box {
			boxes++
		}
	}
	switch {
	case l.down && boxes == 2:
		return 3
	case l.down && (boxes == 1 || a.kind == label || b.kind == label):
		return 2
	case l.down || boxes > 0:
		return 1
	}
	return 0
}

// towards draws a vertex to the mean of its neighbours.
func towards(neighbours func(*vertex) []*vertex) func(*vertex) (place, weight float64) {
	return func(v *vertex) (float64, float64) {
		near := neighbours(v)
		if len(near) == 0 {
			return float64(v.centre), 1
		}
		sum := 0
		for _, n := range near {
			sum += n.centre
		}
		weight := 1.0
		if v.kind != box {
			weight = 8
		}
		return float64(sum) / float64(len(near)), weight
	}
}

// spread places a layer's vertices, in their order and with gaps between them, as near to their wishes as they can be.
func spread(layer []*vertex, gap func(a, b *vertex) int, wish func(*vertex) (place, weight float64)) {
	places, weights := make([]float64, len(layer)), make([]float64, len(layer))
	offsets := make([]int, len(layer))
	for i, v := range layer {
		if i > 0 {
			offsets[i] = offsets[i-1] + layer[i-1].after() + gap(layer[i-1], v) + 1 + v.before()
		}
		places[i], weights[i] = wish(v)
		places[i] -= float64(offsets[i])
	}
	for i, at := range ascending(places, weights) {
		layer[i].centre = at + offsets[i]
	}
}

// ascending is the sequence that nowhere falls and is nearest to the wishes in the sum of squares: neighbours that would
// fall are pooled at their mean. (The pool-adjacent-violators algorithm.)
func ascending(wishes, weights []float64) []int {
	type pool struct {
		mean, weight float64
		size         int
	}
	var pools []pool
	for i, wish := range wishes {
		pools = append(pools, pool{wish, weights[i], 1})
		for n := len(pools); n > 1 && pools[n-2].mean > pools[n-1].mean; n = len(pools) {
			a, b := pools[n-2], pools[n-1]
			weight := a.weight + b.weight
			pools = append(pools[:n-2], pool{(a.mean*a.weight + b.mean*b.weight) / weight, weight, a.size + b.size})
		}
	}
	var result []int
	for _, p := range pools {
		for range p.size {
			result = append(result, int(math.Round(p.mean)))
		}
	}
	return result
}

// shiftToZero moves everything so that it begins at 0 across.
func (l *layout) shiftToZero() {
	first := math.MaxInt
	for _, layer := range l.layers {
		for _, v := range layer {
			first = min(first, v.centre-v.before())
		}
	}
	for _, layer := range l.layers {
		for _, v := range layer {
			v.centre -= first
		}
	}
}

// snap moves bends and labels into line with the ports at which their arrows left, where there is room.
func (l *layout) snap(layer []*vertex) {
	for range layer {
		for i, v := range layer {
			if v.kind == box {
				continue
			}
			wish := v.in[0].leaves
			if i > 0 {
				p := layer[i-1]
				wish = max(wish, p.centre+p.after()+l.gap(p, v)+1+v.before())
			}
			if i+1 < len(layer) {
				n := layer[i+1]
				wish = min(wish, n.centre-n.before()-l.gap(v, n)-1-v.after())
			}
			v.centre = max(wish, v.before())
		}
	}
}

// leave chooses where the segments leave a vertex: opposite to where they lead, if the box is there.
func (l *layout) leave(v *vertex) {
	slices.SortStableFunc(v.out, func(a, b *segment) int { return cmp.Compare(a.to.centre, b.to.centre) })
	var wishes []int
	for _, s := range v.out {
		wishes = append(wishes, s.to.centre)
	}
	for i, port := range l.ports(v, wishes) {
		v.out[i].leaves = port
	}
}

// meet chooses where they come in, after all have left.
func (l *layout) meet(v *vertex) {
	slices.SortStableFunc(v.in, func(a, b *segment) int { return cmp.Compare(a.leaves, b.leaves) })
	var wishes []int
	for _, s := range v.in {
		wishes = append(wishes, s.leaves)
	}
	for i, port := range l.ports(v, wishes) {
		v.in[i].meets = port
	}
}

// ports spreads wishes, which ascend, over the side of a vertex.
func (l *layout) ports(v *vertex, wishes []int) []int {
	first, last := v.centre-v.before()+1, v.centre+v.after()-1
	if v.kind != box || len(wishes) == 1 && (wishes[0] < first || wishes[0] > last) {
		return slices.Repeat([]int{v.centre}, len(wishes))
	}
	places, weights := make([]float64, len(wishes)), make([]float64, len(wishes))
	for i, wish := range wishes {
		places[i], weights[i] = float64(min(max(wish, first), last)-i*l.apart()), 1
	}
	ports := ascending(places, weights)
	for i := range ports {
		ports[i] = min(max(ports[i], first), last-(len(ports)-1)*l.apart()) + i*l.apart()
	}
	return ports
}

// avoid moves a port by one where another arrow leaves opposite to it, so that the two need not share a line.
func (l *layout) avoid(v *vertex, channel []*segment) {
	if v.kind != box {
		return
	}
	taken := func(at int, by *segment) bool {
		for _, s := range channel {
			if s != by && (s.leaves == at || s.to == v && s.meets == at) {
				return true
			}
		}
		return at <= v.centre-v.before() || at >= v.centre+v.after()
	}
	for _, s := range v.in {
		if s.leaves == s.meets || !taken(s.meets, s) {
			continue
		}
		for _, other := range []int{s.meets + 1, s.meets - 1} {
			if !taken(other, s) {
				s.meets = other
				break
			}
		}
	}
}
