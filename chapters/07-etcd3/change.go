package etcd3

import (
	"go.etcd.io/etcd/api/v3/mvccpb"
	clientv3 "go.etcd.io/etcd/client/v3"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"

	kinds "kubepath/chapters/02-kinds"
	storage "kubepath/chapters/05-storage"
)

// initial sends an object that was there when the watch began.
func (w *openWatch) initial(kv *mvccpb.KeyValue) error {
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
func (w *openWatch) change(e *clientv3.Event) error {
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
func (w *openWatch) show(old, current runtime.Object, revision int64) error {
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
