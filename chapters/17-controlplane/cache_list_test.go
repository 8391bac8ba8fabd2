package controlplane_test

import (
	"net/http"
	"net/http/httptest"
	"runtime"
	"sync/atomic"
	"testing"

	etcd3 "kubepath/chapters/07-etcd3"
)

// weighing is a client that only counts.
type weighing struct {
	header http.Header
	status int
	bytes  int
}

func (w *weighing) Header() http.Header { return w.header }
func (w *weighing) WriteHeader(s int)   { w.status = s }
func (w *weighing) Write(p []byte) (int, error) {
	w.bytes += len(p)
	return len(p), nil
}

// weigh gets a path and returns how many bytes came, and how many were allocated for them.
func weigh(t *testing.T, api http.Handler, path string) (bytes int, allocated uint64) {
	t.Helper()
	w := &weighing{header: http.Header{}}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	api.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
	runtime.ReadMemStats(&after)
	if w.status != http.StatusOK {
		t.Fatalf("GET %s: %d", path, w.status)
	}
	return w.bytes, after.TotalAlloc - before.TotalAlloc
}

// Not parallel, as it counts what is allocated.
func TestTenThousandPodsAreStreamedFromMemory(t *testing.T) {
	m := newMachine(t, "")
	storePods(t, m.etcd.Client(), tenThousand)
	var counting atomic.Bool
	var asked atomic.Int64
	m.observe = func(c etcd3.Request) {
		if counting.Load() && objects(c) {
			asked.Add(1)
		}
	}
	m.startAPI()
	const path = "/api/v1/namespaces/default/pods"
	m.until("the cache is filled", func() bool {
		before := asked.Load()
		counting.Store(true)
		weigh(t, m.api, path+"?limit=1")
		counting.Store(false)
		return asked.Load() == before
	})
	whole, _ := weigh(t, m.api, path+"?resourceVersion=0") // encodes each pod, once for all
	asked.Store(0)
	counting.Store(true)
	for claim, query := range map[string]string{
		"any version": "?resourceVersion=0", "consistent": "", "by label": "?labelSelector=app%3Dapp-7", "by node": "?fieldSelector=spec.nodeName%3Dnode-7",
		"a page": "?limit=500", "of one namespace": "?resourceVersion=0&limit=500",
	} {
		bytes, allocated := weigh(t, m.api, path+query)
		t.Logf("%-16s %9d bytes sent, %8d allocated", claim, bytes, allocated)
		if n := asked.Load(); n != 0 {
			t.Errorf("%s: etcd was asked %d times for objects", claim, n)
		}
		if allocated > uint64(whole)/20 {
			t.Errorf("%s: %d bytes were allocated to send %d", claim, allocated, bytes)
		}
	}
}
