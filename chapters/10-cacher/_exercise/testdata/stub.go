package exercise

import (
	"k8s.io/apimachinery/pkg/watch"

	"kubepath/internal/tools/exercise"
)

// Window holds the newest events of one collection.
type Window struct {
	Size int // the most that it holds

	// TODO(you): what does it have to know?
}

// Begin makes it empty. The events up to a revision are not known.
func (w *Window) Begin(revision uint64) {
	// TODO(you)
}

// Add holds one more event. Its revision is higher than those before.
func (w *Window) Add(revision uint64, e watch.Event) {
	// TODO(you)
}

// After returns every event with a higher revision, in the order of Add. The slice is the caller's, who may read it while
// more is added. Where one of them has been dropped, the error is storage.ErrExpired.
func (w *Window) After(revision uint64) ([]watch.Event, error) {
	// TODO(you)
	return nil, exercise.ErrTODO
}

// Since is the lowest revision that After can be asked for.
func (w *Window) Since() uint64 {
	// TODO(you)
	return 0
}
