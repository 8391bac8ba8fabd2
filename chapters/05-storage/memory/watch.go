package memory

import (
	"context"
	"strings"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"

	storage "kubepath/chapters/05-storage"
)

// watchBuffer is the number of events that are buffered for a slow reader. Further events stay in the log.
const watchBuffer = 100

// Watch starts a goroutine that reads the log. It ends after Stop, when ctx ends, or after an ERROR event.
func (s *Store) Watch(ctx context.Context, key string, opts storage.ListOptions) (watch.Interface, error) {
	key, err := storage.PrepareKey(s.resource, key, opts.Recursive)
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		return nil, storage.WrapError("watch", key, err)
	}
	start, err := storage.ValidateWatchOptions(opts)
	if err != nil {
		return nil, storage.WrapError("watch", key, err)
	}
	w := &watcher{store: s, key: key, opts: opts, start: start, events: make(chan watch.Event, watchBuffer)}
	if err := w.begin(); err != nil {
		return nil, storage.WrapError("watch", key, err)
	}
	ctx, w.cancel = context.WithCancel(ctx)
	w.done = ctx.Done()
	go w.run()
	return w, nil
}

// RequestWatchProgress makes each watch with ProgressNotify send a bookmark.
func (s *Store) RequestWatchProgress(context.Context) error {
	s.db.mu.Lock()
	defer s.db.mu.Unlock()
	s.db.progressRequests++
	s.db.notify()
	return nil
}

// watcher sends the changes below a key to one client.
type watcher struct {
	store *Store
	key   string
	opts  storage.ListOptions
	start storage.WatchStart

	initial          []*change // the objects for initial events
	seen             uint64    // all changes up to this revision are sent
	progressRequests uint64    // the requests for progress that are answered

	cancel context.CancelFunc
	done   <-chan struct{}
	events chan watch.Event
}

// ResultChan is closed after the watch has ended.
func (w *watcher) ResultChan() <-chan watch.Event { return w.events }

// Stop ends the watch. It may be called more than once.
func (w *watcher) Stop() { w.cancel() }

// begin reads the objects for initial events, and sets the revision after which the watch begins.
func (w *watcher) begin() error {
	w.seen = w.start.After
	db := w.store.db
	if w.start.InitialEvents || w.seen == 0 {
		found, revision, err := w.store.read(w.key, storage.ListStart{Key: w.key}, w.opts.Recursive)
		if err != nil {
			return err
		}
		if w.start.InitialEvents {
			reading := storage.ListStart{AtLeast: w.start.After}
			if err := reading.Check(revision); err != nil {
				return err
			}
			w.initial = found
		}
		w.seen = revision
	}
	now, err := db.changesAfter(w.seen)
	if err != nil {
		return storage.WatchExpired()
	}
	w.progressRequests = now.progressRequests
	return nil
}

// run sends the initial events, and then the changes of the log until the watch ends.
func (w *watcher) run() {
	defer close(w.events)
	defer w.Stop()
	if !w.sendInitial() {
		return
	}
	w.initial = nil
	for {
		feed, err := w.store.db.changesAfter(w.seen)
		if err != nil {
			w.send(storage.ErrorEvent(err))
			return
		}
		if !w.sendPage(feed) {
			return
		}
		select {
		case <-feed.changed:
		case <-w.done:
			return
		}
	}
}

func (w *watcher) sendInitial() bool {
	for _, c := range w.initial {
		if !w.sendChange(nil, c.object, c) {
			return false
		}
	}
	return !w.start.InitialEventsEndBookmark || w.sendBookmark(w.seen, true)
}

// sendPage sends the changes of a page and, if one was requested, a progress bookmark.
func (w *watcher) sendPage(f logPage) bool {
	for _, c := range f.changes {
		if w.includes(c.key) && !w.sendChange(c.old, c.object, c) {
			return false
		}
	}
	w.seen = f.revision
	if f.progressRequests == w.progressRequests {
		return true
	}
	w.progressRequests = f.progressRequests
	return !w.opts.ProgressNotify || w.sendBookmark(w.seen, false)
}

func (w *watcher) includes(key string) bool {
	return key == w.key || w.opts.Recursive && strings.HasPrefix(key, w.key)
}

// sendChange sends the event of a change for the client's predicate; false ends the watch.
func (w *watcher) sendChange(old, current runtime.Object, c *change) bool {
	kind, object, err := storage.WatchEventFor(w.opts.Predicate, old, current)
	if err == nil && kind != "" {
		if object = object.DeepCopyObject(); kind == watch.Deleted {
			err = versioner.UpdateObject(object, c.revision)
		}
	}
	if err != nil {
		w.send(storage.ErrorEvent(err))
		return false
	}
	return kind == "" || w.send(watch.Event{Type: kind, Object: object})
}

func (w *watcher) sendBookmark(revision uint64, endOfInitial bool) bool {
	bookmark, err := storage.Bookmark(w.store.newFunc(), revision)
	if err == nil && endOfInitial {
		err = storage.AnnotateInitialEventsEndBookmark(bookmark.Object)
	}
	if err != nil {
		bookmark = storage.ErrorEvent(err)
	}
	return w.send(bookmark) && err == nil
}

// send sends an event to the client; false: the watch has ended.
func (w *watcher) send(e watch.Event) bool {
	select {
	case w.events <- e:
		return true
	case <-w.done:
		return false
	}
}
