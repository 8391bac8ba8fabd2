package cacher

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"

	kinds "kubepath/chapters/02-kinds"
	storage "kubepath/chapters/05-storage"
)

// reflector fills the cache with a list of the storage below, and keeps it up to date with a watch from the list's
// revision. When the watch ends, a new one goes on from the last revision, so that no event is lost; if that revision is
// compacted, the reflector lists again. Upstream: client-go's cache.Reflector.
type reflector struct {
	*Cacher
}

// run lists and watches until Stop.
func (r *reflector) run() {
	var pause backoff
	for r.ctx.Err() == nil {
		err := r.list()
		r.watchCache.setFillFailed(err != nil)
		if err == nil {
			pause.reset()
			r.watchCache.setWatching(true)
			err = r.watch()
		}
		if !errors.Is(err, storage.ErrExpired) {
			pause.wait(r.ctx)
		}
	}
}

// list lists the storage below. The first list becomes the content of the cache. A later list is compared with the
// content, and the differences become events, which the watches get.
//
// The first list is at a past revision: the watch below then sends the changes since that revision, which fill the
// history. So a client that was connected before this server started can resume its watch.
func (r *reflector) list() error {
	if !r.watchCache.loaded() && r.config.Backlog > 0 {
		newest, err := r.Interface.GetCurrentResourceVersion(r.ctx)
		if err != nil {
			return err
		}
		backlog := uint64(r.config.Backlog)
		err = r.listAt(max(newest, backlog+1)-backlog, newest)
		if !errors.Is(err, storage.ErrExpired) {
			return err
		}
	}
	return r.listAt(0, 0)
}

// listAt lists the storage below, page by page, at one revision; 0: the newest. The cache is ready when it has seen
// revision readyAt.
func (r *reflector) listAt(at, readyAt uint64) error {
	var objects []*cachingObject
	opts := storage.ListOptions{Recursive: true}
	opts.Predicate.Limit = r.config.PageSize
	if at != 0 {
		opts.ResourceVersion, opts.ResourceVersionMatch = strconv.FormatUint(at, 10), metav1.ResourceVersionMatchExact
	}
	for {
		page := &kinds.List{}
		if err := r.Interface.GetList(r.ctx, r.config.Resource, opts, page); err != nil {
			return err
		}
		for _, item := range page.Items {
			o, err := r.newCachingObject(item)
			if err != nil {
				return err
			}
			objects = append(objects, o)
		}
		opts.ResourceVersion, opts.ResourceVersionMatch = "", "" // the continue token has the revision
		if opts.Predicate.Continue = page.Continue; page.Continue == "" {
			revision, err := r.versioner.ParseResourceVersion(page.ResourceVersion)
			if err == nil {
				r.replace(objects, revision, readyAt)
			}
			return err
		}
	}
}

// replace makes objects, listed at revision, the content of the cache.
func (r *reflector) replace(objects []*cachingObject, revision, readyAt uint64) {
	if !r.watchCache.loaded() {
		r.watchCache.replace(objects, revision, readyAt)
		return
	}
	known, from := r.watchCache.latest(storage.MatchValue{})
	for _, e := range missedEvents(known, objects, from) {
		r.dispatchEvent(e)
	}
	r.watchCache.updateResourceVersion(revision)
}

// missedEvents returns the events that lead from the objects known at revision after to those found by a later list. An
// object that was created and deleted in between leaves no event.
//
// No two events may share a revision, since a client resumes after the revision of its last event. A write has the
// revision of its object. The revision of a deletion is unknown: it is one that no known write has and, if another object
// has the key now, lower than the revision of that object. Each deletion gets the lowest free revision, those with such an
// upper bound first; there are always enough.
func missedEvents(known snapshot, found []*cachingObject, after uint64) []*watchCacheEvent {
	var events, deletions []*watchCacheEvent
	used := make(map[uint64]bool, len(found))
	left := known.clone()
	for _, o := range found {
		used[o.revision] = true
		old := known.get(o.key)
		left.remove(o.key)
		switch {
		case old == nil || old.revision < o.revision && uid(old) == uid(o):
			events = append(events, &watchCacheEvent{revision: o.revision, old: old, current: o})
		case old.revision < o.revision: // another object of the same name
			deletions = append(deletions, &watchCacheEvent{revision: o.revision, old: old})
			events = append(events, &watchCacheEvent{revision: o.revision, current: o})
		}
	}
	slices.SortFunc(deletions, byRevision)
	left.scan("", "", func(o *cachingObject) bool {
		deletions = append(deletions, &watchCacheEvent{old: o})
		return true
	})
	for free, i := after+1, 0; i < len(deletions); free++ {
		if !used[free] {
			deletions[i].revision = free
			i++
		}
	}
	events = append(events, deletions...)
	slices.SortFunc(events, byRevision)
	return events
}

func byRevision(a, b *watchCacheEvent) int { return cmp.Compare(a.revision, b.revision) }

func uid(o *cachingObject) types.UID {
	m, err := meta.Accessor(o.value)
	if err != nil {
		return ""
	}
	return m.GetUID()
}

// watch runs one watch after the other, each from the revision that the last one reached. It returns when that revision is
// compacted (storage.ErrExpired), or after an ERROR event, which ends the clients' watches too.
func (r *reflector) watch() error {
	var pause backoff
	for r.ctx.Err() == nil {
		from, _ := r.watchCache.resourceVersion()
		err := r.watchFrom(from)
		var told watchError
		switch {
		case errors.Is(err, storage.ErrExpired):
			return err
		case errors.As(err, &told):
			r.terminateAllWatchers(told)
			return err
		}
		if now, _ := r.watchCache.resourceVersion(); now > from {
			pause.reset()
		}
		pause.wait(r.ctx)
	}
	return r.ctx.Err()
}

// watchError is the error of an ERROR event of the watch below, or of an event whose object cannot be used.
type watchError struct{ error }

func (e watchError) Unwrap() error { return e.error }

// watchFrom runs one watch until it ends. The error is nil if the watch ended without one.
func (r *reflector) watchFrom(revision uint64) error {
	ctx, cancel := context.WithCancel(ownStream(r.ctx, r.config.Resource))
	defer cancel()
	r.progress.setWatch(ctx)
	defer r.progress.setWatch(nil)
	defer r.watchCache.setWatching(false)
	sendInitialEvents := false
	below, err := r.Interface.Watch(ctx, r.config.Resource, storage.ListOptions{
		ResourceVersion: strconv.FormatUint(revision, 10), Recursive: true,
		ProgressNotify: true, SendInitialEvents: &sendInitialEvents,
	})
	if err != nil {
		return err
	}
	defer below.Stop()
	r.watchCache.setWatching(true)
	for e := range below.ResultChan() {
		if err := r.handleEvent(e); err != nil {
			return err
		}
	}
	return nil
}

// handleEvent applies one event of the watch below. Upstream: client-go's handleAnyWatch.
func (r *reflector) handleEvent(e watch.Event) error {
	if e.Type == watch.Error {
		err := apierrors.FromObject(e.Object)
		if apierrors.IsResourceExpired(err) || apierrors.IsGone(err) {
			return storage.WatchExpired()
		}
		return watchError{err}
	}
	revision, err := r.versioner.ObjectResourceVersion(e.Object)
	if err != nil {
		return watchError{err}
	}
	if e.Type == watch.Bookmark {
		r.watchCache.updateResourceVersion(revision)
		r.notifyProgress()
		return nil
	}
	next, err := r.newCachingObject(e.Object)
	if err != nil {
		return watchError{err}
	}
	old := r.watchCache.get(next.key)
	switch {
	case old != nil && old.revision >= revision: // already applied
	case e.Type != watch.Deleted:
		r.dispatchEvent(&watchCacheEvent{revision: revision, old: old, current: next})
	case old != nil:
		r.dispatchEvent(&watchCacheEvent{revision: revision, old: old, deleted: next})
	}
	return nil
}

// backoff is the pause after a failure: from 20 ms to 5 s, doubled each time.
type backoff struct{ last time.Duration }

func (b *backoff) reset() { b.last = 0 }

func (b *backoff) wait(ctx context.Context) {
	b.last = min(max(2*b.last, 20*time.Millisecond), 5*time.Second)
	timer := time.NewTimer(b.last)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
