package cacher

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"

	storage "kubepath/chapters/05-storage"
)

// beforeEnd is how long before its end a watch gets its last bookmark, so that its client can go on from there.
const beforeEnd = 2 * time.Second

// bookmarks tell a watch from time to time how far it is, so that a client to whom nothing happens does not fall behind
// the history. Upstream: cacheWatcher.nextBookmarkTime.
type bookmarks struct {
	w   *watcher
	end time.Time // of the watch; zero: unknown

	mu      sync.Mutex
	timer   *time.Timer
	stopped bool
}

func (w *watcher) bookmarks(ctx context.Context) *bookmarks {
	b := &bookmarks{w: w}
	b.end, _ = ctx.Deadline()
	b.mu.Lock()
	defer b.mu.Unlock()
	b.timer = time.AfterFunc(b.next(), b.send)
	return b
}

// next is the time to the next bookmark: so many seconds give or take a quarter, but not later than shortly before the
// end.
func (b *bookmarks) next() time.Duration {
	every := b.w.cache.config.Bookmarks
	pause := every*3/4 + rand.N(every/2+1)
	if b.end.IsZero() {
		return pause
	}
	if last := time.Until(b.end) - beforeEnd; last > beforeEnd/10 {
		return min(pause, last)
	}
	return pause // it has had its last one; should it live on, so be it
}

func (b *bookmarks) send() {
	b.w.bookmark()
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.stopped {
		b.timer.Reset(b.next())
	}
}

func (b *bookmarks) stop() {
	if b == nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.stopped = true
	b.timer.Stop()
}

// bookmark tells the watch how far it is. Between changes, so that none of an older revision follows.
func (w *watcher) bookmark() {
	c := w.cache
	c.needProgress() // for the next one
	c.watchers.mu.Lock()
	defer c.watchers.mu.Unlock()
	revision, _ := c.state.seen()
	if e, err := storage.Bookmark(c.config.NewFunc(), revision); err == nil && !w.push(e) {
		c.watchers.remove(w)
	}
}

// reportProgress tells the watches that asked for progress how far they are.
func (c *Cache) reportProgress() {
	c.watchers.mu.Lock()
	defer c.watchers.mu.Unlock()
	if c.watchers.progress == 0 {
		return
	}
	revision, _ := c.state.seen()
	c.watchers.each(func(w *watcher) bool {
		if !w.progress {
			return true
		}
		e, err := storage.Bookmark(c.config.NewFunc(), revision)
		return err == nil && w.push(e)
	})
}
