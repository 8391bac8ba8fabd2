package controlplane

import (
	"fmt"
	"runtime"
	"slices"
	"sync"
	"testing"

	kinds "kubepath/chapters/02-kinds"
)

// One server ends under 500 open watches, while others write. Each watch ends cleanly, goes on at another server from
// what it saw last, and has neither lost nor repeated an event. The first server leaves nothing behind.
func TestWatchesGoOnElsewhereWhenTheirServerEnds(t *testing.T) {
	const watches, before, after = 500, 40, 40
	etcd := newEtcd(t)
	second := serveWatched(t, etcd, kinds.NewCodecs(kinds.NewScheme()))
	start, err := second.write("first", 10)
	if err != nil {
		t.Fatal(err)
	}
	warm, err := second.follow(start) // its cache runs before the counting begins
	if err != nil {
		t.Fatal(err)
	}
	warm.body.Close()
	second.client.CloseIdleConnections()
	idle, empty := left()

	first := serveWatched(t, etcd, kinds.NewCodecs(kinds.NewScheme()))
	followers := make([]*follower, watches)
	var ended sync.WaitGroup
	for i := range followers {
		if followers[i], err = first.follow(start); err != nil {
			t.Fatal(err)
		}
		ended.Go(func() {
			if err := followers[i].read(-1); err != nil {
				t.Errorf("watch %d did not end cleanly: %v", i, err)
			}
		})
	}
	half, writing := make(chan struct{}), make(chan error, 1)
	var want []uint64
	go func() {
		writing <- second.writeAll(before+after, func(version uint64) {
			if want = append(want, version); len(want) == before {
				close(half)
			}
		})
	}()
	<-half
	if err := first.end(); err != nil {
		t.Errorf("the server ended with %v", err)
	}
	ended.Wait()
	if err := <-writing; err != nil {
		t.Fatal(err)
	}
	for i, f := range followers {
		if got, err := second.goOn(f, start, len(want)); err != nil || !slices.Equal(got, want) {
			t.Fatalf("watch %d saw %d, written was %d: %v", i, got, want, err)
		}
	}
	second.client.CloseIdleConnections()
	first.client.CloseIdleConnections()
	const some = 20 // of the clients' connections, on both sides, which end when they end
	for now, bytes := left(); now > idle+some || bytes > empty+16<<20; now, bytes = left() {
		if t.Context().Err() != nil {
			t.Fatalf("%d goroutines and %d bytes are left, before the watches it was %d and %d", now, bytes, idle, empty)
		}
	}
}

// writeAll writes so many objects, and tells their versions.
func (w *watched) writeAll(many int, wrote func(version uint64)) error {
	for i := range many {
		version, err := w.write(fmt.Sprintf("c-%d", i), 1000)
		if err != nil {
			return err
		}
		wrote(version)
	}
	return nil
}

// goOn watches from where f ended, until both have seen so many events. It returns what both saw.
func (w *watched) goOn(f *follower, start uint64, many int) ([]uint64, error) {
	again, err := w.follow(f.last(start))
	if err == nil {
		err = again.read(many - len(f.saw))
	}
	if err != nil {
		return f.saw, err
	}
	return append(f.saw, again.saw...), nil
}

// left is how many goroutines there are, and how many bytes live.
func left() (goroutines int, bytes int64) {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return runtime.NumGoroutine(), int64(m.HeapAlloc)
}
