package cacher

import (
	"context"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/watch"

	storage "kubepath/chapters/05-storage"
)

// Watch shows what is remembered after the version asked for, and then each change. A version that is forgotten is an
// ERROR event, 410. Upstream: Cacher.Watch.
func (c *Cache) Watch(ctx context.Context, key string, opts storage.ListOptions) (watch.Interface, error) {
	scope, ours := c.scope(key, opts.Recursive)
	start, err := storage.WatchFrom(opts)
	if !ours || err != nil || !c.WaitFilled(ctx) {
		return c.Interface.Watch(ctx, key, opts)
	}
	wanted := age{newest: opts.ResourceVersion == ""}
	if start.Initial { // else the changes after a version of the future come when they come
		wanted.atLeast = start.After
	}
	served, err := c.serves(ctx, wanted)
	if err != nil {
		return nil, storage.Fail("watch", key, err)
	}
	if !served {
		return c.Interface.Watch(ctx, key, opts)
	}
	w := c.newWatcher(scope, opts, start)
	if !c.register(ctx, w) {
		return c.Interface.Watch(ctx, key, opts)
	}
	return w, nil
}

func (c *Cache) newWatcher(scope string, opts storage.ListOptions, start storage.WatchStart) *watcher {
	w := &watcher{
		cache: c, start: start, wanted: c.wanting(opts.Predicate), progress: opts.ProgressNotify,
		events: make(chan watch.Event, direct), done: make(chan struct{}),
	}
	w.bucket.scope = scope
	w.bucket.entry = c.state.leading(opts.Predicate)
	return w
}

// register finds where the watch begins, and from there on offers it every change. It is false after Stop.
func (c *Cache) register(ctx context.Context, w *watcher) bool {
	c.watchers.mu.Lock()
	defer c.watchers.mu.Unlock()
	if c.ctx.Err() != nil {
		return false
	}
	first, known := c.beginning(w)
	if !known {
		revision := w.start.After
		w.finish(storage.ErrorEvent(apierrors.NewResourceExpired(
			fmt.Sprintf("too old resource version: %d (%d)", revision, c.state.history.Since()))))
		return true
	}
	c.watchers.add(w)
	w.draining = first != nil
	w.bind(ctx)
	if first != nil {
		c.running.Go(func() { w.drain(first) })
	}
	return true
}

// beginning is what the watch shows before the changes that are still to come; nil: nothing. No change is told
// meanwhile, so it ends where those begin.
func (c *Cache) beginning(w *watcher) (first func(send func(watch.Event) bool) bool, known bool) {
	c.state.mu.Lock()
	defer c.state.mu.Unlock()
	switch {
	case w.start.Initial:
		objects, revision := c.state.freeze(w.bucket.entry), c.state.revision
		return func(send func(watch.Event) bool) bool { return w.initial(objects, revision, send) }, true
	case w.start.After == 0:
		return nil, true
	}
	past, err := c.state.history.After(w.start.After)
	if err != nil || len(past) == 0 {
		return nil, err == nil
	}
	return func(send func(watch.Event) bool) bool { return w.past(past, send) }, true
}
