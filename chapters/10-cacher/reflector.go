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

// reflector fills the cache by a list of the storage below, and keeps it up to date by a watch from the list's revision.
// A watch that ends is opened again where it ended, so that nothing is lost; where that revision is compacted, the
// storage below is listed again. Upstream: client-go's cache.Reflector.
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

// list lists the storage below. The first list becomes the cache's content; the differences to a later one become events,
// which the watches see.
//
// The first list is of a past revision, and what has changed since then are the first events of the watch below, which
// fill the history. So a client that was connected before this server started can go on where it was.
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

// listAt lists the storage below, page by page, at one revision; 0: the newest. The cache is ready once it has seen the
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
		opts.ResourceVersion, opts.ResourceVersionMatch = "", "" // the continue token has it
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

// missedEvents are events that lead from the objects known at a revision to those found later. What was created and
// deleted in between is not among them: a list does not show it.
//
// A client goes on after the revision of the last event that it has seen, so no two events may share one. An object
// has that of its last write. When a deletion happened is not known, only that it was at a revision at which nothing else
// is known to have happened and, where another object has the key now, before that one was written. Each deletion gets
// the first such revision, those with an upper bound first, which always leaves enough.
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
		case old.revision < o.revision: // another object of that name
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

// watch runs one watch after the other, until one cannot go on where the last ended: storage.ErrExpired, or an ERROR
// event, which ends the clients' watches too.
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

// watchError is what the ERROR event of the watch below says, or what is wrong with one of its objects.
type watchError struct{ error }

func (e watchError) Unwrap() error { return e.error }

// watchFrom runs one watch until it ends. The error is nil where it ended without one.
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

// handleEvent takes in an event of the watch below. Upstream: client-go's handleAnyWatch.
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
	case old != nil && old.revision >= revision: // seen already
	case e.Type != watch.Deleted:
		r.dispatchEvent(&watchCacheEvent{revision: revision, old: old, current: next})
	case old != nil:
		r.dispatchEvent(&watchCacheEvent{revision: revision, old: old, deleted: next})
	}
	return nil
}

// backoff is the pause after a failure: twice as long each time, from 20 ms to 5 s.
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
