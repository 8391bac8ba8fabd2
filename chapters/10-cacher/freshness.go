package cacher

import (
	"context"
	"math/rand/v2"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"google.golang.org/grpc/metadata"

	storage "kubepath/chapters/05-storage"
)

// freshness is how new the cache must be before it answers:
//
//	read                                    waits until the cache has seen
//	get, list: no version                   the newest revision below, when the read began
//	get, list: version 0                    nothing more: what it has now
//	get, list: version N, not older than    N
//	list: exactly N, or N with a limit      N; later events are undone
//	list: continue token of N               N; later events are undone
//	list: continue token of no revision     the newest revision below, when the read began
//	watch: no version                       the newest revision below, when the watch began
//	watch: after N                          nothing more: later events are sent when they come
//	watch: initial events, not older than N N
//
// A version that is newer than the newest revision below is an error, storage.ErrFuture. Whoever waits longer than
// Config.ReadTimeout, or cannot wait as the watch below does not run, is answered by the storage below.
type freshness struct {
	newest  bool // as new as the storage below is when the read begins
	atLeast uint64
}

// getFreshness is what a get waits for. version is what its ResourceVersion says.
func getFreshness(opts storage.GetOptions, version uint64) freshness {
	return freshness{newest: opts.ResourceVersion == "", atLeast: version}
}

// listFreshness is what a list waits for.
func listFreshness(opts storage.ListOptions, at storage.ListStart) freshness {
	return freshness{
		newest:  at.Revision == 0 && (opts.ResourceVersion == "" || at.Continued),
		atLeast: max(at.Revision, at.AtLeast),
	}
}

// watchFreshness is what a watch waits for before it begins.
func watchFreshness(opts storage.ListOptions, start storage.WatchStart) freshness {
	wanted := freshness{newest: opts.ResourceVersion == ""}
	if start.InitialEvents {
		wanted.atLeast = start.After
	}
	return wanted
}

// waitUntilFresh waits until the cache is as new as wanted. False: ask the storage below. The error is
// storage.ErrFuture. Upstream: watchCache.waitUntilFreshLocked, and CacheDelegator for who is asked.
func (c *Cacher) waitUntilFresh(ctx context.Context, wanted freshness) (bool, error) {
	c.start()
	seen, ready := c.watchCache.resourceVersion()
	if !ready || ctx.Err() != nil || c.ctx.Err() != nil {
		return false, nil
	}
	if !wanted.newest && wanted.atLeast <= seen {
		return true, nil
	}
	newest, err := c.newest.get(ctx)
	switch {
	case err != nil:
		return false, nil // the storage below will return the same error
	case wanted.atLeast > newest:
		return false, &storage.Error{Err: storage.ErrFuture, Requested: wanted.atLeast, Current: newest}
	case wanted.newest:
		return c.waitUntilSeen(ctx, newest), nil
	}
	return c.waitUntilSeen(ctx, wanted.atLeast), nil
}

// waitUntilSeen waits until the cache has seen a revision; false where that takes longer than Config.ReadTimeout, or the
// watch below does not run.
func (c *Cacher) waitUntilSeen(ctx context.Context, revision uint64) bool {
	done, changed := c.watchCache.reached(revision)
	if done || changed == nil {
		return done
	}
	timeout := time.NewTimer(c.config.ReadTimeout)
	defer timeout.Stop()
	again := time.NewTicker(progressInterval)
	defer again.Stop()
	c.progress.request()
	for {
		select {
		case <-changed:
		case <-again.C:
			c.progress.request()
		case <-timeout.C:
			return false
		case <-ctx.Done():
			return false
		}
		if done, changed = c.watchCache.reached(revision); done || changed == nil {
			return done
		}
	}
}

// currentRevision reads the newest revision below. One reading serves all who asked before it began: while it is under
// way, those who come wait together for the next.
type currentRevision struct {
	read func(context.Context) (uint64, error)

	mu      sync.Mutex
	waiting *revisionReading // has not begun; nil: none
	busy    bool
}

type revisionReading struct {
	ctx      context.Context // of the first who asked: its trace shows the reading
	done     chan struct{}
	revision uint64
	err      error
}

// get returns a revision that covers every write that was answered before the call.
func (r *currentRevision) get(ctx context.Context) (uint64, error) {
	r.mu.Lock()
	reading := r.waiting
	if reading == nil {
		reading = &revisionReading{ctx: context.WithoutCancel(ctx), done: make(chan struct{})}
		r.waiting = reading
	}
	lead := !r.busy
	r.busy = true
	r.mu.Unlock()
	if lead {
		r.readWaiting()
	}
	select {
	case <-reading.done:
		return reading.revision, reading.err
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}

// readWaiting does the reading that waits. If others wait for another by then, a goroutine does that.
func (r *currentRevision) readWaiting() {
	r.mu.Lock()
	reading := r.waiting
	r.waiting = nil
	r.mu.Unlock()
	reading.revision, reading.err = r.read(reading.ctx)
	close(reading.done)
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.busy = r.waiting != nil; r.busy {
		go r.readWaiting()
	}
}

// progressRequester asks the storage below how far its watch is, while somebody waits for that: the newest revision may
// be a write to another resource, of which this watch shows no event. Upstream:
// cacher/progress.ConditionalProgressRequester.
type progressRequester struct {
	below     storage.Interface
	requested chan struct{}
	watch     atomic.Pointer[context.Context] // of the watch below; nil: there is none
}

// progressInterval is how long a request may stay unanswered, before there is another: etcd drops one while a watch
// still catches up.
const progressInterval = 20 * time.Millisecond

func newProgressRequester(below storage.Interface) progressRequester {
	return progressRequester{below: below, requested: make(chan struct{}, 1)}
}

// request has the storage below asked. One request is enough for all who come before it is sent.
func (p *progressRequester) request() {
	select {
	case p.requested <- struct{}{}:
	default:
	}
}

// setWatch says by which context the watch below was opened; nil: it has ended.
func (p *progressRequester) setWatch(ctx context.Context) {
	if ctx == nil {
		p.watch.Store(nil)
		return
	}
	p.watch.Store(&ctx)
}

// run sends requests until ctx ends.
func (p *progressRequester) run(ctx context.Context) {
	for {
		select {
		case <-p.requested:
			if watch := p.watch.Load(); watch != nil {
				_ = p.below.RequestWatchProgress(*watch) // who still waits requests again
			}
		case <-ctx.Done():
			return
		}
	}
}

// ownStream puts one watch below on a stream that it shares with nobody. etcd's client puts watches whose contexts have
// equal metadata on one stream, and answers a progress request to all of them at once. An answer that etcd made before
// it knew a watch would then reach that watch too, and promise that it has seen what is still on its way: a read would
// miss a write that was answered.
func ownStream(ctx context.Context, resource string) context.Context {
	return metadata.AppendToOutgoingContext(ctx, "watch-cache", resource+" "+strconv.FormatUint(rand.Uint64(), 36))
}
