package cacher

import (
	"sort"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"

	storage "kubepath/chapters/05-storage"
)

// The history is a window over the events of one resource (testdata/races/history.txtar plays it). Here it has dropped the
// event of r3, and holds those of r4 and r5; r6 comes later. history.since is 3.
//
//	revision               r2       r3       r4       r5       r6
//	event                  add a    mod a    mod a    mod a    del a
//	                       ── dropped ──     ── held ──
//	watch after r3                           r4 ───── r5 ───── r6 ── each new event
//	watch after r2         ERROR event, 410 Expired: r3 is dropped; the client lists again
//	list at exactly r3              a ◀───── undo ◀── undo     the list at r5, with r5 and r4 undone
//	list at exactly r2     the storage below answers; 410 if r2 is compacted
//
// A client without events would keep its version while the history moves on. Bookmarks (bookmark.go) give it newer versions,
// so that it can resume.

// watchCacheEvent is a change of one key. Upstream: cacher.watchCacheEvent.
type watchCacheEvent struct {
	revision     uint64
	old, current *cachingObject // nil: the object did not exist before, does not exist after

	once    sync.Once
	deleted *cachingObject // old with the event's revision: the object of a DELETED event
	err     error
}

func (e *watchCacheEvent) key() string {
	if e.current != nil {
		return e.current.key
	}
	return e.old.key
}

// watchEvent returns the event that a watch with predicate p gets; false: none. An object that begins to match is ADDED,
// one that no longer matches is DELETED. Upstream: cacheWatcher.convertToWatchEvent.
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

// deletedObject returns the one object of all DELETED events, so that it is encoded once for all watches.
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

// history holds the newest events: at least minSize of them, and all that are younger than maxAge, up to maxSize. From
// them a watch begins at a past revision, and a list shows one. Upstream: watchCacheHistory, a ring that grows and
// shrinks for the same reason.
type history struct {
	minSize, maxSize int
	maxAge           time.Duration

	events []historyEvent
	since  uint64 // the history holds all events with a higher revision
}

type historyEvent struct {
	*watchCacheEvent
	added time.Time
}

// reset empties the history: the events up to revision are unknown.
func (h *history) reset(revision uint64) { h.events, h.since = nil, revision }

// add appends an event, whose revision must be the highest so far, and drops events that need not be held any more.
func (h *history) add(e *watchCacheEvent) {
	now := time.Now()
	h.events = append(h.events, historyEvent{e, now})
	for len(h.events) > h.minSize && (len(h.events) > h.maxSize || now.Sub(h.events[0].added) > h.maxAge) {
		h.dropOldest()
	}
}

// dropOldest drops the oldest event. Its place in the array is freed when append makes a new one.
func (h *history) dropOldest() {
	h.since = h.events[0].revision
	h.events[0] = historyEvent{}
	h.events = h.events[1:]
}

// after returns the events with a higher revision, in order, in a new slice. If one of them has been dropped, the error
// is storage.ErrExpired. Upstream: watchCache.getAllEventsSinceLocked.
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
