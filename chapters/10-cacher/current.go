package cacher

import (
	"context"
	"sync"
)

// revisions asks below for the newest revision. A question answers all who came before it was put: while one is under
// way, those who come wait together for the next.
type revisions struct {
	ask func(context.Context) (uint64, error)

	mu      sync.Mutex
	waiting *answer // the question that is not put yet; nil: none
	busy    bool
}

type answer struct {
	ctx      context.Context // of the first who asked: its trace shows the question
	done     chan struct{}
	revision uint64
	err      error
}

// newest is a revision that covers every write answered before the call.
func (r *revisions) newest(ctx context.Context) (uint64, error) {
	r.mu.Lock()
	a := r.waiting
	if a == nil {
		a = &answer{ctx: context.WithoutCancel(ctx), done: make(chan struct{})}
		r.waiting = a
	}
	lead := !r.busy
	r.busy = true
	r.mu.Unlock()
	if lead {
		r.put()
	}
	select {
	case <-a.done:
		return a.revision, a.err
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}

// put asks the question that waits. A question that others wait for by then is put by another goroutine.
func (r *revisions) put() {
	r.mu.Lock()
	a := r.waiting
	r.waiting = nil
	r.mu.Unlock()
	a.revision, a.err = r.ask(a.ctx)
	close(a.done)
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.busy = r.waiting != nil; r.busy {
		go r.put()
	}
}
