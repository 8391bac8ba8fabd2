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

// A list waits until the cache has caught up with etcd (testdata/races/list_waits.txtar plays it). Time runs down; r3 is
// revision 3 of etcd, and "seen r3" means that the cache has every event up to r3.
//
//	writer                etcd                     cache of pods            reader
//	                       r2                      seen r2
//	PUT pods/a ──────────▶ r3
//	       200 ◀──────────    event on its way
//	                       r3 ◀── newest? ───────  seen r2 ◀─────────────── list, no version
//	                          ─── r3 ───────────▶  waits for r3
//	                          ─── event r3 ─────▶  seen r3 ───────────────▶ 200, r3: with the writer's change
//
//	POST configmaps/a ───▶ r4   the watch of pods gets no event for it (list_progress.txtar)
//	                       r4 ◀── newest? ───────  seen r3 ◀─────────────── list, no version
//	                          ─── r4 ───────────▶  waits for r4
//	                          ◀── progress? ─────
//	                          ─── bookmark r4 ──▶  seen r4 ───────────────▶ 200, r4
//
//	PUT pods/a ──────────▶ r5   event on its way
//	                                               seen r4 ◀─────────────── list, resourceVersion=0
//	                                                       ───────────────▶ 200, r4: at once, without the change
//	                       r5 ◀── newest? ───────  seen r4 ◀─────────────── list, resourceVersion=9
//	                          ─── r5 ───────────▶          ───────────────▶ 504: r9 does not exist yet
//
// A list at version 0 or N is played by list_versions.txtar. If the event does not come within Config.ReadTimeout, the
// storage below answers (list_timeout.txtar).

// freshness is how new the cache must be before it answers:
//
//	read                                    waits until the cache has seen
//	get, list: no version                   the revision that was the newest below when the read began
//	get, list: version 0                    nothing: it does not wait
//	get, list: version N, not older than    N
//	list: exactly N, or N with a limit      N; later events are undone
//	list: continue token of N               N; later events are undone
//	list: continue token of no revision     the revision that was the newest below when the read began
//	watch: no version                       the revision that was the newest below when the watch began
//	watch: after N                          nothing: later events are sent when they come
//	watch: initial events, not older than N N
//
// A version higher than the newest revision below is an error, storage.ErrFuture. If the read waits longer than
// Config.ReadTimeout, or the watch below does not run, the storage below answers.
type freshness struct {
	newest  bool // the newest revision below, read when the request begins
	atLeast uint64
}

// getFreshness is what a get waits for. version is its parsed ResourceVersion.
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

// waitUntilFresh waits until the cache is as new as wanted. False: ask the storage below. The only error is
// storage.ErrFuture. Upstream: watchCache.waitUntilFreshLocked, and CacheDelegator, which asks the storage below.
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

// waitUntilSeen waits until the cache has seen a revision; false if that takes longer than Config.ReadTimeout, or if the
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

// currentRevision reads the newest revision below. One reading answers all calls that came before it began; calls that
// come during a reading share the next one.
type currentRevision struct {
	read func(context.Context) (uint64, error)

	mu      sync.Mutex
	waiting *revisionReading // the next reading; nil: none
	busy    bool             // a reading is under way
}

type revisionReading struct {
	ctx      context.Context // of the first call: its trace shows the reading
	done     chan struct{}
	revision uint64
	err      error
}

// get returns a revision not older than any write that was answered before the call.
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

// readWaiting does the next reading. If calls wait for another one afterwards, a goroutine does that.
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

// progressRequester asks the storage below which revision its watch has reached, while reads wait: the newest revision may
// be a write to another resource, for which this watch gets no event. Upstream:
// cacher/progress.ConditionalProgressRequester.
type progressRequester struct {
	below     storage.Interface
	requested chan struct{}
	watch     atomic.Pointer[context.Context] // the context of the watch below; nil: there is no watch
}

// progressInterval is the time after which an unanswered request is repeated: etcd drops a request while a watch still
// catches up.
const progressInterval = 20 * time.Millisecond

func newProgressRequester(below storage.Interface) progressRequester {
	return progressRequester{below: below, requested: make(chan struct{}, 1)}
}

// request makes run ask the storage below. Calls that come before it is sent share one request.
func (p *progressRequester) request() {
	select {
	case p.requested <- struct{}{}:
	default:
	}
}

// setWatch sets the context with which the watch below was opened; nil: it has ended.
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
				_ = p.below.RequestWatchProgress(*watch) // a read that still waits requests again
			}
		case <-ctx.Done():
			return
		}
	}
}

// ownStream gives the watch below a stream of its own. etcd's client puts watches whose contexts have equal metadata on
// one stream, and an answer to a progress request goes to all watches of the stream. A new watch could then get an answer
// that etcd made before it knew this watch. The cache would believe that it has seen events that are still on their way,
// and a read would miss a write that was answered.
func ownStream(ctx context.Context, resource string) context.Context {
	return metadata.AppendToOutgoingContext(ctx, "watch-cache", resource+" "+strconv.FormatUint(rand.Uint64(), 36))
}
