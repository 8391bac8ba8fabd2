package cacher

import (
	"sort"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"

	storage "kubepath/chapters/05-storage"
)

// watchCacheEvent is a change of one key. Upstream: cacher.watchCacheEvent.
type watchCacheEvent struct {
	revision     uint64
	old, current *cachingObject // nil: did not exist, does not exist any more

	once    sync.Once
	deleted *cachingObject // old with the event's revision: what a DELETED event shows
	err     error
}

func (e *watchCacheEvent) key() string {
	if e.current != nil {
		return e.current.key
	}
	return e.old.key
}

// watchEvent is what a watch with predicate p sees of it; false: nothing. An object that begins or ceases to match is
// ADDED or DELETED. Upstream: cacheWatcher.convertToWatchEvent.
func (e *watchCacheEvent) watchEvent(p storage.SelectionPredicate) (watch.Event, bool, error) {
	kind, obj, err := storage.WatchEventFor(p, e.old.runtimeObject(), e.current.runtimeObject())
	if err != nil || kind == "" {
		return watch.Event{}, false, err
	}
	if kind == watch.Deleted {
		if obj, err = e.deletedObject(); err != nil {
			return watch.Event{}, false, err
		}
	}
	return watch.Event{Type: kind, Object: obj}, true, nil
}

// deletedObject is one object for all DELETED events, so that it is encoded once for them.
func (e *watchCacheEvent) deletedObject() (runtime.Object, error) {
	e.once.Do(func() {
		if e.deleted != nil {
			return
		}
		copied := e.old.value.DeepCopyObject()
		e.err = storage.APIObjectVersioner{}.UpdateObject(copied, e.revision)
		e.deleted = &cachingObject{key: e.old.key, revision: e.revision, value: copied}
	})
	return e.deleted, e.err
}

// history holds the newest events, so that a watch can begin in the past, and the past can be listed: at least minSize of
// them, and all that are younger than maxAge, up to maxSize. Upstream: watchCacheHistory, a ring that grows and shrinks
// for the same reason.
type history struct {
	minSize, maxSize int
	maxAge           time.Duration

	events []historyEvent
	since  uint64 // all events with a higher revision are held
}

type historyEvent struct {
	*watchCacheEvent
	added time.Time
}

// reset empties the history. The events up to a revision are not known.
func (h *history) reset(revision uint64) { h.events, h.since = nil, revision }

// add holds one more event, whose revision is higher than those before, and drops what need not be held any more.
func (h *history) add(e *watchCacheEvent) {
	now := time.Now()
	h.events = append(h.events, historyEvent{e, now})
	for len(h.events) > h.minSize && (len(h.events) > h.maxSize || now.Sub(h.events[0].added) > h.maxAge) {
		h.dropOldest()
	}
}

// dropOldest leaves its place in the array free: append makes a new array in time.
func (h *history) dropOldest() {
	h.since = h.events[0].revision
	h.events[0] = historyEvent{}
	h.events = h.events[1:]
}

// after returns the events with a higher revision, in order, in a slice of their own. Where one of them has been dropped,
// the error is storage.ErrExpired. Upstream: watchCache.getAllEventsSinceLocked.
func (h *history) after(revision uint64) ([]*watchCacheEvent, error) {
	if revision < h.since {
		return nil, storage.ErrExpired
	}
	first := sort.Search(len(h.events), func(i int) bool { return h.events[i].revision > revision })
	found := make([]*watchCacheEvent, 0, len(h.events)-first)
	for _, e := range h.events[first:] {
		found = append(found, e.watchCacheEvent)
	}
	return found, nil
}
