package memory_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"

	kinds "kubepath/chapters/02-kinds"
	storage "kubepath/chapters/05-storage"
	"kubepath/chapters/05-storage/memory"
	"kubepath/chapters/05-storage/storagetest"
)

func newPod() runtime.Object { return &corev1.Pod{} }

func openMemory(testing.TB) storagetest.Fixture {
	s := memory.Open(memory.Config{Resource: "/pods", NewFunc: newPod})
	return storagetest.Fixture{
		Storage: s,
		Compact: func(_ context.Context, revision uint64) error {
			s.Database().Compact(revision)
			return nil
		},
		Without: map[string]string{
			"Corrupt": "memory holds objects, which cannot be unreadable",
			"RawGet":  "memory holds objects, not bytes",
		},
	}
}

func TestMemory(t *testing.T) { storagetest.Run(t, openMemory) }

func BenchmarkMemory(b *testing.B) { storagetest.Benchmark(b, openMemory) }

func create(t *testing.T, s *memory.Store, key string, ttl uint64) {
	t.Helper()
	if err := s.Create(t.Context(), key, &corev1.Pod{}, nil, ttl); err != nil {
		t.Fatal(err)
	}
}

func exists(t *testing.T, s *memory.Store, key string) bool {
	t.Helper()
	err := s.Get(t.Context(), key, storage.GetOptions{}, &kinds.ResultPointer{})
	if err != nil && !errors.Is(err, storage.ErrNotFound) {
		t.Fatal(err)
	}
	return err == nil
}

func TestAnObjectEndsWithItsLease(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := memory.Open(memory.Config{NewFunc: newPod})
		create(t, s, "/pods/a", 60)
		time.Sleep(59 * time.Second)
		if !exists(t, s, "/pods/a") {
			t.Fatal("gone a second early")
		}
		time.Sleep(2 * time.Second)
		if exists(t, s, "/pods/a") {
			t.Fatal("still there a second late")
		}
	})
}

func TestALeaseEndsOnlyTheObjectThatItWasGivenTo(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := memory.Open(memory.Config{NewFunc: newPod})
		create(t, s, "/pods/a", 60)
		if err := s.Delete(t.Context(), "/pods/a", nil, storage.DeleteOptions{}); err != nil {
			t.Fatal(err)
		}
		create(t, s, "/pods/a", 0)
		time.Sleep(2 * time.Minute)
		if !exists(t, s, "/pods/a") {
			t.Fatal("the lease of a deleted object ended the next one")
		}
	})
}

// A bubble that synctest leaves with goroutines still running fails the test.
func TestAWatchLeavesNoGoroutineBehind(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := memory.Open(memory.Config{NewFunc: newPod})
		create(t, s, "/pods/a", 0)
		ctx, cancel := context.WithCancel(t.Context())
		stopped, err := s.Watch(ctx, "/pods", storage.ListOptions{Recursive: true})
		if err != nil {
			t.Fatal(err)
		}
		if _, err = s.Watch(ctx, "/pods", storage.ListOptions{Recursive: true}); err != nil {
			t.Fatal(err)
		}
		synctest.Wait() // both have an event that nobody takes
		stopped.Stop()
		cancel()
	})
}

func TestAWatchThatFallsBehindACompactionExpires(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := memory.Open(memory.Config{NewFunc: newPod})
		w, err := s.Watch(t.Context(), "/pods", storage.ListOptions{Recursive: true})
		if err != nil {
			t.Fatal(err)
		}
		defer w.Stop()
		create(t, s, "/pods/a", 0)
		synctest.Wait() // the watch waits for a reader
		create(t, s, "/pods/b", 0)
		create(t, s, "/pods/c", 0)
		s.Database().Compact(s.Database().Revision())
		for _, want := range []watch.EventType{watch.Added, watch.Error} {
			if e := <-w.ResultChan(); e.Type != want {
				t.Fatalf("got %s, want %s", e.Type, want)
			}
		}
		if _, open := <-w.ResultChan(); open {
			t.Fatal("the watch goes on after its error")
		}
	})
}

func TestStoresOfOneDatabaseShareItsRevisions(t *testing.T) {
	t.Parallel()
	db := memory.NewDatabase()
	pods := memory.Open(memory.Config{NewFunc: newPod, Database: db, Resource: "/pods"})
	others := memory.Open(memory.Config{NewFunc: newPod, Database: db, Resource: "/others"})
	create(t, pods, "/pods/a", 0)
	create(t, others, "/others/a", 0)
	create(t, others, "/others/b", 0)
	if now, _ := pods.GetCurrentResourceVersion(t.Context()); now != 4 {
		t.Errorf("the newest revision is %d, want 4: one for each change of either resource, after 1", now)
	}
	for s, want := range map[*memory.Store]int64{pods: 1, others: 2} {
		if stats, _ := s.Stats(t.Context()); stats.ObjectCount != want {
			t.Errorf("counted %d objects, want %d", stats.ObjectCount, want)
		}
	}
}
