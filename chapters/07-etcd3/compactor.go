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
	// compactKey is the key with which the servers of a cluster coordinate compactions; its version counts them.
	// kube-apiserver uses the same key, so that the two can share an etcd.
	compactKey = "compact_rev_key"
	// DefaultCompactInterval is the minimum time for which etcd keeps old revisions.
	DefaultCompactInterval = 5 * time.Minute
	// observeAgain is the pause after an error, before compactKey is read again.
	observeAgain = time.Second
)

// Compactor compacts etcd once per interval, at the revision of the interval's beginning. Every server runs one. The
// first that increments the version of compactKey compacts; the others read the compacted revision from the key.
// Upstream: etcd3.compactor.
type Compactor struct {
	kv       clientv3.KV
	watcher  clientv3.Watcher
	interval time.Duration

	version   int64 // of compactKey, when it was last read
	revision  int64 // of the database, when it was last read
	compacted atomic.Int64
}

// NewCompactor returns a compactor; its method Run runs it. interval 0 means DefaultCompactInterval; with less than 0,
// it never compacts.
func NewCompactor(client *clientv3.Client, interval time.Duration) *Compactor {
	if interval == 0 {
		interval = DefaultCompactInterval
	}
	return &Compactor{kv: client.KV, watcher: client.Watcher, interval: interval}
}

// Run compacts, and observes compactions of other servers, until ctx ends. After an error it tries again an interval
// later.
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
			c.Compact(ctx) // an error changes nothing
		}
	}
}

// CompactRevision returns the revision of the last known compaction; 0: none.
func (c *Compactor) CompactRevision() uint64 { return uint64(c.compacted.Load()) }

// Compact ends one interval and begins the next: it compacts at the revision of the interval's beginning, unless
// another server has done so. The first call only reads.
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

// learn records the compaction by another server.
func (c *Compactor) learn(answer *clientv3.TxnResponse) {
	kvs := answer.Responses[0].GetResponseRange().Kvs
	if len(kvs) == 0 {
		c.version = 0 // the key was removed
		return
	}
	c.version = kvs[0].Version
	c.note(kvs[0].Value)
}

// note records the compacted revision in the value of compactKey.
func (c *Compactor) note(value []byte) {
	if revision, err := strconv.ParseInt(string(value), 10, 64); err == nil {
		raise(&c.compacted, revision)
	}
}

// observe reads and watches compactKey until ctx ends, so that a server that has just started, or did not compact
// itself, knows the compacted revision at once. Upstream: compactor.runWatchLoop.
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

// followKey is observe until an error.
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
	// Not from the next revision: while a watch waits for a future revision, etcd sends no progress to other watches on
	// its stream.
	for answer := range c.watcher.Watch(ctx, compactKey, clientv3.WithRev(now.Header.Revision)) {
		for _, e := range answer.Events {
			c.note(e.Kv.Value)
		}
	}
}

// raise sets v to n if it is less.
func raise(v *atomic.Int64, n int64) {
	for old := v.Load(); old < n; old = v.Load() {
		if v.CompareAndSwap(old, n) {
			return
		}
	}
}

// CompactRevision implements storage.Interface: the revision that the compactor knows, or that a watch got with an
// error.
func (s *store) CompactRevision() uint64 {
	seen := uint64(s.compacted.Load())
	if s.compactor != nil {
		return max(seen, s.compactor.CompactRevision())
	}
	return seen
}

func (s *store) noteCompaction(revision int64) { raise(&s.compacted, revision) }
