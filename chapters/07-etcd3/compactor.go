package etcd3

import (
	"context"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
)

const (
	// compactKey is the key by which the servers of a cluster agree; its version counts compactions. kube-apiserver
	// uses the same, so that the two can share an etcd.
	compactKey = "compact_rev_key"
	// DefaultCompactInterval is for how long, at least, etcd keeps what was replaced or deleted.
	DefaultCompactInterval = 5 * time.Minute
	// observeAgain is the pause before etcd is asked for compactKey again, after it failed.
	observeAgain = time.Second
)

// Compactor lets etcd forget, at every interval, what was replaced or deleted before the interval began. Every server
// runs one; who is first to raise the version of compactKey compacts, and the others see in it at once what is gone.
// Upstream: etcd3.compactor.
type Compactor struct {
	kv       clientv3.KV
	watcher  clientv3.Watcher
	interval time.Duration

	version   int64 // of compactKey, as last seen
	revision  int64 // of the database, when it was last looked at
	compacted atomic.Int64
}

// NewCompactor returns a compactor for Run. interval 0 means DefaultCompactInterval; less than 0 never compacts.
func NewCompactor(client *clientv3.Client, interval time.Duration) *Compactor {
	if interval == 0 {
		interval = DefaultCompactInterval
	}
	return &Compactor{kv: client.KV, watcher: client.Watcher, interval: interval}
}

// Run compacts, and learns what others compact, until ctx ends. What fails is tried again an interval later.
func (c *Compactor) Run(ctx context.Context) {
	var running sync.WaitGroup
	running.Go(func() { c.observe(ctx) })
	defer running.Wait()
	if c.interval < 0 {
		<-ctx.Done()
		return
	}
	tick := time.NewTicker(c.interval)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			c.Compact(ctx) // an error leaves all as it was
		}
	}
}

// CompactRevision is the newest compaction known; 0: none.
func (c *Compactor) CompactRevision() uint64 { return uint64(c.compacted.Load()) }

// Compact ends one interval and begins the next: it compacts what the interval's beginning saw, unless another server
// has done so. The first step only looks.
func (c *Compactor) Compact(ctx context.Context) error {
	answer, err := c.kv.Txn(ctx).
		If(clientv3.Compare(clientv3.Version(compactKey), "=", c.version)).
		Then(clientv3.OpPut(compactKey, strconv.FormatInt(c.revision, 10))).
		Else(clientv3.OpGet(compactKey)).
		Commit()
	if err != nil {
		return interpretError(err)
	}
	target := c.revision
	c.revision = answer.Header.Revision
	if !answer.Succeeded {
		c.learn(answer)
		return nil
	}
	c.version++
	if target == 0 {
		return nil
	}
	if _, err := c.kv.Compact(ctx, target); err != nil && !isCompacted(err) {
		return interpretError(err)
	}
	raise(&c.compacted, target)
	return nil
}

// learn takes over what another server did.
func (c *Compactor) learn(answer *clientv3.TxnResponse) {
	kvs := answer.Responses[0].GetResponseRange().Kvs
	if len(kvs) == 0 {
		c.version = 0 // the key was removed
		return
	}
	c.version = kvs[0].Version
	c.note(kvs[0].Value)
}

// note remembers what compactKey says.
func (c *Compactor) note(value []byte) {
	if revision, err := strconv.ParseInt(string(value), 10, 64); err == nil {
		raise(&c.compacted, revision)
	}
}

// observe reads compactKey and follows it until ctx ends, so that a server that has just started, or lost the race to
// compact, knows what is gone as soon as the one that compacts. Upstream: compactor.runWatchLoop.
func (c *Compactor) observe(ctx context.Context) {
	again := time.NewTimer(0)
	defer again.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-again.C:
			c.followKey(ctx)
			again.Reset(observeAgain)
		}
	}
}

// followKey is observe until etcd fails.
func (c *Compactor) followKey(ctx context.Context) {
	ctx, cancel := context.WithCancel(clientv3.WithRequireLeader(ctx))
	defer cancel()
	now, err := c.kv.Get(ctx, compactKey)
	if err != nil {
		return
	}
	for _, kv := range now.Kvs {
		c.note(kv.Value)
	}
	// Not from the next revision: while a watch waits for a future one, etcd tells no other watch on its stream of progress.
	for answer := range c.watcher.Watch(ctx, compactKey, clientv3.WithRev(now.Header.Revision)) {
		for _, e := range answer.Events {
			c.note(e.Kv.Value)
		}
	}
}

// raise sets v to at least n.
func raise(v *atomic.Int64, n int64) {
	for old := v.Load(); old < n; old = v.Load() {
		if v.CompareAndSwap(old, n) {
			return
		}
	}
}

// CompactRevision implements storage.Interface: what the compactor did, or what a watch ran into.
func (s *store) CompactRevision() uint64 {
	seen := uint64(s.compacted.Load())
	if s.compactor != nil {
		return max(seen, s.compactor.CompactRevision())
	}
	return seen
}

func (s *store) noteCompaction(revision int64) { raise(&s.compacted, revision) }
