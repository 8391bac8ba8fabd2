package controlplane

import (
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/runtime/schema"

	storage "kubepath/chapters/05-storage"
	registry "kubepath/chapters/06-registry"
	cacher "kubepath/chapters/10-cacher"
)

// WatchCache has the server answer reads and watches from memory (chapter 10). Each resource's cache begins with its
// first read or watch: the server starts no later for it, and what nobody asks for costs nothing.
type WatchCache struct {
	// Size is how many events of a resource the history holds at least; 0: it is not cached.
	Size int
	// Sizes has the resources for which that differs. Events are not cached unless they are named here: they come and go
	// too fast for it to pay.
	Sizes map[schema.GroupResource]int
	// HistoryAge and Backlog hold for every resource that is cached; see cacher.Config, also for what 0 means.
	HistoryAge time.Duration
	Backlog    int
	// Wrap goes around each cache; nil: nothing.
	Wrap func(storage.Interface) storage.Interface
}

// uncached are the resources without a cache, unless WatchCache.Sizes has them. Upstream: DefaultWatchCacheSizes.
func uncached() []schema.GroupResource {
	return []schema.GroupResource{{Resource: "events"}, {Group: "events.k8s.io", Resource: "events"}}
}

// indexed are the fields by which some clients ask for a few of many objects: each kubelet for the pods of its node.
// Upstream: registry.StorageWithCacher's indexers and trigger functions.
func indexed(resource schema.GroupResource) []string {
	if resource == (schema.GroupResource{Resource: "pods"}) {
		return []string{"spec.nodeName"}
	}
	return nil
}

// size is how many events of a resource the history holds at least; 0: it is not cached.
func (w *WatchCache) size(resource schema.GroupResource) int {
	if size, ok := w.Sizes[resource]; ok {
		return size
	}
	if slices.Contains(uncached(), resource) {
		return 0
	}
	return w.Size
}

// cache puts a cache between the Store and its storage, when the row has made of the Store what it wants. It ends with
// the Store.
func (b *storageProvider) cache(s *registry.Store) {
	if b.config.WatchCache == nil {
		return
	}
	size := b.config.WatchCache.size(s.Resource)
	if size == 0 {
		return
	}
	config := cacher.Config{
		Storage: s.Storage, Resource: s.KeyRoot, NewFunc: s.NewFunc, GetAttrsFunc: s.AttrFunc,
		IndexedFields: indexed(s.Resource), Hints: s.TTLFunc == nil, HistorySize: size,
		HistoryAge: b.config.WatchCache.HistoryAge, Backlog: b.config.WatchCache.Backlog,
	}
	cache := cacher.New(config)
	s.Storage = cache
	if wrap := b.config.WatchCache.Wrap; wrap != nil {
		s.Storage = wrap(cache)
	}
	before := s.DestroyFunc
	s.DestroyFunc = func() {
		cache.Stop()
		if before != nil {
			before()
		}
	}
}
