package exercise

import "kubepath/internal/exercise"

// Window remembers the newest changes of one resource.
type Window struct {
	Size int // the most that it remembers

	// TODO(you): what does it have to know?
}

// Begin makes it empty. What happened up to a revision is not known.
func (w *Window) Begin(revision uint64) {
	// TODO(you)
}

// Add remembers a change. Its revision is higher than those before.
func (w *Window) Add(revision uint64, change any) {
	// TODO(you)
}

// After is every change with a higher revision, in the order of Add. The slice is the caller's, who may read it while
// more is added. Where one of them is forgotten, the error is storage.ErrExpired.
func (w *Window) After(revision uint64) ([]any, error) {
	// TODO(you)
	return nil, exercise.ErrTODO
}

// Since is the lowest revision that After can be asked for.
func (w *Window) Since() uint64 {
	// TODO(you)
	return 0
}
