package cacher

import (
	"sync"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"

	storage "kubepath/chapters/05-storage"
)

// change is what happened to one key. Upstream: watchCacheEvent.
type change struct {
	revision     uint64
	old, current *object // nil: did not exist, does not exist any more

	once sync.Once
	gone *object // old, as those see it for whom it is gone: with the version of the change
	err  error
}

func (c *change) key() string {
	if c.current != nil {
		return c.current.key
	}
	return c.old.key
}

// event is what a watcher with predicate p sees; false: nothing.
func (c *change) event(p storage.SelectionPredicate) (watch.Event, bool, error) {
	kind, obj, err := storage.See(p, c.old.orNil(), c.current.orNil())
	if err != nil || kind == "" {
		return watch.Event{}, false, err
	}
	if kind == watch.Deleted {
		if obj, err = c.last(); err != nil {
			return watch.Event{}, false, err
		}
	}
	return watch.Event{Type: kind, Object: obj}, true, nil
}

// last is the one object that all see for whom the change is a deletion, so that it is encoded once for them.
func (c *change) last() (runtime.Object, error) {
	c.once.Do(func() {
		if c.gone != nil {
			return
		}
		copied := c.old.value.DeepCopyObject()
		c.err = storage.APIObjectVersioner{}.UpdateObject(copied, c.revision)
		c.gone = &object{key: c.old.key, revision: c.revision, value: copied}
	})
	return c.gone, c.err
}
