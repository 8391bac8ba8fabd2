package exercise

import (
	"context"
	"errors"
	"fmt"
	"sync"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/watch"

	storage "kubepath/chapters/05-storage"
)

// windowed is a storage whose watches run on your Window. For each collection one watch of the real storage adds its
// events to a Window, and every client's watch sends what is after the last event that it has sent. Only watches that go
// on after a version, and select all of a collection, run here; the real storage has the others.
type windowed struct {
	storage.Interface // the real one
	size              int

	mu    sync.Mutex
	feeds map[string]*feed // by the key of the collection: /pods, /pods/default
}

// Watch is that of storage.Interface.
func (s *windowed) Watch(ctx context.Context, key string, opts storage.ListOptions) (watch.Interface, error) {
	start, err := storage.ValidateWatchOptions(opts)
	if err != nil || !opts.Recursive || !opts.Predicate.Empty() || start.InitialEvents || start.After == 0 {
		return s.Interface.Watch(ctx, key, opts)
	}
	f, err := s.feed(key, start.After, opts.ResourceVersion)
	if err != nil {
		return nil, err
	}
	events := make(chan watch.Event)
	w := watch.NewProxyWatcher(events)
	go f.send(ctx, w, events, start.After)
	return w, nil
}

// feed returns the feed of a collection. The first watch opens it, at its own version.
func (s *windowed) feed(key string, revision uint64, version string) (*feed, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if f := s.feeds[key]; f != nil {
		return f, nil
	}
	refused := false
	real, err := s.Interface.Watch(context.Background(), key, storage.ListOptions{
		ResourceVersion: version, Recursive: true, SendInitialEvents: &refused,
	})
	if err != nil {
		return nil, err
	}
	f := &feed{window: Window{Size: s.size}, changed: make(chan struct{})}
	f.window.Begin(revision)
	if s.feeds == nil {
		s.feeds = map[string]*feed{}
	}
	s.feeds[key] = f
	go func() {
		f.fill(real)
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.feeds, key)
	}()
	return f, nil
}

// feed is a Window and those who wait for its next event.
type feed struct {
	mu      sync.Mutex
	window  Window
	changed chan struct{} // closed with the next event
	ended   error         // why there will be no more
}

// fill adds the events of a watch until it ends.
func (f *feed) fill(real watch.Interface) {
	ended := errors.New("the watch of the real storage has ended")
	for e := range real.ResultChan() {
		revision, err := storage.APIObjectVersioner{}.ObjectResourceVersion(e.Object)
		if e.Type == watch.Error {
			err = apierrors.FromObject(e.Object)
		}
		if err != nil {
			ended = err
			break
		}
		f.mu.Lock()
		f.window.Add(revision, e)
		f.wake()
		f.mu.Unlock()
	}
	real.Stop()
	f.mu.Lock()
	defer f.mu.Unlock()
	f.ended = ended
	f.wake()
}

func (f *feed) wake() {
	close(f.changed)
	f.changed = make(chan struct{})
}

// after returns the events after a revision, and a channel that is closed with the next.
func (f *feed) after(revision uint64) ([]watch.Event, <-chan struct{}, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	events, err := f.window.After(revision)
	switch {
	case errors.Is(err, storage.ErrExpired):
		err = apierrors.NewResourceExpired(fmt.Sprintf("too old resource version: %d (%d)", revision, f.window.Since()))
	case err == nil && len(events) == 0:
		err = f.ended
	}
	return events, f.changed, err
}

// send sends a client what is after a revision, until its watch ends.
func (f *feed) send(ctx context.Context, w *watch.ProxyWatcher, to chan<- watch.Event, revision uint64) {
	defer close(to)
	for {
		events, changed, err := f.after(revision)
		if err != nil {
			events = []watch.Event{storage.ErrorEvent(err)}
		}
		for _, e := range events {
			select {
			case to <- e:
			case <-w.StopChan():
				return
			case <-ctx.Done():
				return
			}
			if version, err := (storage.APIObjectVersioner{}).ObjectResourceVersion(e.Object); err == nil {
				revision = version
			}
		}
		if err != nil {
			return
		}
		select {
		case <-changed:
		case <-w.StopChan():
			return
		case <-ctx.Done():
			return
		}
	}
}
