package cacher

import (
	"sort"
	"time"

	storage "kubepath/chapters/05-storage"
)

// History remembers the newest changes, so that a watch can begin in the past, and the past can be listed. One goroutine
// at a time calls it.
type History interface {
	// Begin makes it empty: what happened up to a revision is not known.
	Begin(revision uint64)
	// Add remembers a change. Revisions only grow.
	Add(revision uint64, change any)
	// After is all that was added with a higher revision, in its order, as a slice that is the caller's. Where some of it
	// is forgotten, the error is storage.ErrExpired.
	After(revision uint64) ([]any, error)
	// Since is the lowest revision that After can be asked for.
	Since() uint64
}

// history remembers at least so many changes, and all that are young, up to a bound. Upstream: the cyclic buffer of
// watchCache, which grows and shrinks for the same reason.
type history struct {
	least, most int
	young       time.Duration

	changes []remembered
	since   uint64
}

type remembered struct {
	revision uint64
	at       time.Time
	change   any
}

var _ History = (*history)(nil)

func (h *history) Begin(revision uint64) { h.changes, h.since = nil, revision }

func (h *history) Add(revision uint64, change any) {
	now := time.Now()
	h.changes = append(h.changes, remembered{revision, now, change})
	for len(h.changes) > h.least && (len(h.changes) > h.most || now.Sub(h.changes[0].at) > h.young) {
		h.drop()
	}
}

// drop forgets the oldest. The array behind the slice is left behind by append, in time.
func (h *history) drop() {
	h.since = h.changes[0].revision
	h.changes[0] = remembered{}
	h.changes = h.changes[1:]
}

func (h *history) Since() uint64 { return h.since }

func (h *history) After(revision uint64) ([]any, error) {
	if revision < h.since {
		return nil, storage.ErrExpired
	}
	first := sort.Search(len(h.changes), func(i int) bool { return h.changes[i].revision > revision })
	found := make([]any, 0, len(h.changes)-first)
	for _, r := range h.changes[first:] {
		found = append(found, r.change)
	}
	return found, nil
}
