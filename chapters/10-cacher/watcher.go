package cacher

import (
	"context"
	"sync"

	"k8s.io/apimachinery/pkg/watch"

	storage "kubepath/chapters/05-storage"
)

// direct is how many events a watch takes in without a goroutine of its own.
const direct = 16

// watcher is one client's watch. While its reader keeps up it is only a channel, into which the cache writes: an idle
// watch has no goroutine. Where there is no room in the channel, or there is a past to show first, a goroutine drains a
// queue into it, until that is empty. Upstream: cacheWatcher.
type watcher struct {
	cache    *Cache
	start    storage.WatchStart
	wanted   storage.SelectionPredicate
	progress bool // wants a bookmark with each progress report

	bucket bucket // in the registry, at a place
	place  int

	events chan watch.Event
	done   chan struct{}
	unbind func() // from its context and timer

	mu       sync.Mutex
	queue    []watch.Event
	draining bool
	last     bool // nothing follows the queue
	ended    bool
}

var _ watch.Interface = (*watcher)(nil)

// ResultChan is closed when the watch has ended: by Stop, with its context, after an ERROR event, or because its reader
// was too slow.
func (w *watcher) ResultChan() <-chan watch.Event { return w.events }

// Stop ends the watch. It may be called more than once.
func (w *watcher) Stop() {
	if w.close() {
		w.cache.watchers.mu.Lock()
		defer w.cache.watchers.mu.Unlock()
		w.cache.watchers.remove(w)
	}
}

// bind has the watch end with ctx, and be told from time to time how far it is.
func (w *watcher) bind(ctx context.Context) {
	w.mu.Lock()
	defer w.mu.Unlock()
	stop := context.AfterFunc(ctx, w.Stop)
	var marks *bookmarks
	if w.wanted.AllowWatchBookmarks {
		marks = w.bookmarks(ctx)
	}
	w.unbind = func() { stop(); marks.stop() }
}

// close ends the watch, and reports whether it had not ended before.
func (w *watcher) close() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.closeLocked()
}

func (w *watcher) closeLocked() bool {
	if w.ended {
		return false
	}
	w.ended = true
	close(w.done)
	if !w.draining {
		close(w.events) // else the goroutine does
	}
	w.queue = nil
	if w.unbind != nil {
		w.unbind()
	}
	return true
}

// offer shows the watcher what it sees of a change; false where the watch has ended.
func (w *watcher) offer(ch *change) bool {
	if ch.revision <= w.start.After {
		return true
	}
	e, sees, err := ch.event(w.wanted)
	switch {
	case err != nil:
		w.finish(storage.ErrorEvent(err))
		return false
	case !sees:
		return true
	}
	return w.push(e)
}

// push adds an event. A watch whose queue is full is cut off: its client comes back and goes on after the last event
// that it has seen.
func (w *watcher) push(e watch.Event) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.ended || w.last {
		return false
	}
	if !w.draining {
		select {
		case w.events <- e:
			return true
		default:
			w.draining = true
			w.cache.running.Go(func() { w.drain(nil) })
		}
	}
	if len(w.queue) >= w.cache.config.Buffer {
		w.closeLocked()
		return false
	}
	w.queue = append(w.queue, e)
	return true
}

// finish ends the watch after what it still has to show and one last event.
func (w *watcher) finish(e watch.Event) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case w.ended || w.last:
	case w.draining:
		w.queue, w.last = append(w.queue, e), true
	default:
		select {
		case w.events <- e:
			w.closeLocked()
		default:
			w.queue, w.last, w.draining = append(w.queue, e), true, true
			w.cache.running.Go(func() { w.drain(nil) })
		}
	}
}

// drain sends what comes first, then the queue until it is empty.
func (w *watcher) drain(first func(send func(watch.Event) bool) bool) {
	more := first == nil || first(w.send)
	for more {
		var queue []watch.Event
		if queue, more = w.take(); queue == nil && more {
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

// take empties the queue. Without one the watch goes on without a goroutine: nil and true; or it ends: false.
func (w *watcher) take() (queue []watch.Event, more bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	queue, w.queue = w.queue, nil
	if w.ended || w.last && queue == nil {
		return nil, false
	}
	w.draining = queue != nil
	return queue, true
}

func (w *watcher) send(e watch.Event) bool {
	select {
	case w.events <- e:
		return true
	case <-w.done:
		return false
	}
}

// initial sends an ADDED event for each object that exists, and where that is wanted a bookmark that says it was all.
func (w *watcher) initial(objects snapshot, revision uint64, send func(watch.Event) bool) bool {
	more := true
	begin := &change{}
	objects.scan(w.bucket.scope, w.bucket.scope, func(o *object) bool {
		if !within(o.key, w.bucket.scope) {
			return false
		}
		begin.current = o
		e, sees, err := begin.event(w.wanted)
		if err != nil {
			send(storage.ErrorEvent(err))
		}
		more = err == nil && (!sees || send(e))
		return more
	})
	if !more || !w.start.Mark {
		return more
	}
	e, err := storage.Bookmark(w.cache.config.NewFunc(), revision)
	if err == nil {
		err = storage.MarkInitialEventsEnd(e.Object)
	}
	if err != nil {
		e = storage.ErrorEvent(err)
	}
	return send(e) && err == nil
}

// past sends what the watch missed.
func (w *watcher) past(changes []any, send func(watch.Event) bool) bool {
	for _, one := range changes {
		ch := one.(*change)
		if !within(ch.key(), w.bucket.scope) {
			continue
		}
		e, sees, err := ch.event(w.wanted)
		if err != nil {
			send(storage.ErrorEvent(err))
			return false
		}
		if sees && !send(e) {
			return false
		}
	}
	return true
}
