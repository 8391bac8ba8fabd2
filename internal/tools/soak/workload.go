package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"
)

// workload is clients that write, read and watch, and note what they did and saw.
type workload struct {
	*client
	writers, watchers int
	seed              uint64
	began             time.Time

	mu      sync.Mutex
	history History
	expired int // watches
}

// keysPerWriter are few, so that each has a long history. No two writers share one: a writer knows what is there.
const keysPerWriter = 8

// the last key is written when all writers have ended: a watcher that has seen it has seen everything.
const lastKey = "last"

func (w *workload) now() time.Duration { return time.Since(w.began) }

// run writes until writing ends. ctx bounds it all.
func (w *workload) run(ctx, writing context.Context) (History, error) {
	w.began = time.Now()
	w.history.Watchers = make([][]Step, w.watchers)
	var writers, watchers sync.WaitGroup
	watching, stop := context.WithCancel(ctx)
	defer stop()
	for i := range w.watchers {
		watchers.Go(func() { w.watcher(watching, i) })
	}
	for i := range w.writers {
		writers.Go(func() { w.writer(ctx, writing, i) })
	}
	writers.Wait()
	err := w.last(ctx)
	limit := time.AfterFunc(30*time.Second, stop) // what is not seen by then is lost
	defer limit.Stop()
	watchers.Wait()
	for range 3 {
		err = errors.Join(err, w.listed(ctx))
	}
	return w.history, err
}

// last writes what the watchers wait for.
func (w *workload) last(ctx context.Context) error {
	for i := 0; ; i++ {
		if w.put(ctx, lastKey, fmt.Sprint("last", i), 0).Outcome == Answered {
			return nil
		}
		if err := pause(ctx, 100*time.Millisecond); err != nil {
			return fmt.Errorf("the last write: %w", err)
		}
	}
}

// writer creates, changes, deletes and reads its keys, at random. It reads a key of which it does not know what became.
func (w *workload) writer(ctx, writing context.Context, number int) {
	random := rand.New(rand.NewPCG(w.seed, uint64(number)))
	type known struct {
		object *Object
		sure   bool
	}
	keys := make([]known, keysPerWriter)
	for i := 0; writing.Err() == nil; i++ {
		n := random.IntN(keysPerWriter)
		key, k := fmt.Sprintf("%d-%d", number, n), &keys[n]
		if !k.sure || random.IntN(4) == 0 {
			if k.object, k.sure = w.get(ctx, key); !k.sure {
				_ = pause(writing, 50*time.Millisecond)
			}
			continue
		}
		var done Write
		switch {
		case k.object == nil:
			done = w.put(ctx, key, fmt.Sprintf("%s-%d", key, i), 0)
		case random.IntN(3) > 0:
			done = w.put(ctx, key, fmt.Sprintf("%s-%d", key, i), k.object.Version)
		default:
			done = w.remove(ctx, key, *k.object)
		}
		*k = known{&Object{done.Value, done.Version}, done.Outcome == Answered}
		if done.Delete {
			k.object = nil
		}
		if random.IntN(50) == 0 {
			_ = w.listed(ctx)
		}
	}
}

func (w *workload) put(ctx context.Context, key, value string, version int64) Write {
	done := Write{Key: key, Value: value, Began: w.now()}
	done.Version, done.Outcome = w.client.put(ctx, key, value, version)
	return w.note(done)
}

func (w *workload) remove(ctx context.Context, key string, object Object) Write {
	done := Write{Key: key, Value: object.Value, Delete: true, Began: w.now()}
	done.Outcome = w.client.remove(ctx, key, object.Version)
	return w.note(done)
}

func (w *workload) note(done Write) Write {
	done.Ended = w.now()
	if done.Outcome != Answered {
		done.Version = 0
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.history.Writes = append(w.history.Writes, done)
	return done
}

func (w *workload) get(ctx context.Context, key string) (*Object, bool) {
	r := Read{Key: key, Began: w.now()}
	object, ok := w.client.get(ctx, key)
	if ok {
		r.Object, r.Ended = object, w.now()
		w.mu.Lock()
		defer w.mu.Unlock()
		w.history.Reads = append(w.history.Reads, r)
	}
	return object, ok
}

// list notes nothing: who asks does.
func (w *workload) list(ctx context.Context) (List, bool) {
	began := w.now()
	l, ok := w.client.list(ctx)
	l.Began, l.Ended = began, w.now()
	return l, ok
}

func (w *workload) listed(ctx context.Context) error {
	l, ok := w.list(ctx)
	if !ok {
		return errors.New("a list was not answered")
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.history.Lists = append(w.history.Lists, l)
	return nil
}

// watcher lists once, and watches from there; where a watch breaks, it goes on behind the last version that it has seen,
// and lists again only where the server says that this is too old. As informers do.
func (w *workload) watcher(ctx context.Context, number int) {
	var steps []Step
	defer func() { // nobody else touches this watcher's place
		w.history.Watchers[number] = steps
	}()
	at, done := int64(0), false
	for !done && ctx.Err() == nil {
		if at == 0 {
			l, ok := w.list(ctx)
			if !ok {
				_ = pause(ctx, 50*time.Millisecond)
				continue
			}
			steps, at = append(steps, Step{List: &l}), l.Version
			_, done = l.Objects[lastKey]
			continue
		}
		stream, end := context.WithCancel(ctx)
		expired := w.watch(stream, at, func(e Event) {
			steps, at = append(steps, Step{Event: &e}), e.Version
			if e.Key == lastKey {
				done = true
				end()
			}
		})
		end()
		if expired {
			at = 0
			w.mu.Lock()
			w.expired++
			w.mu.Unlock()
		}
		_ = pause(ctx, 20*time.Millisecond)
	}
}
