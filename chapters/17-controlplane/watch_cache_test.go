package controlplane

import (
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/runtime/schema"

	etcd3 "kubepath/chapters/07-etcd3"
	"kubepath/internal/embedetcd"
)

func TestWithAWatchCacheAListAsksEtcdForNoObjects(t *testing.T) {
	t.Parallel()
	etcd, err := embedetcd.Start(t.Context(), embedetcd.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { etcd.Close() })
	var ranges atomic.Int64
	client := etcd.Client()
	client.KV = etcd3.WrapKV(client.KV, func(c etcd3.Request) {
		if c.Operation() == "list" && strings.HasPrefix(c.Key(), "/registry/configmaps/") {
			ranges.Add(1)
		}
	})
	api := runWith(t, Config{Etcd: client, WatchCache: &WatchCache{Size: 100}})
	const collection = "/api/v1/namespaces/default/configmaps"
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); { // the first list fills the cache
		before := ranges.Load()
		if names(t, api, collection); ranges.Load() == before {
			break
		}
	}
	for i, name := range []string{"a", "b", "c"} {
		before := ranges.Load()
		ask(t, api, http.MethodPost, collection, `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"`+name+`"}}`)
		if got := len(names(t, api, collection)); got != i+1 {
			t.Errorf("after %d creates a list has %d", i+1, got)
		}
		if ranges.Load() != before {
			t.Errorf("a list asked etcd %d times for objects", ranges.Load()-before)
		}
	}
}

func TestSizesSayWhichResourcesAreCached(t *testing.T) {
	t.Parallel()
	pods, events := schema.GroupResource{Resource: "pods"}, schema.GroupResource{Resource: "events"}
	for _, row := range []struct {
		claim  string
		cache  WatchCache
		of     schema.GroupResource
		wanted int
	}{
		{"a resource without an entry has the usual size", WatchCache{Size: 100}, pods, 100},
		{"an entry is heeded", WatchCache{Size: 100, Sizes: map[schema.GroupResource]int{pods: 7}}, pods, 7},
		{"one of 0 leaves the resource without a cache", WatchCache{Size: 100, Sizes: map[schema.GroupResource]int{pods: 0}}, pods, 0},
		{"events are not cached", WatchCache{Size: 100}, events, 0},
		{"unless they are named", WatchCache{Sizes: map[schema.GroupResource]int{events: 9}}, events, 9},
	} {
		if got := row.cache.size(row.of); got != row.wanted {
			t.Errorf("%s: got %d, want %d", row.claim, got, row.wanted)
		}
	}
}
