package cacher

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/watch"

	storage "kubepath/chapters/05-storage"
)

// Watch sends the events of the history after the requested version, and then each new one. If the version is older than
// the history, it sends one ERROR event, 410. Upstream: Cacher.Watch.
func (c *Cacher) Watch(ctx context.Context, key string, opts storage.ListOptions) (watch.Interface, error) {
	prefix, ours := c.prefixOf(key, opts.Recursive)
	start, err := storage.ValidateWatchOptions(opts)
	if !ours || err != nil || ctx.Err() != nil || !c.WaitReady(ctx) {
		return c.Interface.Watch(ctx, key, opts)
	}
	fresh, err := c.waitUntilFresh(ctx, watchFreshness(opts, start))
	if err != nil {
		return nil, storage.WrapError("watch", key, err)
	}
	if !fresh {
		return c.Interface.Watch(ctx, key, opts)
	}
	w := &cacheWatcher{
		cacher: c, start: start, predicate: c.cachedPredicate(opts.Predicate), progressNotify: opts.ProgressNotify,
		scope:  watcherScope{prefix, c.watchCache.indexFor(opts.Predicate)},
		events: make(chan watch.Event, channelSize), done: make(chan struct{}),
	}
	if !c.register(ctx, w) {
		return c.Interface.Watch(ctx, key, opts)
	}
	return w, nil
}

// register determines the first events of the watch, and adds the watch to those that get each new event. It returns
// false after Stop.
func (c *Cacher) register(ctx context.Context, w *cacheWatcher) bool {
	c.watchers.mu.Lock()
	defer c.watchers.mu.Unlock()
	if c.ctx.Err() != nil {
		return false
	}
	first, known := c.firstEvents(w)
	if !known {
		w.stopAfter(storage.ErrorEvent(apierrors.NewResourceExpired(
			fmt.Sprintf("too old resource version: %d (%d)", w.start.After, c.watchCache.history.since))))
		return true
	}
	c.watchers.add(w)
	w.processing = first != nil
	w.bindContext(ctx)
	if first != nil {
		c.goroutines.Go(func() { w.process(first) })
	}
	return true
}

// firstEvents returns a function that sends the events before the new ones: initial events, or past ones; nil: there are
// none. known is false if the watch begins before the history. The caller holds watchers.mu, so that no event is
// dispatched meanwhile, and the first events end exactly where the new ones begin. Upstream: watchCacheInterval.
func (c *Cacher) firstEvents(w *cacheWatcher) (first func() (more bool), known bool) {
	c.watchCache.mu.Lock()
	defer c.watchCache.mu.Unlock()
	switch {
	case w.start.InitialEvents:
		objects, revision := c.watchCache.latestLocked(w.scope.value), c.watchCache.revision
		return func() bool { return w.sendInitialEvents(objects, revision) }, true
	case w.start.After == 0:
		return nil, true
	}
	past, err := c.watchCache.history.after(w.start.After)
	if err != nil || len(past) == 0 {
		return nil, err == nil
	}
	return func() bool { return w.sendHistory(past) }, true
}

// dispatchEvent applies an event to the watch cache, and adds it to every watch in whose scope it is. A watch whose queue
// is full is stopped: the dispatcher never waits. Upstream: Cacher.dispatchEvent.
func (c *Cacher) dispatchEvent(e *watchCacheEvent) {
	c.watchers.mu.Lock()
	defer c.watchers.mu.Unlock()
	c.watchCache.processEvent(e)
	values := c.watchCache.indexValues(e)
	var stopped []*cacheWatcher
	c.watchers.eachInScope(e.key(), values, func(w *cacheWatcher) {
		if !w.add(e) {
			stopped = append(stopped, w)
		}
	})
	for _, w := range stopped {
		c.watchers.remove(w)
	}
}

// terminateAllWatchers ends every watch with an ERROR event. Upstream: Cacher.terminateAllWatchers.
func (c *Cacher) terminateAllWatchers(err error) {
	c.watchers.mu.Lock()
	defer c.watchers.mu.Unlock()
	last := storage.ErrorEvent(err)
	c.watchers.each(func(w *cacheWatcher) bool { w.stopAfter(last); return true })
	c.watchers.clear()
}

// indexedWatchers are the open watches by their scope, so that an event is added only to those that may select it. While
// mu is held no event is dispatched: a watch that is added misses none and gets none twice. Upstream: indexedWatchers.
type indexedWatchers struct {
	mu             sync.Mutex
	scopes         map[watcherScope][]*cacheWatcher
	progressNotify int // how many want a bookmark with each progress report
}

// watcherScope bounds what a watch can select: one key, or the keys below a prefix, which ends with a slash; with an index
// value, only the objects that have it.
type watcherScope struct {
	prefix string
	value  storage.MatchValue
}

func (i *indexedWatchers) add(w *cacheWatcher) {
	if i.scopes == nil {
		i.scopes = map[watcherScope][]*cacheWatcher{}
	}
	if w.progressNotify {
		i.progressNotify++
	}
	w.position = len(i.scopes[w.scope])
	i.scopes[w.scope] = append(i.scopes[w.scope], w)
}

// remove removes a watch, if it has not been removed yet.
func (i *indexedWatchers) remove(w *cacheWatcher) {
	all := i.scopes[w.scope]
	if w.position >= len(all) || all[w.position] != w {
		return
	}
	if w.progressNotify {
		i.progressNotify--
	}
	last := len(all) - 1
	all[w.position] = all[last]
	all[w.position].position = w.position
	all[last] = nil
	if all = all[:last]; len(all) == 0 {
		delete(i.scopes, w.scope)
		return
	}
	i.scopes[w.scope] = all
}

// clear removes all watches.
func (i *indexedWatchers) clear() { i.scopes, i.progressNotify = nil, 0 }

func (i *indexedWatchers) each(f func(*cacheWatcher) bool) {
	for _, all := range i.scopes {
		for _, w := range all {
			f(w)
		}
	}
}

// eachInScope calls f for each watch in whose scope an event of key is. values are the object's index values before and
// after the event.
func (i *indexedWatchers) eachInScope(key string, values []storage.MatchValue, f func(*cacheWatcher)) {
	for prefix := range prefixes(key) {
		for _, w := range i.scopes[watcherScope{prefix: prefix}] {
			f(w)
		}
		for n, value := range values {
			if slices.Contains(values[:n], value) {
				continue
			}
			for _, w := range i.scopes[watcherScope{prefix, value}] {
				f(w)
			}
		}
	}
}

// prefixes yields /pods/, /pods/default/ and /pods/default/nginx for the key /pods/default/nginx.
func prefixes(key string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for i := 1; i < len(key); i++ {
			next := strings.IndexByte(key[i:], '/')
			if next < 0 {
				break
			}
			if i += next; !yield(key[:i+1]) {
				return
			}
		}
		yield(key)
	}
}
