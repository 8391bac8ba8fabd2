package embedetcd

import (
	"context"
	"strconv"
	"sync"
	"testing"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
)

// The member's data is memory that is mapped: who still reads it when it is closed ends the process.
func TestCloseWaitsForWhoStillReads(t *testing.T) {
	t.Parallel()
	for range 3 {
		s := start(t, Options{})
		for i := range 100 {
			put(t, s.Client(), "key", strconv.Itoa(i))
		}
		var readers sync.WaitGroup
		for range 20 {
			readers.Go(func() {
				for range s.Client().Watch(t.Context(), "key", clientv3.WithRev(1), clientv3.WithPrevKV()) {
				}
			})
			readers.Go(func() {
				for {
					if _, err := s.Client().Get(t.Context(), "key", clientv3.WithSerializable()); err != nil {
						return
					}
				}
			})
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		readers.Wait()
	}
}

func TestWatchesThatEndTogetherWhileEventsComeEnd(t *testing.T) {
	t.Parallel()
	s := start(t, Options{})
	writing, stopWriting := context.WithCancel(t.Context())
	var writer sync.WaitGroup
	writer.Go(func() {
		for writing.Err() == nil {
			_, _ = s.Client().Put(writing, "/watched", "value")
		}
	})
	defer writer.Wait()
	defer stopWriting()
	for range 5 {
		ctx, cancel := context.WithCancel(t.Context())
		var ended sync.WaitGroup
		for range 200 {
			changes := s.Client().Watch(ctx, "/watched")
			ended.Go(func() {
				for range changes {
				}
			})
		}
		cancel()
		done := make(chan struct{})
		go func() { ended.Wait(); close(done) }()
		select {
		case <-done:
		case <-time.After(20 * time.Second):
			t.Fatal("they have not ended")
		}
	}
}
