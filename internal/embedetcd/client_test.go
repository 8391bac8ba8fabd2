package embedetcd

import (
	"strconv"
	"sync"
	"testing"

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
