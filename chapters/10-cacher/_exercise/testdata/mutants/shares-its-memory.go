package exercise

import (
	"k8s.io/apimachinery/pkg/watch"

	storage "kubepath/chapters/05-storage"
)

// Window holds the newest events of one collection.
type Window struct {
	Size int // the most that it holds

	revisions []uint64
	events    []watch.Event
	since     uint64 // the newest revision that is not known, or was dropped
}

// Begin makes it empty. The events up to a revision are not known.
func (w *Window) Begin(revision uint64) {
	w.revisions, w.events, w.since = nil, nil, revision
}

// Add holds one more event. Its revision is higher than those before.
func (w *Window) Add(revision uint64, e watch.Event) {
	if len(w.events) == w.Size {
		w.since = w.revisions[0]
		copy(w.revisions, w.revisions[1:])
		copy(w.events, w.events[1:])
		w.revisions, w.events = w.revisions[:w.Size-1], w.events[:w.Size-1]
	}
	w.revisions, w.events = append(w.revisions, revision), append(w.events, e)
}

// After returns every event with a higher revision, in the order of Add. The slice is the caller's, who may read it while
// more is added. Where one of them has been dropped, the error is storage.ErrExpired.
func (w *Window) After(revision uint64) ([]watch.Event, error) {
	if revision < w.since {
		return nil, storage.ErrExpired
	}
	first := 0
	for first < len(w.revisions) && w.revisions[first] <= revision {
		first++
	}
	return w.events[first:], nil
}

// Since is the lowest revision that After can be asked for.
func (w *Window) Since() uint64 { return w.since }
