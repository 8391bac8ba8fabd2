package watch

import (
	"cmp"
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// lastWords is how long a write that is under way may go on when its watch ends.
const lastWords = 5 * time.Second

// patience ends for a client that takes in nothing: a write blocks when the client does not read, and would hold the
// connection and what waits for it for as long as the client likes. Upstream has no such bound.
type patience struct {
	limit  time.Duration
	unbind func() bool
	busy   atomic.Bool // a write is under way

	mu    sync.Mutex
	timer *time.Timer
	cut   func(time.Time) error // sets the connection's deadline for writes; nil: the watch is over
}

// patience bounds the writes of a watch: each by Config.WriteTimeout, and the one under way when ctx ends by lastWords.
func (o Config) patience(ctx context.Context, deadline func(time.Time) error) *patience {
	p := &patience{limit: cmp.Or(o.WriteTimeout, 30*time.Second), cut: deadline}
	p.timer = time.AfterFunc(p.limit, p.lose)
	p.timer.Stop()
	p.unbind = context.AfterFunc(ctx, func() {
		if p.busy.Load() {
			p.timer.Reset(lastWords)
		}
	})
	return p
}

// during begins a write. What it returns ends it.
func (p *patience) during() (done func()) {
	p.busy.Store(true)
	p.timer.Reset(p.limit)
	return p.done
}

func (p *patience) done() {
	p.timer.Stop()
	p.busy.Store(false)
}

// lose fails the write under way, and all that follow.
func (p *patience) lose() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cut != nil {
		_ = p.cut(time.Unix(1, 0)) // a connection without deadlines is not a connection
	}
}

// end is the end of the watch. The connection, which may go on to serve other requests, is not touched after it.
func (p *patience) end() {
	p.unbind()
	p.timer.Stop()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cut = nil
}
