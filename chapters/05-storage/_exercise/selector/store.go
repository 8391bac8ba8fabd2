package exercise

import (
	"context"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"

	kinds "kubepath/chapters/02-kinds"
	storage "kubepath/chapters/05-storage"
)

// Store is a storage whose watches under a selector are yours. All else is that of the storage below.
type Store struct{ storage.Interface }

var _ storage.Interface = Store{}

// Watch watches everything below key, remembers what each object was, and shows what WatchEventFor says of each change.
func (s Store) Watch(ctx context.Context, key string, opts storage.ListOptions) (watch.Interface, error) {
	if opts.Predicate.Empty() {
		return s.Interface.Watch(ctx, key, opts)
	}
	w := &seeing{predicate: opts.Predicate, known: map[string]runtime.Object{}, events: make(chan watch.Event)}
	opts.Predicate = storage.SelectionPredicate{AllowWatchBookmarks: opts.Predicate.AllowWatchBookmarks}
	if err := s.begin(ctx, key, &opts, w); err != nil {
		return nil, err
	}
	ctx, w.cancel = context.WithCancel(ctx)
	all, err := s.Interface.Watch(ctx, key, opts)
	if err != nil {
		w.cancel()
		return nil, err
	}
	go w.run(ctx, all)
	return w, nil
}

// begin finds out what there was when the watch began, unless the watch itself will tell.
func (s Store) begin(ctx context.Context, key string, opts *storage.ListOptions, w *seeing) error {
	start, err := storage.ValidateWatchOptions(*opts)
	if err != nil {
		return storage.WrapError("watch", key, err)
	}
	if start.InitialEvents {
		return nil
	}
	then := storage.ListOptions{Recursive: opts.Recursive}
	if start.After != 0 {
		then.ResourceVersion, then.ResourceVersionMatch = opts.ResourceVersion, metav1.ResourceVersionMatchExact
	}
	var list kinds.List
	if err := s.GetList(ctx, key, then, &list); err != nil {
		return err
	}
	for _, obj := range list.Items {
		w.known[identity(obj)] = obj
	}
	opts.ResourceVersion = list.ResourceVersion
	return nil
}

// seeing is a watch that shows what WatchEventFor says.
type seeing struct {
	predicate storage.SelectionPredicate
	known     map[string]runtime.Object // what each object was
	events    chan watch.Event
	cancel    context.CancelFunc
}

func (w *seeing) ResultChan() <-chan watch.Event { return w.events }

func (w *seeing) Stop() { w.cancel() }

func (w *seeing) run(ctx context.Context, all watch.Interface) {
	defer close(w.events)
	defer all.Stop()
	for e := range all.ResultChan() {
		shown, err := w.see(e)
		if err != nil {
			shown = storage.ErrorEvent(err)
		}
		if shown.Type == "" {
			continue
		}
		select {
		case w.events <- shown:
		case <-ctx.Done():
			return
		}
		if err != nil {
			return
		}
	}
}

// see asks WatchEventFor about the change behind an event. An object that is shown as DELETED gets the version of the change.
func (w *seeing) see(e watch.Event) (watch.Event, error) {
	if e.Type == watch.Bookmark || e.Type == watch.Error {
		return e, nil
	}
	id := identity(e.Object)
	old, current := w.known[id], e.Object
	w.known[id] = e.Object
	if e.Type == watch.Deleted {
		current = nil
		delete(w.known, id)
	}
	kind, obj, err := See(w.predicate, old, current)
	if err != nil || kind == "" {
		return watch.Event{}, err
	}
	if obj = obj.DeepCopyObject(); kind == watch.Deleted {
		var versioner storage.APIObjectVersioner
		version, err := versioner.ObjectResourceVersion(e.Object)
		if err == nil {
			err = versioner.UpdateObject(obj, version)
		}
		if err != nil {
			return watch.Event{}, err
		}
	}
	return watch.Event{Type: kind, Object: obj}, nil
}

func identity(obj runtime.Object) string {
	m, err := meta.Accessor(obj)
	if err != nil {
		return ""
	}
	return m.GetNamespace() + "/" + m.GetName()
}
