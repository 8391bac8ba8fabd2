package cacher

import (
	"context"
	"errors"
	"strconv"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/watch"

	storage "kubepath/chapters/05-storage"
)

// Pauses after a failure: twice as long each time.
const (
	firstPause   = 20 * time.Millisecond
	longestPause = 5 * time.Second
)

// follow fills the cache and keeps it new until Stop. A watch below that ends is opened again where it ended, so that
// nothing is lost; where that is no longer held, the objects are listed again. Upstream: client-go's Reflector.
func (c *Cache) follow() {
	pause := firstPause
	for c.ctx.Err() == nil {
		err := c.state.filling(c.fill())
		if err == nil {
			pause = firstPause
			c.state.follows(true)
			err = c.watchBelow()
		}
		if !errors.Is(err, storage.ErrExpired) {
			c.rest(&pause)
		}
	}
}

// rest waits before another attempt.
func (c *Cache) rest(pause *time.Duration) {
	t := time.NewTimer(*pause)
	defer t.Stop()
	select {
	case <-t.C:
	case <-c.ctx.Done():
	}
	*pause = min(2**pause, longestPause)
}

// watchBelow follows one watch after the other, until one cannot go on where the last ended: storage.ErrExpired, or an
// ERROR event, which ends the clients' watches too.
func (c *Cache) watchBelow() error {
	pause := firstPause
	for c.ctx.Err() == nil {
		from, _ := c.state.seen()
		err := c.watchFrom(from)
		var told failure
		switch {
		case errors.Is(err, storage.ErrExpired):
			return err
		case errors.As(err, &told):
			c.endWatches(told)
			return err
		}
		if now, _ := c.state.seen(); now > from {
			pause = firstPause
		}
		c.rest(&pause)
	}
	return c.ctx.Err()
}

// failure is why the watch below has ended, by its own words.
type failure struct{ error }

func (f failure) Unwrap() error { return f.error }

// watchFrom follows one watch until it ends. The error is nil where it ended without one.
func (c *Cache) watchFrom(revision uint64) error {
	ctx, cancel := context.WithCancel(ownStream(c.ctx, c.config.Resource))
	defer cancel()
	c.stream.Store(&stream{ctx})
	defer c.stream.Store(nil)
	defer c.state.follows(false)
	refused := false // initial events
	below, err := c.Interface.Watch(ctx, c.config.Resource, storage.ListOptions{
		ResourceVersion: strconv.FormatUint(revision, 10), Recursive: true,
		ProgressNotify: true, SendInitialEvents: &refused,
	})
	if err != nil {
		return err
	}
	defer below.Stop()
	c.state.follows(true)
	for e := range below.ResultChan() {
		if err := c.see(e); err != nil {
			return err
		}
	}
	return nil
}

// see takes in an event from below.
func (c *Cache) see(e watch.Event) error {
	if e.Type == watch.Error {
		err := apierrors.FromObject(e.Object)
		if apierrors.IsResourceExpired(err) || apierrors.IsGone(err) {
			return storage.WatchExpired()
		}
		return failure{err}
	}
	revision, err := c.versioner.ObjectVersion(e.Object)
	if err != nil {
		return failure{err}
	}
	if e.Type == watch.Bookmark {
		c.state.advance(revision)
		c.reportProgress()
		return nil
	}
	next, err := c.object(e.Object)
	if err != nil {
		return failure{err}
	}
	old, _ := c.state.get(next.key)
	switch {
	case old != nil && old.revision >= revision: // seen already
	case e.Type != watch.Deleted:
		c.tell(&change{revision: revision, old: old, current: next})
	case old != nil:
		c.tell(&change{revision: revision, old: old, gone: next})
	}
	return nil
}
