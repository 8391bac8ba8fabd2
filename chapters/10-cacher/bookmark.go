package cacher

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"

	storage "kubepath/chapters/05-storage"
)

// bookmarkBeforeEnd is how long before its end a watch gets its last bookmark, from which its client can resume.
const bookmarkBeforeEnd = 2 * time.Second

// bookmarkTimer sends a bookmark to a watch at intervals, so that the version of a client without events does not become
// older than the history. Upstream: cacher.watcherBookmarkTimeBuckets.
type bookmarkTimer struct {
	watcher *cacheWatcher
	end     time.Time // of the watch; zero: unknown

	mu      sync.Mutex
	timer   *time.Timer
	stopped bool
}

func (w *cacheWatcher) startBookmarks(ctx context.Context) *bookmarkTimer {
	b := &bookmarkTimer{watcher: w}
	b.end, _ = ctx.Deadline()
	b.mu.Lock()
	defer b.mu.Unlock()
	b.timer = time.AfterFunc(b.next(), b.send)
	return b
}

// next returns the time to the next bookmark: the interval plus or minus a quarter, but at most until bookmarkBeforeEnd
// before the end. Upstream: cacheWatcher.nextBookmarkTime.
func (b *bookmarkTimer) next() time.Duration {
	interval := b.watcher.cacher.config.BookmarkInterval
	pause := interval*3/4 + rand.N(interval/2+1)
	if b.end.IsZero() {
		return pause
	}
	if last := time.Until(b.end) - bookmarkBeforeEnd; last > bookmarkBeforeEnd/10 {
		return min(pause, last)
	}
	return pause // the last one before the end has been sent
}

func (b *bookmarkTimer) send() {
	b.watcher.sendBookmark()
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.stopped {
		b.timer.Reset(b.next())
	}
}

func (b *bookmarkTimer) stop() {
	if b == nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.stopped = true
	b.timer.Stop()
}

// sendBookmark sends the revision of the cache: the watch has got every event up to it. Since no event is dispatched
// meanwhile, no event of an older revision follows.
func (w *cacheWatcher) sendBookmark() {
	c := w.cacher
	c.progress.request() // for the next bookmark
	c.watchers.mu.Lock()
	defer c.watchers.mu.Unlock()
	revision, _ := c.watchCache.resourceVersion()
	if e, err := storage.Bookmark(c.config.NewFunc(), revision); err == nil && !w.enqueue(e) {
		c.watchers.remove(w)
	}
}

// notifyProgress sends a bookmark to each watch with ProgressNotify.
func (c *Cacher) notifyProgress() {
	c.watchers.mu.Lock()
	defer c.watchers.mu.Unlock()
	if c.watchers.progressNotify == 0 {
		return
	}
	revision, _ := c.watchCache.resourceVersion()
	c.watchers.each(func(w *cacheWatcher) bool {
		if !w.progressNotify {
			return true
		}
		e, err := storage.Bookmark(c.config.NewFunc(), revision)
		return err == nil && w.enqueue(e)
	})
}
