package boxes

import (
	"cmp"
	"slices"
)

// route gives each segment that is not straight a track of its channel: the line across on which it turns. It fails where
// two segments would have to pass each other on one line.
func (l *layout) route() bool {
	l.tracks = make([]int, len(l.channels))
	for i, channel := range l.channels {
		tracks, ok := routeChannel(channel)
		if !ok {
			return false
		}
		l.tracks[i] = tracks
	}
	return true
}

// routeChannel returns the number of tracks.
func routeChannel(channel []*segment) (count int, ok bool) {
	var open []*segment
	for _, s := range channel {
		if s.leaves != s.meets {
			open = append(open, s)
		}
	}
	// The one that goes farthest out turns first: then those beside it do not cross it.
	slices.SortStableFunc(open, func(a, b *segment) int {
		if right := a.meets > a.leaves; right != (b.meets > b.leaves) {
			return cmp.Compare(a.leaves, b.leaves)
		} else if right {
			return cmp.Compare(b.leaves, a.leaves)
		}
		return cmp.Compare(a.leaves, b.leaves)
	})
	var done []*segment
	for len(open) > 0 {
		next := slices.IndexFunc(open, func(s *segment) bool { return free(s, open) })
		if next < 0 {
			return 0, false
		}
		s := open[next]
		open = slices.Delete(open, next, next+1)
		for s.row = 0; slices.ContainsFunc(done, func(d *segment) bool { return collide(d, s) }); s.row++ {
		}
		done = append(done, s)
		count = max(count, s.row+1)
	}
	return count, true
}

// free says that no other open segment must turn before this one.
func free(s *segment, open []*segment) bool {
	return !slices.ContainsFunc(open, func(o *segment) bool { return o != s && o.leaves == s.meets })
}

// collide says that b would run over a, which turns before it: on the same track, or on the line that a goes on by.
func collide(a, b *segment) bool {
	if a.leaves == b.meets && b.row <= a.row {
		return true
	}
	return a.row == b.row && min(a.leaves, a.meets) <= max(b.leaves, b.meets)+1 && min(b.leaves, b.meets) <= max(a.leaves, a.meets)+1
}
