package exercise

import storage "kubepath/chapters/05-storage"

// Window remembers the newest changes of one resource.
type Window struct {
	Size int // the most that it remembers

	changes []entry
	since   uint64 // the newest revision that is not known, or is forgotten
}

type entry struct {
	revision uint64
	change   any
}

// Begin makes it empty. What happened up to a revision is not known.
func (w *Window) Begin(revision uint64) { w.changes, w.since = nil, revision }

// Add remembers a change. Its revision is higher than those before.
func (w *Window) Add(revision uint64, change any) {
	if len(w.changes) == w.Size {
		w.since = w.changes[0].revision
		copy(w.changes, w.changes[1:])
		w.changes = w.changes[:w.Size-1]
	}
	w.changes = append(w.changes, entry{revision, change})
}

// After is every change with a higher revision, in the order of Add. The slice is the caller's, who may read it while
// more is added. Where one of them is forgotten, the error is storage.ErrExpired.
func (w *Window) After(revision uint64) ([]any, error) {
	if revision < w.since {
		return nil, storage.ErrExpired
	}
	var found []any
	for _, e := range w.changes {
		if e.revision >= revision {
			found = append(found, e.change)
		}
	}
	return found, nil
}

// Since is the lowest revision that After can be asked for.
func (w *Window) Since() uint64 { return w.since }
