package cacher

import (
	"slices"
	"sort"
	"time"
)

// history remembers the newest changes, in their order: at least so many, and all that are young, up to a bound.
// Upstream: the cyclic buffer of watchCache, which grows and shrinks for the same reason.
type history struct {
	least, most int
	young       time.Duration

	changes []*change
	floor   uint64 // changes up to this revision are forgotten
}

func (h *history) add(c *change) {
	h.changes = append(h.changes, c)
	for len(h.changes) > h.least && (len(h.changes) > h.most || c.at.Sub(h.changes[0].at) > h.young) {
		h.drop()
	}
}

// drop forgets the oldest. The array behind the slice is left behind by append, in time.
func (h *history) drop() {
	h.floor = h.changes[0].revision
	h.changes[0] = nil
	h.changes = h.changes[1:]
}

// forget drops the changes up to a revision.
func (h *history) forget(revision uint64) {
	for len(h.changes) > 0 && h.changes[0].revision <= revision {
		h.drop()
	}
	h.floor = max(h.floor, revision)
}

// after are the changes behind a revision; false where some of them are forgotten. The slice is the caller's.
func (h *history) after(revision uint64) ([]*change, bool) {
	if revision < h.floor {
		return nil, false
	}
	first := sort.Search(len(h.changes), func(i int) bool { return h.changes[i].revision > revision })
	return slices.Clone(h.changes[first:]), true
}
