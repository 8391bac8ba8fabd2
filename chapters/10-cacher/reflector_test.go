package cacher

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
	"google.golang.org/grpc/metadata"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"

	storage "kubepath/chapters/05-storage"
	etcd3 "kubepath/chapters/07-etcd3"
	"kubepath/internal/embedetcd"
)

// fragile is a storage whose watches a test can end.
type fragile struct {
	storage.Interface
	mu   sync.Mutex
	open []watch.Interface
	gate chan struct{} // watches open once it is closed; nil: at once
}

func (f *fragile) Watch(ctx context.Context, key string, opts storage.ListOptions) (watch.Interface, error) {
	f.mu.Lock()
	gate := f.gate
	f.mu.Unlock()
	if gate != nil {
		select {
		case <-gate:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	w, err := f.Interface.Watch(ctx, key, opts)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.open = append(f.open, w)
	return w, err
}

// cut ends the open watches. New ones wait for the function that it returns.
func (f *fragile) cut() (mend func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	gate := make(chan struct{})
	f.gate = gate
	for _, w := range f.open {
		w.Stop()
	}
	f.open = nil
	return func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.gate = nil
		close(gate)
	}
}

func TestABrokenWatchIsOpenedAgainAndNothingIsLostOrRepeated(t *testing.T) {
	t.Parallel()
	s, _ := openMemory()
	below := &fragile{Interface: s}
	c := cached(t, Config{Storage: below, ReadTimeout: time.Millisecond})
	revision := create(t, c, "a")
	w := watchFrom(t, c, revision, storage.SelectionPredicate{})
	for i := range 20 {
		mend := below.cut()
		want := label(t, c, "a", fmt.Sprint(i))
		if got := list(t, c, storage.ListOptions{}); got.ResourceVersion != fmt.Sprint(want) {
			t.Fatalf("without a watch, a list shows version %s, want %d", got.ResourceVersion, want)
		}
		mend()
		e := next(t, w)
		if got, _ := c.versioner.ObjectResourceVersion(e.Object); got != want {
			t.Fatalf("event %d has version %d, want %d", i, got, want)
		}
	}
}

func TestAfterACompactionAmidAWatchClientsSeeWhatBecameOfTheObjects(t *testing.T) {
	t.Parallel()
	t.Run("of memory", func(t *testing.T) {
		t.Parallel()
		s, _ := openMemory()
		compactedAmidAWatch(t, s, func(revision uint64) { s.Database().Compact(revision) })
	})
	t.Run("of etcd", func(t *testing.T) {
		t.Parallel()
		server, err := embedetcd.Start(t.Context(), embedetcd.Options{}) // its own: others do not expect to be compacted
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { server.Close() })
		_, config := etcd(t, nil)
		config.Client = server.Client()
		compactedAmidAWatch(t, etcd3.Open(config), func(revision uint64) {
			if _, err := server.Client().Compact(t.Context(), int64(revision), clientv3.WithCompactPhysical()); err != nil {
				t.Fatal(err)
			}
		})
	})
}

func compactedAmidAWatch(t *testing.T, s storage.Interface, compact func(revision uint64)) {
	t.Helper()
	below := &fragile{Interface: s}
	c := cached(t, Config{Storage: below})
	revision := create(t, c, "changed", "deleted", "kept", "other")
	w := watchFrom(t, c, revision, storage.SelectionPredicate{})
	upToDate{c}.waitUntilUpToDate(t.Context())
	mend := below.cut()
	label(t, s, "changed", "1")
	label(t, s, "changed", "2")
	remove(t, s, "deleted")
	remove(t, s, "other")
	create(t, s, "created", "brief")
	remove(t, s, "brief")
	anew := pod("other")
	anew.UID = "new"
	if err := s.Create(t.Context(), "/pods/default/other", anew, nil, 0); err != nil {
		t.Fatal(err)
	}
	newest, err := s.GetCurrentResourceVersion(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	compact(newest)
	mend()

	seen, last := map[string]bool{}, revision
	for range 5 {
		e := next(t, w)
		now, _ := c.versioner.ObjectResourceVersion(e.Object)
		if now <= last {
			t.Errorf("%s has version %d after %d", text(e), now, last)
		}
		last = now
		seen[text(e)] = true
	}
	for _, want := range []string{"MODIFIED changed", "DELETED deleted", "DELETED other", "ADDED other", "ADDED created"} {
		if !seen[want] {
			t.Errorf("missing: %s; seen: %v", want, seen)
		}
	}
	if got := names(list(t, c, storage.ListOptions{})); got != "changed created kept other" {
		t.Errorf("the cache holds %s", got)
	}
	create(t, c, "later")
	if got := text(next(t, w)); got != "ADDED later" {
		t.Errorf("got %s, want ADDED later", got)
	}
}

// Etcd tells of the change at the compacted revision, but no longer what was there before it. A cache that took a
// deletion without a past for nothing would show the object for ever, to consistent reads too.
func TestAChangeThatWasCompactedUpToLeavesNoGhostAndIsNotLost(t *testing.T) {
	t.Parallel()
	server, err := embedetcd.Start(t.Context(), embedetcd.Options{}) // its own: others do not expect to be compacted
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	for _, row := range []struct {
		name   string
		change func(testing.TB, storage.Interface)
		want   string // the event that a watcher with the selector app=x sees
		left   string // the objects that match it afterwards
	}{
		{"deletion", func(tb testing.TB, s storage.Interface) { remove(tb, s, "a") }, "DELETED a", "b"},
		{"leaving the selector", func(tb testing.TB, s storage.Interface) { label(tb, s, "a", "y") }, "DELETED a", "b"},
		{"modification", func(tb testing.TB, s storage.Interface) { annotate(tb, s, "a") }, "MODIFIED a", "a b"},
	} {
		t.Run(row.name, func(t *testing.T) { // one after the other, as they share the etcd that each compacts
			_, config := etcd(t, nil)
			config.Client = server.Client()
			s := etcd3.Open(config)
			below := &fragile{Interface: s}
			c := cached(t, Config{Storage: below})
			create(t, c, "a", "b")
			label(t, c, "a", "x")
			last := label(t, c, "b", "x")
			wanted := storage.SelectionPredicate{Label: labels.SelectorFromSet(labels.Set{"app": "x"})}
			w := watchFrom(t, c, last, wanted)
			upToDate{c}.waitUntilUpToDate(t.Context())
			mend := below.cut()
			row.change(t, s)
			newest, err := s.GetCurrentResourceVersion(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if _, err := server.Client().Compact(t.Context(), int64(newest), clientv3.WithCompactPhysical()); err != nil {
				t.Fatal(err)
			}
			mend()
			if got := text(next(t, w)); got != row.want {
				t.Errorf("the watcher sees %s, want %s", got, row.want)
			}
			if got := names(list(t, c, storage.ListOptions{Predicate: wanted})); got != row.left {
				t.Errorf("the cache holds %q, want %q", got, row.left)
			}
			create(t, c, "later")
			label(t, c, "later", "x")
			if got := text(next(t, w)); got != "ADDED later" {
				t.Errorf("the watcher sees %s, want ADDED later", got)
			}
		})
	}
}

func TestEachDifferenceHasAVersionOfItsOwn(t *testing.T) {
	t.Parallel()
	at := func(name string, revision uint64, uid types.UID) *cachingObject {
		return &cachingObject{key: "/pods/" + name, revision: revision, value: &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: name, UID: uid}}}
	}
	known := newSnapshot()
	for i, name := range []string{"a", "b", "c", "d"} {
		known.put(at(name, uint64(i+1), "old"))
	}
	// After 4: a and d deleted at 5 and 8, b deleted at 6 and created at 7, c written at 9.
	found := []*cachingObject{at("b", 7, "new"), at("c", 9, "old")}
	var got []string
	for _, ch := range missedEvents(known, found, 4) {
		kind := "put"
		if ch.current == nil {
			kind = "delete"
		}
		got = append(got, fmt.Sprint(ch.revision, " ", kind, " ", ch.key()))
	}
	want := "[5 delete /pods/b 6 delete /pods/a 7 put /pods/b 8 delete /pods/d 9 put /pods/c]"
	if fmt.Sprint(got) != want {
		t.Errorf("got  %v\nwant %s", got, want)
	}
}

// streams is a storage that notes by which streams it is watched and asked.
type streams struct {
	storage.Interface
	mu             sync.Mutex
	watched, asked map[string]int
}

func streamOf(ctx context.Context) string {
	sent, _ := metadata.FromOutgoingContext(ctx)
	return fmt.Sprint(sent)
}

func (s *streams) Watch(ctx context.Context, key string, opts storage.ListOptions) (watch.Interface, error) {
	s.mu.Lock()
	s.watched[streamOf(ctx)]++
	s.mu.Unlock()
	return s.Interface.Watch(ctx, key, opts)
}

func (s *streams) RequestWatchProgress(ctx context.Context) error {
	s.mu.Lock()
	s.asked[streamOf(ctx)]++
	s.mu.Unlock()
	return s.Interface.RequestWatchProgress(ctx)
}

// Etcd answers a question about progress to all watches of a stream, even to one that it did not know when it made the
// answer.
func TestAWatchBelowSharesItsStreamWithNoOther(t *testing.T) {
	t.Parallel()
	s, _ := openMemory()
	noting := &streams{Interface: s, watched: map[string]int{}, asked: map[string]int{}}
	below := &fragile{Interface: noting}
	for i := range 3 { // caches of the same resource
		c := cached(t, Config{Storage: below})
		now, _ := c.watchCache.resourceVersion()
		w := watchFrom(t, c, now, storage.SelectionPredicate{})
		for j := range 3 { // watches of the same cache
			name := fmt.Sprint("p", i, j)
			create(t, c, name)
			if got := text(next(t, w)); got != "ADDED "+name {
				t.Errorf("got %s", got)
			}
			upToDate{c}.waitUntilUpToDate(t.Context())
			below.cut()()
		}
	}
	noting.mu.Lock()
	defer noting.mu.Unlock()
	for stream, n := range noting.watched {
		if n != 1 {
			t.Errorf("%d watches share a stream", n)
		}
		delete(noting.asked, stream)
	}
	if len(noting.asked) != 0 || len(noting.watched) < 9 {
		t.Errorf("%d watches; asked about no watch: %v", len(noting.watched), noting.asked)
	}
}

func TestAClientGoesOnAtACacheThatBeganLater(t *testing.T) {
	t.Parallel()
	s, _ := openMemory()
	seen := create(t, s, "a", "b")
	label(t, s, "a", "1")
	remove(t, s, "b")
	create(t, s, "c")
	c := cached(t, Config{Storage: s, PageSize: 1})
	w := watchFrom(t, c, seen, storage.SelectionPredicate{})
	for _, want := range []string{"MODIFIED a", "DELETED b", "ADDED c"} {
		if got := text(next(t, w)); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	if got := names(list(t, c, storage.ListOptions{ResourceVersion: "0"})); got != "a c" {
		t.Errorf("a cache that has just been filled holds %s, want a c", got)
	}
	then := storage.ListOptions{ResourceVersion: fmt.Sprint(seen), ResourceVersionMatch: "Exact"}
	if got := names(list(t, c, then)); got != "a b" {
		t.Errorf("at version %d were %s, want a b", seen, got)
	}
}

func TestACacheBeginsWithTheNewestWhereThePastIsGone(t *testing.T) {
	t.Parallel()
	s, _ := openMemory()
	seen := create(t, s, "a", "b")
	remove(t, s, "b")
	s.Database().Compact(s.Database().Revision())
	c := cached(t, Config{Storage: s})
	if got := names(list(t, c, storage.ListOptions{ResourceVersion: "0"})); got != "a" {
		t.Errorf("it holds %s, want a", got)
	}
	want := fmt.Sprintf("ERROR 410 too old resource version: %d (%d)", seen, s.Database().Revision())
	if got := text(next(t, watchFrom(t, c, seen, storage.SelectionPredicate{}))); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
