package exercise

import (
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"

	storage "kubepath/chapters/05-storage"
	"kubepath/internal/tools/exercise"
)

// See says what a watcher with predicate p sees of a change from old (nil: did not exist) to current (nil: was deleted): the
// type of the event, "" for none, and the object to show, which is current or old itself. An error of p.Matches is returned.
func See(p storage.SelectionPredicate, old, current runtime.Object) (watch.EventType, runtime.Object, error) {
	// TODO(you): p.Matches(obj) tells whether the watcher wants an object.
	return "", nil, exercise.ErrTODO
}
