package cacher

import (
	"context"
	"time"

	storage "kubepath/chapters/05-storage"
)

// askAgain is how long a progress request may stay unanswered: etcd drops one while a watch still catches up.
const askAgain = 20 * time.Millisecond

// age says how new an answer must be. The zero value: as it comes.
type age struct {
	newest  bool // as new as the storage below is when the read begins
	atLeast uint64
}

// serves waits until the cache is as new as an answer must be. False: ask below. The error is storage.ErrFuture.
// Upstream: waitUntilFreshAndBlock.
func (c *Cache) serves(ctx context.Context, wanted age) (bool, error) {
	c.start()
	seen, filled := c.state.seen()
	if !filled || ctx.Err() != nil || c.ctx.Err() != nil {
		return false, nil
	}
	if !wanted.newest && wanted.atLeast <= seen {
		return true, nil
	}
	newest, err := c.current.newest(ctx)
	switch {
	case err != nil:
		return false, nil // below will say the same
	case wanted.atLeast > newest:
		return false, &storage.Error{Err: storage.ErrFuture, Requested: wanted.atLeast, Current: newest}
	case wanted.newest:
		return c.reaches(ctx, newest), nil
	}
	return c.reaches(ctx, wanted.atLeast), nil
}

// reaches waits until the cache has seen a revision; false where that takes too long, or cannot be.
func (c *Cache) reaches(ctx context.Context, revision uint64) bool {
	done, news := c.state.reached(revision)
	if done || news == nil {
		return done
	}
	late := time.NewTimer(c.config.Patience)
	defer late.Stop()
	again := time.NewTicker(askAgain)
	defer again.Stop()
	c.needProgress()
	for {
		select {
		case <-news:
		case <-again.C:
			c.needProgress()
		case <-late.C:
			return false
		case <-ctx.Done():
			return false
		}
		if done, news = c.state.reached(revision); done || news == nil {
			return done
		}
	}
}

// reached reports whether a revision has been seen. If not, news is when to look again; nil: never, as the watch below
// does not run.
func (s *state) reached(revision uint64) (done bool, news <-chan struct{}) {
	s.mu.RLock()
	done = s.revision >= revision
	s.mu.RUnlock()
	if done {
		return true, nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.revision >= revision {
		return true, nil
	}
	if !s.following {
		return false, nil
	}
	return false, s.wait()
}
