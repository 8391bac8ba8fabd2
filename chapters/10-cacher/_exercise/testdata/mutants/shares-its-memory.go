package exercise

import storage "kubepath/chapters/05-storage"

// Window remembers the newest changes of one resource.
type Window struct {
	Size int // the most that it remembers

	revisions []uint64
	changes   []any
	since     uint64 // the newest revision that is not known, or is forgotten
}

// Begin makes it empty. What happened up to a revision is not known.
func (w *Window) Begin(revision uint64) {
	w.revisions, w.changes, w.since = nil, nil, revision
}

// Add remembers a change. Its revision is higher than those before.
func (w *Window) Add(revision uint64, change any) {
	if len(w.changes) == w.Size {
		w.since = w.revisions[0]
		copy(w.revisions, w.revisions[1:])
		copy(w.changes, w.changes[1:])
		w.revisions, w.changes = w.revisions[:w.Size-1], w.changes[:w.Size-1]
	}
	w.revisions, w.changes = append(w.revisions, revision), append(w.changes, change)
}

// After is every change with a higher revision, in the order of Add. The slice is the caller's, who may read it while
// more is added. Where one of them is forgotten, the error is storage.ErrExpired.
func (w *Window) After(revision uint64) ([]any, error) {
	if revision < w.since {
		return nil, storage.ErrExpired
	}
	first := 0
	for first < len(w.revisions) && w.revisions[first] <= revision {
		first++
	}
	return w.changes[first:], nil
}

// Since is the lowest revision that After can be asked for.
func (w *Window) Since() uint64 { return w.since }
