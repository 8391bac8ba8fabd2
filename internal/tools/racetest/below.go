package racetest

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing/synctest"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/watch"

	kinds "kubepath/chapters/02-kinds"
	storage "kubepath/chapters/05-storage"
)

// Below stands between a cache and the storage below it: the layer below. The events of the cache's watch are held until
// the script delivers them. It needs Suite.Clock.
type Below struct {
	storage.Interface

	cache  *Actor // has the rows of requests that are no actor's; nil before fill
	events chan watch.Event

	mu    sync.Mutex
	held  []watch.Event
	asked bool // for progress, since the last delivery
}

// Commands are fill (the cache reads the storage below), deliver (the cache gets all held events) and pass (time passes).
func (b *Below) Commands(fill func(context.Context) bool) []Command {
	return []Command{
		{Name: "fill", NoActor: true, Run: func(ctx context.Context, a *Actor, _ Line) error {
			b.cache = newActor("cache", a.story)
			if !fill(withActor(ctx, nil)) {
				return errors.New("the cache was not filled")
			}
			return nil
		}},
		{Name: "deliver", NoActor: true, Run: b.deliver},
		{Name: "pass", NoActor: true, Options: []string{"time"}, Run: pass},
	}
}

func pass(_ context.Context, a *Actor, line Line) error {
	text, _ := line.Option("time")
	d, err := time.ParseDuration(text)
	a.Row("clock", "%v pass", d)
	time.Sleep(d)
	return err
}

// deliver sends the held events to the cache, one after the other. Of bookmarks, only the last event can be one: earlier
// ones say less than what follows.
func (b *Below) deliver(_ context.Context, a *Actor, _ Line) error {
	synctest.Wait() // the storage has sent all events
	b.mu.Lock()
	events := b.held
	b.held, b.asked = nil, false
	b.mu.Unlock()
	for i, e := range events {
		object, hasMeta := e.Object.(metav1.ObjectMetaAccessor)
		switch {
		case e.Type != watch.Bookmark || !hasMeta:
			a.Row("below", "%s", a.showEvent(e))
		case i+1 < len(events):
			continue
		default:
			a.Row("below", "%s rv=%s", e.Type, object.GetObjectMeta().GetResourceVersion())
		}
		b.events <- e
		synctest.Wait() // the cache has applied it
	}
	return nil
}

// actor is the actor of a request, or the cache.
func (b *Below) actor(ctx context.Context) *Actor {
	if a := ActorFrom(ctx); a != nil {
		return a
	}
	return b.cache
}

// GetCurrentResourceVersion is a row.
func (b *Below) GetCurrentResourceVersion(ctx context.Context) (uint64, error) {
	revision, err := b.Interface.GetCurrentResourceVersion(ctx)
	b.actor(ctx).Row("below", "the newest revision is %d", revision)
	return revision, err
}

// GetList is a row.
func (b *Below) GetList(ctx context.Context, key string, opts storage.ListOptions, out *kinds.List) error {
	a := b.actor(ctx)
	words := []string{"list", shortKey(key), option("rv", opts.ResourceVersion), option("match", string(opts.ResourceVersionMatch))}
	a.Row("below", "%s", strings.TrimSpace(strings.Join(words, " ")))
	err := b.Interface.GetList(ctx, key, opts, out)
	switch {
	case a == nil:
	case err != nil:
		a.Row("below", "-> error: %s", errorText(err))
	default:
		a.Row("below", "-> %s", a.showList(out, out))
	}
	return err
}

// RequestWatchProgress is a row when the cache asks first after a delivery. It asks again as long as a read waits.
func (b *Below) RequestWatchProgress(ctx context.Context) error {
	b.mu.Lock()
	first := !b.asked
	b.asked = true
	b.mu.Unlock()
	if first {
		b.actor(ctx).Row("below", "progress?")
	}
	return b.Interface.RequestWatchProgress(ctx)
}

// Watch holds the events of the cache's watch, of which there is one.
func (b *Below) Watch(ctx context.Context, key string, opts storage.ListOptions) (watch.Interface, error) {
	b.actor(ctx).Row("below", "watch %s rv=%s", shortKey(key), opts.ResourceVersion)
	w, err := b.Interface.Watch(ctx, key, opts)
	if err != nil {
		return nil, err
	}
	b.events = make(chan watch.Event)
	go func() {
		for e := range w.ResultChan() {
			b.mu.Lock()
			b.held = append(b.held, e)
			b.mu.Unlock()
		}
		close(b.events)
	}()
	return heldWatch{w, b.events}, nil
}

// heldWatch is a watch whose events Below delivers.
type heldWatch struct {
	watch.Interface
	events chan watch.Event
}

func (h heldWatch) ResultChan() <-chan watch.Event { return h.events }
