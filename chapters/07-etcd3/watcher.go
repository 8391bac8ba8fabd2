package etcd3

import (
	"context"
	"time"

	"go.etcd.io/etcd/api/v3/mvccpb"
	clientv3 "go.etcd.io/etcd/client/v3"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"

	kinds "kubepath/chapters/02-kinds"
	storage "kubepath/chapters/05-storage"
)

// How a client that was away too long comes back (testdata/races/watch_compaction.txtar plays it):
//
//	revision           writers                 carol
//	2  a               create a                list: rv=2
//	                                           watch after 2
//	3  a image=v2      update a                MODIFIED rv=3, the last that she sees
//	                                           (her watch ends)
//	4  a image=v3      update a
//	5  b               create b
//	                   compact at 5: etcd forgets the changes before revision 5
//	                                           watch after 3, which needs the change of revision 4:
//	                                           ERROR 410 Expired, and the watch has ended
//	                                           list: rv=5, a as of 4 and b as of 5
//	                                           watch after 5
//	6  b deleted       delete b                DELETED rv=6, with b's last state
//
// A watch is given the revision that its client has seen, and asks etcd for the changes from the next one. What lies
// between an expired revision and the new list is not shown as events: the list is what it came to. A watch without a
// revision does both itself: it reads what exists, and watches from the revision of that read (watch_from_now.txtar).

// watchBuffer is how many events wait for a slow reader. Beyond it, etcd's client keeps them encoded.
const watchBuffer = 100

// Watch knows where it begins when it returns; what exists and what changes comes as events.
// Upstream: etcd3.watcher.Watch.
func (s *store) Watch(ctx context.Context, key string, opts storage.ListOptions) (watch.Interface, error) {
	key, err := s.key(key, opts.Recursive)
	if err != nil {
		return nil, fail("watch", key, err)
	}
	w, err := s.newWatchChan(ctx, key, opts)
	if err != nil {
		return nil, fail("watch", key, err)
	}
	go w.run()
	return w, nil
}

// watchChan is one watch: a goroutine between etcd's client and the channel of events. Upstream: watchChan.
type watchChan struct {
	*store
	prefix string
	opts   storage.ListOptions
	start  storage.WatchStart

	exists pagedList             // at the revision where the watch begins
	first  *clientv3.GetResponse // its first page; nil: nobody wants to see what exists

	ctx    context.Context // ends with the caller's or by Stop
	stop   context.CancelFunc
	events chan watch.Event
}

var _ watch.Interface = (*watchChan)(nil)

func (s *store) newWatchChan(ctx context.Context, key string, opts storage.ListOptions) (*watchChan, error) {
	start, err := storage.ValidateWatchOptions(opts)
	if err != nil {
		return nil, err
	}
	w := &watchChan{store: s, prefix: key, opts: opts, start: start, events: make(chan watch.Event, watchBuffer)}
	// A member of etcd that has lost the others ends the watch, so that the client turns to another one.
	w.ctx, w.stop = context.WithCancel(clientv3.WithRequireLeader(ctx))
	if err := w.begin(); err != nil {
		w.stop()
		return nil, err
	}
	return w, nil
}

// begin finds the revision after which changes are shown, where that is the present.
func (w *watchChan) begin() (err error) {
	if !w.start.InitialEvents {
		if w.start.After == 0 {
			w.start.After, err = w.GetCurrentResourceVersion(w.ctx)
		}
		return err
	}
	w.exists = pagedList{store: w.store, prefix: w.prefix, recursive: w.opts.Recursive}
	w.exists.reading = storage.ListStart{AtLeast: w.start.After, Key: w.prefix}
	if w.first, err = w.exists.page(w.ctx, w.prefix, maxPage); err != nil {
		return err
	}
	w.start.After = uint64(w.exists.revision)
	return nil
}

// ResultChan implements watch.Interface. It is closed when the watch has ended.
func (w *watchChan) ResultChan() <-chan watch.Event { return w.events }

// Stop implements watch.Interface.
func (w *watchChan) Stop() { w.stop() }

func (w *watchChan) run() {
	defer close(w.events)
	defer w.stop()
	if err := w.follow(); err != nil && w.ctx.Err() == nil {
		w.send(storage.ErrorEvent(fail("watch", w.prefix, err)))
	}
}

// send delivers an event, or fails because the watch has ended.
func (w *watchChan) send(e watch.Event) error {
	select {
	case w.events <- e:
		return nil
	case <-w.ctx.Done():
		return w.ctx.Err()
	}
}

// follow sends what exists, where that is asked for, and then what changes, until the watch ends.
func (w *watchChan) follow() error {
	if err := w.existing(); err != nil {
		return err
	}
	changes := w.watcher.Watch(w.ctx, w.prefix, w.options()...)
	tick, stop := ticks(w.opts.ProgressNotify, w.checkpoint)
	defer stop()
	for {
		select {
		case <-tick:
			if err := w.watcher.RequestProgress(w.ctx); err != nil {
				return interpretError(err)
			}
		case answer, open := <-changes:
			if !open {
				return nil
			}
			if err := w.handle(answer); err != nil {
				return err
			}
		}
	}
}

// options of etcd's watch. The state before a change comes with it, so that a selector can tell whether the change
// made an object appear or disappear, and a deletion can show what was deleted.
func (w *watchChan) options() []clientv3.OpOption {
	opts := []clientv3.OpOption{clientv3.WithRev(int64(w.start.After) + 1), clientv3.WithPrevKV()}
	if w.opts.Recursive {
		opts = append(opts, clientv3.WithPrefix())
	}
	if w.opts.ProgressNotify {
		opts = append(opts, clientv3.WithProgressNotify())
	}
	return opts
}

// ticks are the moments to ask etcd for progress; none where the watch or the configuration does not want them.
func ticks(wanted bool, every time.Duration) (<-chan time.Time, func()) {
	if !wanted || every == 0 {
		return nil, func() {}
	}
	t := time.NewTicker(every)
	return t.C, t.Stop
}

// handle turns one answer of etcd into events.
func (w *watchChan) handle(answer clientv3.WatchResponse) error {
	switch err := answer.Err(); {
	case isCompacted(err):
		w.noteCompaction(answer.CompactRevision)
		return storage.WatchExpired()
	case err != nil:
		return interpretError(err)
	case answer.IsProgressNotify():
		return w.bookmark(answer.Header.Revision, false)
	}
	for _, e := range answer.Events {
		if err := w.change(e); err != nil {
			return err
		}
	}
	return nil
}

// bookmark tells a watcher who asked for progress how far the watch is; initialEnd is for one who waits for the end of
// the initial events.
func (w *watchChan) bookmark(revision int64, initialEnd bool) error {
	if !w.opts.ProgressNotify && !initialEnd {
		return nil // another watch on the same stream asked
	}
	e, err := storage.Bookmark(w.newFunc(), uint64(revision))
	if err == nil && initialEnd {
		err = storage.AnnotateInitialEventsEndBookmark(e.Object)
	}
	if err != nil {
		return err
	}
	return w.send(e)
}

// RequestWatchProgress implements storage.Interface. Watches whose contexts have the same gRPC metadata share a
// stream, and all of a stream are told. Upstream: store.RequestWatchProgress.
func (s *store) RequestWatchProgress(ctx context.Context) error {
	err := s.watcher.RequestProgress(clientv3.WithRequireLeader(ctx))
	return fail("watch", s.resource, interpretError(err))
}

// existing sends an ADDED event for each object that was there when the watch began, page by page.
func (w *watchChan) existing() error {
	if w.first == nil {
		return nil
	}
	err := w.exists.each(w.ctx, w.first, func(kvs []*mvccpb.KeyValue) (int, error) {
		for _, kv := range kvs {
			if err := w.initial(kv); err != nil {
				return 0, err
			}
		}
		return len(kvs), nil
	})
	w.first = nil // so that the answer does not stay in memory for as long as the watch
	if err == nil && w.start.InitialEventsEndBookmark {
		err = w.bookmark(int64(w.start.After), true)
	}
	return err
}

// initial sends an object that was there when the watch began.
func (w *watchChan) initial(kv *mvccpb.KeyValue) error {
	obj, err := w.object(kv)
	if err != nil {
		return err
	}
	return w.show(nil, obj, kv.ModRevision)
}

// change sends what the watcher sees of a change. The state before is decoded only where it makes a difference: an
// unselective watcher sees a MODIFIED whatever was there before. Upstream: watchChan.transform.
//
// A change that is no creation and comes without the state before is the first one after a compaction: etcd still has
// the change, but no longer what it replaced. What a watcher sees of it cannot be told any more, so the watch ends as
// expired and its client lists again. Upstream: parseEvent, which fails too.
func (w *watchChan) change(e *clientv3.Event) error {
	var old, current runtime.Object
	var err error
	if e.Type == clientv3.EventTypePut {
		if current, err = w.object(e.Kv); err != nil {
			return err
		}
	}
	switch {
	case e.IsCreate():
	case e.PrevKv == nil:
		return storage.WatchExpired()
	case current != nil && w.opts.Predicate.Empty():
		old = current
	default:
		if old, err = w.object(e.PrevKv); err != nil {
			return err
		}
	}
	return w.show(old, current, e.Kv.ModRevision)
}

// show sends the event, if the watcher sees one; its object has the revision of the change, also when it was deleted.
func (w *watchChan) show(old, current runtime.Object, revision int64) error {
	kind, obj, err := storage.WatchEventFor(w.opts.Predicate, old, current)
	if err != nil || kind == "" {
		return err
	}
	if kind == watch.Deleted {
		if err := w.versioner.UpdateObject(obj, uint64(revision)); err != nil {
			return err
		}
	}
	return w.send(watch.Event{Type: kind, Object: obj})
}

// object decodes a stored value into an object of its own.
func (s *store) object(kv *mvccpb.KeyValue) (runtime.Object, error) {
	var ref kinds.ResultPointer
	err := s.read(kv, &ref)
	return ref.Object, err
}
