package cacher

import (
	"cmp"
	"slices"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/types"
)

// differences are changes that lead from the objects known at a revision to those found later. What came and went in
// between is not among them, as nobody can know it.
//
// A client goes on after the revision of the last event that it has seen, so no two changes may share one. An object
// has that of its last write. When a deletion happened is not known, but that it was at a revision of which nothing
// else is known, and, where another object has the key now, before that one was written: each gets the first that is
// free, those with a limit first, which always leaves enough.
func differences(known snapshot, found []*object, after uint64) []*change {
	var changes, deletions []*change
	used := make(map[uint64]bool, len(found))
	left := known.clone()
	for _, o := range found {
		used[o.revision] = true
		old := known.get(o.key)
		left.remove(o.key)
		switch {
		case old == nil || old.revision < o.revision && uid(old) == uid(o):
			changes = append(changes, &change{revision: o.revision, old: old, current: o})
		case old.revision < o.revision: // another object of that name
			deletions = append(deletions, &change{revision: o.revision, old: old})
			changes = append(changes, &change{revision: o.revision, current: o})
		}
	}
	slices.SortFunc(deletions, byRevision)
	left.scan("", "", func(o *object) bool {
		deletions = append(deletions, &change{old: o})
		return true
	})
	for free, i := after+1, 0; i < len(deletions); free++ {
		if !used[free] {
			deletions[i].revision = free
			i++
		}
	}
	changes = append(changes, deletions...)
	slices.SortFunc(changes, byRevision)
	return changes
}

func byRevision(a, b *change) int { return cmp.Compare(a.revision, b.revision) }

func uid(o *object) types.UID {
	m, err := meta.Accessor(o.value)
	if err != nil {
		return ""
	}
	return m.GetUID()
}
