package exercise

import (
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"

	storage "kubepath/chapters/05-storage"
)

// See says what a watcher with predicate p sees of a change from old (nil: did not exist) to current (nil: was deleted): the
// type of the event, "" for none, and the object to show, which is current or old itself. An error of p.Matches is returned.
func See(p storage.SelectionPredicate, old, current runtime.Object) (watch.EventType, runtime.Object, error) {
	before, err := wanted(p, old)
	if err != nil {
		return "", nil, err
	}
	now, err := wanted(p, current)
	if err != nil {
		return "", nil, err
	}
	switch {
	case before && now:
		return watch.Modified, current, nil
	case now:
		return watch.Added, current, nil
	case before:
		if current != nil {
			return watch.Deleted, current, nil
		}
		return watch.Deleted, old, nil
	}
	return "", nil, nil
}

// wanted: what does not exist, nobody wants.
func wanted(p storage.SelectionPredicate, obj runtime.Object) (bool, error) {
	if obj == nil {
		return false, nil
	}
	return p.Matches(obj)
}
