package boxes

import (
	"cmp"
	"slices"
)

// sweeps is how often the layers are gone through; a diagram of nine nodes settles in fewer.
const sweeps = 8

// sort orders each layer so that few arrows cross: by the mean place of the neighbours, down and up in turn, and the best
// order that was seen stays.
func (l *layout) sort() {
	best, crossings := l.orders(), l.crossings()
	for i := 0; i < sweeps && crossings > 0; i++ {
		if i%2 == 0 {
			for _, layer := range l.layers[1:] {
				l.sortLayer(layer, func(v *vertex) (near []*vertex) { return sources(v) })
			}
		} else {
			for _, layer := range slices.Backward(l.layers[:len(l.layers)-1]) {
				l.sortLayer(layer, func(v *vertex) (near []*vertex) { return targets(v) })
			}
		}
		if n := l.crossings(); n < crossings {
			best, crossings = l.orders(), n
		}
	}
	l.layers = best
}

func (l *layout) orders() [][]*vertex {
	copied := make([][]*vertex, len(l.layers))
	for i, layer := range l.layers {
		copied[i] = slices.Clone(layer)
	}
	return copied
}

// places are where the vertices stand in their layers.
func (l *layout) places() map[*vertex]int {
	places := map[*vertex]int{}
	for _, layer := range l.layers {
		for i, v := range layer {
			places[v] = i
		}
	}
	return places
}

func (l *layout) sortLayer(layer []*vertex, neighbours func(*vertex) []*vertex) {
	places := l.places()
	mean := map[*vertex]float64{}
	for i, v := range layer {
		near := neighbours(v)
		mean[v] = float64(i)
		if len(near) > 0 {
			sum := 0
			for _, n := range near {
				sum += places[n]
			}
			mean[v] = float64(sum) / float64(len(near))
		}
	}
	slices.SortStableFunc(layer, func(a, b *vertex) int { return cmp.Compare(mean[a], mean[b]) })
}

// crossings counts the pairs of segments that cross.
func (l *layout) crossings() int {
	places := l.places()
	count := 0
	for _, channel := range l.channels {
		for i, a := range channel {
			for _, b := range channel[i+1:] {
				if (places[a.from]-places[b.from])*(places[a.to]-places[b.to]) < 0 {
					count++
				}
			}
		}
	}
	return count
}

func sources(v *vertex) []*vertex {
	var from []*vertex
	for _, s := range v.in {
		from = append(from, s.from)
	}
	return from
}

func targets(v *vertex) []*vertex {
	var to []*vertex
	for _, s := range v.out {
		to = append(to, s.to)
	}
	return to
}
