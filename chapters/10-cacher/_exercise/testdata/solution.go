package exercise

import (
	"k8s.io/apimachinery/pkg/watch"

	storage "kubepath/chapters/05-storage"
)

// Window holds the newest events of one collection.
type Window struct {
	Size int // the most that it holds

	events []entry
	since  uint64 // the newest revision that is not known, or was dropped
}

type entry struct {
	revision uint64
	event    watch.Event
}

// Begin makes it empty. The events up to a revision are not known.
func (w *Window) Begin(revision uint64) { w.events, w.since = nil, revision }

// Add holds one more event. Its revision is higher than those before.
func (w *Window) Add(revision uint64, e watch.Event) {
	if len(w.events) == w.Size {
		w.since = w.events[0].revision
		copy(w.events, w.events[1:])
		w.events = w.events[:w.Size-1]
	}
	w.events = append(w.events, entry{revision, e})
}

// After returns every event with a higher revision, in the order of Add. The slice is the caller's, who may read it while
// more is added. Where one of them has been dropped, the error is storage.ErrExpired.
func (w *Window) After(revision uint64) ([]watch.Event, error) {
	if revision < w.since {
		return nil, storage.ErrExpired
	}
	var found []watch.Event
	for _, e := range w.events {
		if e.revision > revision {
			found = append(found, e.event)
		}
	}
	return found, nil
}

// Since is the lowest revision that After can be asked for.
func (w *Window) Since() uint64 { return w.since }
