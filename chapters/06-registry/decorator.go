package registry

import (
	"context"
	"sync"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"

	kinds "kubepath/chapters/02-kinds"
)

// decorate returns obj, which may be shared; if there is a Decorator, a copy that the Decorator has changed.
func (s *Store) decorate(obj runtime.Object) runtime.Object {
	if s.Decorator == nil {
		return obj
	}
	own := kinds.Unwrap(obj).DeepCopyObject()
	s.Decorator(own)
	return own
}

func (s *Store) decorateList(list *kinds.List) {
	if s.Decorator == nil {
		return
	}
	for i, item := range list.Items {
		list.Items[i] = s.decorate(item)
	}
}

func (s *Store) decorateWatch(ctx context.Context, source watch.Interface) watch.Interface {
	if s.Decorator == nil {
		return source
	}
	ctx, cancel := context.WithCancel(ctx)
	w := &decoratedWatcher{source: source, events: make(chan watch.Event), cancel: cancel}
	go w.run(ctx, s.decorate)
	return w
}

// decoratedWatcher forwards the events of source, with decorated objects. It ends with source, with its context or by Stop,
// and then stops source. Upstream: registry.decoratedWatcher.
type decoratedWatcher struct {
	source watch.Interface
	events chan watch.Event
	cancel context.CancelFunc
	once   sync.Once
}

func (w *decoratedWatcher) ResultChan() <-chan watch.Event { return w.events }

func (w *decoratedWatcher) Stop() { w.once.Do(w.cancel) }

func (w *decoratedWatcher) run(ctx context.Context, decorated func(runtime.Object) runtime.Object) {
	defer close(w.events)
	defer w.source.Stop()
	defer w.cancel()
	for {
		select {
		case <-ctx.Done():
			return
		case event, ok := <-w.source.ResultChan():
			if !ok {
				return
			}
			switch event.Type {
			case watch.Added, watch.Modified, watch.Deleted:
				event.Object = decorated(event.Object)
			}
			select {
			case w.events <- event:
			case <-ctx.Done():
				return
			}
		}
	}
}
