package cacher

import (
	"slices"
	"sync"

	storage "kubepath/chapters/05-storage"
)

// watchCache is the content of the cache: all objects at one revision, and the newest events up to it. Upstream:
// cacher.watchCache.
type watchCache struct {
	mu       sync.RWMutex
	objects  snapshot
	index    index
	history  history
	revision uint64 // the cache has seen every event up to it

	readyAt    uint64        // nothing is served before revision reaches this one; 0: there is no content
	ready      bool          // revision has reached readyAt
	fillFailed bool          // the last attempt to list the storage below has failed
	watching   bool          // the watch below runs, or is about to: revision will advance
	frozen     snapshot      // a clone of objects for readers, until the next event; its tree is nil if there is none
	changed    chan struct{} // closed when revision, ready, fillFailed or watching change; nil: nobody waits
}

func newWatchCache(config Config) watchCache {
	return watchCache{
		objects: newSnapshot(),
		index:   newIndex(config.IndexedFields, config.GetAttrsFunc),
		history: history{minSize: config.HistorySize, maxSize: 100 * config.HistorySize, maxAge: config.HistoryAge},
	}
}

// nextChange returns the channel that the next broadcast closes. The caller holds mu.
func (w *watchCache) nextChange() <-chan struct{} {
	if w.changed == nil {
		w.changed = make(chan struct{})
	}
	return w.changed
}

// broadcast wakes all who wait for a change. The caller holds mu.
func (w *watchCache) broadcast() {
	if w.changed != nil {
		close(w.changed)
		w.changed = nil
	}
}

// replace sets the first content, listed at a revision. It is served when the cache has seen revision readyAt. Upstream:
// watchCache.Replace.
func (w *watchCache) replace(objects []*cachingObject, revision, readyAt uint64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, o := range objects {
		w.objects.put(o)
		w.index.apply(&watchCacheEvent{current: o})
	}
	w.history.reset(revision)
	w.readyAt = max(revision, readyAt)
	w.advanceLocked(revision)
}

// processEvent applies the next event. Upstream: watchCache.processEvent.
func (w *watchCache) processEvent(e *watchCacheEvent) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.objects.apply(e)
	w.index.apply(e)
	w.history.add(e)
	w.frozen = snapshot{}
	w.advanceLocked(e.revision)
}

// updateResourceVersion advances to a revision up to which there are no more events. Upstream:
// watchCache.UpdateResourceVersion.
func (w *watchCache) updateResourceVersion(revision uint64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if revision > w.revision {
		w.advanceLocked(revision)
	}
}

func (w *watchCache) advanceLocked(revision uint64) {
	w.revision = max(w.revision, revision)
	w.ready = w.revision >= w.readyAt && w.readyAt != 0
	w.broadcast()
}

// setWatching sets whether the watch below runs.
func (w *watchCache) setWatching(watching bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.watching = watching
	w.broadcast()
}

// setFillFailed sets whether the last attempt to list the storage below has failed.
func (w *watchCache) setFillFailed(failed bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.fillFailed = failed
	w.broadcast()
}

// loaded reports whether there is content. It may still be too old to be served.
func (w *watchCache) loaded() bool {
	w.mu.RLock()
	defer w.mu.RUnlock()
	return w.readyAt != 0
}

// readiness reports whether the content can be served. If not, changed is closed when it is worth asking again; nil:
// listing the storage below has failed.
func (w *watchCache) readiness() (ready bool, changed <-chan struct{}) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.ready || w.fillFailed {
		return w.ready, nil
	}
	return false, w.nextChange()
}

// reached reports whether the cache has seen a revision. If not, changed is closed when it is worth asking again; nil:
// the watch below does not run.
func (w *watchCache) reached(revision uint64) (done bool, changed <-chan struct{}) {
	w.mu.RLock()
	done = w.revision >= revision
	w.mu.RUnlock()
	if done {
		return true, nil
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.revision >= revision {
		return true, nil
	}
	if !w.watching {
		return false, nil
	}
	return false, w.nextChange()
}

// resourceVersion returns the revision up to which the cache has seen every event.
func (w *watchCache) resourceVersion() (revision uint64, ready bool) {
	w.mu.RLock()
	defer w.mu.RUnlock()
	return w.revision, w.ready
}

// get returns the newest version of an object; nil if there is none.
func (w *watchCache) get(key string) *cachingObject {
	w.mu.RLock()
	defer w.mu.RUnlock()
	return w.objects.get(key)
}

// latest returns the newest snapshot and its revision; with an index value, only the objects that have it. It is
// read-only.
func (w *watchCache) latest(value storage.MatchValue) (snapshot, uint64) {
	w.mu.RLock()
	frozen, revision := w.frozen, w.revision
	w.mu.RUnlock()
	if frozen.tree != nil && value == (storage.MatchValue{}) {
		return frozen, revision
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.latestLocked(value), w.revision
}

func (w *watchCache) latestLocked(value storage.MatchValue) snapshot {
	if value != (storage.MatchValue{}) {
		if objects, ok := w.index.entries[value]; ok {
			return objects.clone()
		}
		return newSnapshot()
	}
	if w.frozen.tree == nil {
		w.frozen = w.objects.clone()
	}
	return w.frozen
}

// snapshotAt returns the snapshot at a past revision: the newest one, with the later events undone. With an index value
// it has only the objects with that value. False: the history does not hold all later events. Upstream:
// watchCache.waitAndGetExactSnapshot.
func (w *watchCache) snapshotAt(revision uint64, value storage.MatchValue) (snapshot, bool) {
	w.mu.Lock()
	later, err := w.history.after(revision)
	if err != nil || revision > w.revision {
		w.mu.Unlock()
		return snapshot{}, false
	}
	objects := w.latestLocked(value)
	if len(later) > 0 {
		objects = objects.clone()
	}
	w.mu.Unlock()
	all := value == (storage.MatchValue{})
	for _, e := range slices.Backward(later) {
		objects.undo(e, func(o *cachingObject) bool { return all || w.index.has(value, o) })
	}
	return objects, true
}

// indexFor returns an index value that every object has which a predicate selects; the zero value: it needs a scan. The
// first selector that names a label adds the label to the index.
func (w *watchCache) indexFor(p storage.SelectionPredicate) storage.MatchValue {
	w.mu.RLock()
	value, label := w.index.match(p), w.index.missingLabel(p)
	w.mu.RUnlock()
	if label == "" {
		return value
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.index.addLabel(label, w.objects)
	return w.index.match(p)
}

// indexValues returns the index values of the object before and after an event. Upstream:
// Cacher.triggerValuesThreadUnsafe.
func (w *watchCache) indexValues(e *watchCacheEvent) []storage.MatchValue {
	w.mu.RLock()
	defer w.mu.RUnlock()
	return append(w.index.values(e.old), w.index.values(e.current)...)
}
