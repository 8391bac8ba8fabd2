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

// A client lists and watches again after a compaction (testdata/races/watch_compaction.txtar plays it):
//
//	revision           writers                 carol
//	2  a               create a                list: rv=2
//	                                           watch after 2
//	3  a image=v2      update a                MODIFIED rv=3, the last that she sees
//	                                           (her watch ends)
//	4  a image=v3      update a
//	5  b               create b
//	                   compact at 5: etcd removes the changes before revision 5
//	                                           watch after 3, which needs the change of revision 4:
//	                                           ERROR 410 Expired, and the watch has ended
//	                                           list: rv=5, a as of 4 and b as of 5
//	                                           watch after 5
//	6  b deleted       delete b                DELETED rv=6, with b's last state
//
// A watch begins after the client's revision. The client gets no events for the changes between an expired revision and
// the new list, only their result in the list. A watch without a revision lists and watches by itself: it reads the
// existing objects, and watches after the revision of that read (watch_from_now.txtar).

// watchBuffer is the number of events that are buffered for a slow reader. Further events are buffered, encoded, by
// etcd's client.
const watchBuffer = 100

// Watch returns after it has determined the revision at which it begins. Existing objects and changes are sent as
// events. Upstream: etcd3.watcher.Watch.
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

	exists pagedList             // the existing objects at the revision where the watch begins
	first  *clientv3.GetResponse // the first page of exists; nil: no initial events

	ctx    context.Context // ends with the caller's context or with Stop
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
	// A member of etcd that has lost its leader ends the watch, so that the client connects to another member.
	w.ctx, w.stop = context.WithCancel(clientv3.WithRequireLeader(ctx))
	if err := w.begin(); err != nil {
		w.stop()
		return nil, err
	}
	return w, nil
}

// begin reads the current revision if the watch begins there, and the first page of existing objects.
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

// send sends an event; it returns an error if the watch has ended.
func (w *watchChan) send(e watch.Event) error {
	select {
	case w.events <- e:
		return nil
	case <-w.ctx.Done():
		return w.ctx.Err()
	}
}

// follow sends the existing objects if the watch has initial events, and then the changes, until the watch ends.
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

// options returns the options of etcd's watch. Each change has the previous value, which is needed for selectors (an
// object may begin or cease to match) and for the object of a DELETED event.
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

// ticks returns a channel with the times for requesting progress from etcd; nil if wanted is false or every is 0.
func ticks(wanted bool, every time.Duration) (<-chan time.Time, func()) {
	if !wanted || every == 0 {
		return nil, func() {}
	}
	t := time.NewTicker(every)
	return t.C, t.Stop
}

// handle sends the events of one response of etcd.
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

// bookmark sends a bookmark with the revision to a watch with ProgressNotify; initialEnd: at the end of the initial
// events.
func (w *watchChan) bookmark(revision int64, initialEnd bool) error {
	if !w.opts.ProgressNotify && !initialEnd {
		return nil // another watch on the same stream has requested progress
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

// RequestWatchProgress implements storage.Interface. Watches whose contexts have the same gRPC metadata share a stream,
// and all watches of the stream get the progress. Upstream: store.RequestWatchProgress.
func (s *store) RequestWatchProgress(ctx context.Context) error {
	err := s.watcher.RequestProgress(clientv3.WithRequireLeader(ctx))
	return fail("watch", s.resource, interpretError(err))
}

// existing sends an ADDED event for each object that existed when the watch began, page by page.
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
	w.first = nil // so that the page is not kept in memory until the watch ends
	if err == nil && w.start.InitialEventsEndBookmark {
		err = w.bookmark(int64(w.start.After), true)
	}
	return err
}

// initial sends the ADDED event of an object that existed when the watch began.
func (w *watchChan) initial(kv *mvccpb.KeyValue) error {
	obj, err := w.object(kv)
	if err != nil {
		return err
	}
	return w.show(nil, obj, kv.ModRevision)
}

// change sends the event of a change. The previous value is decoded only if it is needed: without a selector, a
// MODIFIED event does not depend on it. Upstream: watchChan.transform.
//
// A change that is not a creation and has no previous value is the change at the compacted revision: etcd has no
// previous value any more. Its event cannot be determined, so the watch ends with ErrExpired, and its client lists
// again. Upstream: parseEvent, which fails too.
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

// show sends the event, if there is one for the watch's predicate. Its object has the revision of the change, also for
// a deletion.
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

// object decodes a stored value into a new object.
func (s *store) object(kv *mvccpb.KeyValue) (runtime.Object, error) {
	var ref kinds.ResultPointer
	err := s.read(kv, &ref)
	return ref.Object, err
}
