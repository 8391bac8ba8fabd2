package cacher

import (
	"context"
	"sync"

	"k8s.io/apimachinery/pkg/watch"

	storage "kubepath/chapters/05-storage"
)

// channelSize is how many events a watch can hold without a goroutine.
const channelSize = 16

// cacheWatcher is one client's watch. While its reader keeps up, the cache writes events to its channel, and the watch has
// no goroutine. If the channel is full, or there are first events, a goroutine sends the first events and then a queue,
// until the queue is empty. Upstream: cacher.cacheWatcher.
type cacheWatcher struct {
	cacher         *Cacher
	start          storage.WatchStart
	predicate      storage.SelectionPredicate
	progressNotify bool // wants a bookmark with each progress report

	scope    watcherScope // in indexedWatchers
	position int          // in the slice of its scope

	events chan watch.Event
	done   chan struct{}
	unbind func() // stops the callback of its context, and its bookmarks

	mu         sync.Mutex
	queue      []watch.Event
	processing bool // the goroutine runs
	stopping   bool // the watch ends after the queue
	stopped    bool
}

var _ watch.Interface = (*cacheWatcher)(nil)

// ResultChan is closed when the watch has ended: by Stop, with its context, after an ERROR event, or because its reader
// was too slow.
func (w *cacheWatcher) ResultChan() <-chan watch.Event { return w.events }

// Stop ends the watch. It may be called more than once.
func (w *cacheWatcher) Stop() {
	if w.close() {
		w.cacher.watchers.mu.Lock()
		defer w.cacher.watchers.mu.Unlock()
		w.cacher.watchers.remove(w)
	}
}

// bindContext ends the watch when ctx ends, and starts its bookmarks.
func (w *cacheWatcher) bindContext(ctx context.Context) {
	w.mu.Lock()
	defer w.mu.Unlock()
	stop := context.AfterFunc(ctx, w.Stop)
	var bookmarks *bookmarkTimer
	if w.predicate.AllowWatchBookmarks {
		bookmarks = w.startBookmarks(ctx)
	}
	w.unbind = func() { stop(); bookmarks.stop() }
}

// close ends the watch. It returns false if the watch had already ended.
func (w *cacheWatcher) close() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.closeLocked()
}

func (w *cacheWatcher) closeLocked() bool {
	if w.stopped {
		return false
	}
	w.stopped = true
	close(w.done)
	if !w.processing {
		close(w.events) // otherwise the goroutine closes it
	}
	w.queue = nil
	if w.unbind != nil {
		w.unbind()
	}
	return true
}

// add enqueues the event if the watch selects it; false: the watch has ended. Upstream: cacheWatcher.add, which may wait.
func (w *cacheWatcher) add(event *watchCacheEvent) bool {
	if event.revision <= w.start.After {
		return true
	}
	e, sees, err := event.watchEvent(w.predicate)
	switch {
	case err != nil:
		w.stopAfter(storage.ErrorEvent(err))
		return false
	case !sees:
		return true
	}
	return w.enqueue(e)
}

// enqueue adds an event. A watch whose queue is full is stopped: its client opens a new one after the last event that it
// got.
func (w *cacheWatcher) enqueue(e watch.Event) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.stopped || w.stopping {
		return false
	}
	if !w.processing {
		select {
		case w.events <- e:
			return true
		default:
			w.processing = true
			w.cacher.goroutines.Go(func() { w.process(nil) })
		}
	}
	if len(w.queue) >= w.cacher.config.WatcherBuffer {
		w.closeLocked()
		return false
	}
	w.queue = append(w.queue, e)
	return true
}

// stopAfter ends the watch after the events of its queue and one last event.
func (w *cacheWatcher) stopAfter(e watch.Event) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case w.stopped || w.stopping:
	case w.processing:
		w.queue, w.stopping = append(w.queue, e), true
	default:
		select {
		case w.events <- e:
			w.closeLocked()
		default:
			w.queue, w.stopping, w.processing = append(w.queue, e), true, true
			w.cacher.goroutines.Go(func() { w.process(nil) })
		}
	}
}

// process sends the first events (nil: there are none), then the queue until it is empty. Upstream:
// cacheWatcher.processInterval, which runs until the watch ends.
func (w *cacheWatcher) process(first func() (more bool)) {
	more := first == nil || first()
	for more {
		var queue []watch.Event
		if queue, more = w.takeQueue(); queue == nil && more {
			return
		}
		for _, e := range queue {
			if more = w.send(e); !more {
				break
			}
		}
	}
	w.Stop()
	close(w.events)
}

// takeQueue returns the queue and empties it. If it is already empty, the result is nil, and more tells whether the watch
// goes on, without a goroutine, or has ended.
func (w *cacheWatcher) takeQueue() (queue []watch.Event, more bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	queue, w.queue = w.queue, nil
	if w.stopped || w.stopping && queue == nil {
		return nil, false
	}
	w.processing = queue != nil
	return queue, true
}

func (w *cacheWatcher) send(e watch.Event) bool {
	select {
	case w.events <- e:
		return true
	case <-w.done:
		return false
	}
}

// sendInitialEvents sends an ADDED event for each object that exists and, if requested, the bookmark that ends the initial
// events.
func (w *cacheWatcher) sendInitialEvents(objects snapshot, revision uint64) (more bool) {
	more = true
	event := &watchCacheEvent{}
	objects.scan(w.scope.prefix, w.scope.prefix, func(o *cachingObject) bool {
		if !within(o.key, w.scope.prefix) {
			return false
		}
		event.current = o
		e, sees, err := event.watchEvent(w.predicate)
		if err != nil {
			w.send(storage.ErrorEvent(err))
		}
		more = err == nil && (!sees || w.send(e))
		return more
	})
	if !more || !w.start.InitialEventsEndBookmark {
		return more
	}
	e, err := storage.Bookmark(w.cacher.config.NewFunc(), revision)
	if err == nil {
		err = storage.AnnotateInitialEventsEndBookmark(e.Object)
	}
	if err != nil {
		e = storage.ErrorEvent(err)
	}
	return w.send(e) && err == nil
}

// sendHistory sends those past events that the watch selects.
func (w *cacheWatcher) sendHistory(past []*watchCacheEvent) (more bool) {
	for _, event := range past {
		if !within(event.key(), w.scope.prefix) {
			continue
		}
		e, sees, err := event.watchEvent(w.predicate)
		if err != nil {
			w.send(storage.ErrorEvent(err))
			return false
		}
		if sees && !w.send(e) {
			return false
		}
	}
	return true
}
