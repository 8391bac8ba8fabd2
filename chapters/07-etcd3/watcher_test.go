package etcd3

import (
	"context"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/watch"

	storage "kubepath/chapters/05-storage"
)

func labelled(app string) labels.Selector { return labels.SelectorFromSet(labels.Set{"app": app}) }

func TestAWatchThatWantsProgressIsToldWithoutAsking(t *testing.T) {
	t.Parallel()
	client := ownClient(t)
	config := podConfig(t, client)
	config.ProgressNotifyInterval = 10 * time.Millisecond
	s := Open(config)
	w, err := s.Watch(t.Context(), "/pods", storage.ListOptions{Recursive: true, ProgressNotify: true})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Stop()
	elsewhere, err := client.Put(t.Context(), "/elsewhere", "x") // a change that the watch does not see
	if err != nil {
		t.Fatal(err)
	}
	for {
		e := <-w.ResultChan()
		version, err := s.Versioner().ObjectResourceVersion(e.Object)
		if e.Type != watch.Bookmark || err != nil {
			t.Fatalf("got %v, %v", e, err)
		}
		if int64(version) >= elsewhere.Header.Revision {
			return
		}
	}
}

func TestASlowReaderLosesNoEvent(t *testing.T) {
	t.Parallel()
	s := Open(podConfig(t, sharedClient(t)))
	w, err := s.Watch(t.Context(), "/pods", storage.ListOptions{Recursive: true})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Stop()
	mustCreate(t, s, "x")
	const changes = 3 * watchBuffer
	for i := range changes {
		if err := s.GuaranteedUpdate(t.Context(), "/pods/default/x", nil, relabel(string(rune('A'+i%26))+"x")); err != nil {
			t.Fatal(err)
		}
	}
	last := uint64(0)
	for i := range changes + 1 {
		e := <-w.ResultChan()
		version, err := s.Versioner().ObjectResourceVersion(e.Object)
		if err != nil || version <= last {
			t.Fatalf("event %d is %v at %d after %d (%v)", i, e.Type, version, last, err)
		}
		last = version
	}
}

func TestTheCompactorRunsUntilItsContextEnds(t *testing.T) {
	t.Parallel()
	client := ownClient(t)
	mustCreate(t, Open(podConfig(t, client)), "x")
	for name, interval := range map[string]time.Duration{"compacting": time.Millisecond, "never compacting": -1} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			c := NewCompactor(client, interval)
			done := make(chan struct{})
			go func() { defer close(done); c.Run(ctx) }()
			for interval > 0 && c.CompactRevision() == 0 {
				if _, err := client.Put(ctx, "/elsewhere", "x"); err != nil {
					t.Fatal(err)
				}
			}
			cancel()
			<-done
		})
	}
}
