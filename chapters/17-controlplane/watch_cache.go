package controlplane

import (
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/runtime/schema"

	storage "kubepath/chapters/05-storage"
	registry "kubepath/chapters/06-registry"
	cacher "kubepath/chapters/10-cacher"
)

// WatchCache configures the caches that serve reads and watches from memory (chapter 10). The cache of a resource
// starts with its first read or watch, so it does not delay the start of the server, and an unused resource costs
// nothing.
type WatchCache struct {
	// Size is the minimum number of events in the history of a resource; 0: it is not cached.
	Size int
	// Sizes has the resources with another Size. Events are only cached if they are here, because they change too often.
	Sizes map[schema.GroupResource]int
	// HistoryAge and Backlog are for all caches; see cacher.Config, also for the meaning of 0.
	HistoryAge time.Duration
	Backlog    int
	// Wrap wraps each cache; nil: no wrapper.
	Wrap func(storage.Interface) storage.Interface
}

// uncached returns the resources without a cache, unless WatchCache.Sizes has them. Upstream: DefaultWatchCacheSizes.
func uncached() []schema.GroupResource {
	return []schema.GroupResource{{Resource: "events"}, {Group: "events.k8s.io", Resource: "events"}}
}

// indexed returns the fields for which a cache has an index: each kubelet lists the pods of its node.
// Upstream: registry.StorageWithCacher's indexers and trigger functions.
func indexed(resource schema.GroupResource) []string {
	if resource == (schema.GroupResource{Resource: "pods"}) {
		return []string{"spec.nodeName"}
	}
	return nil
}

// size returns the minimum number of events in the history of a resource; 0: it is not cached.
func (w *WatchCache) size(resource schema.GroupResource) int {
	if size, ok := w.Sizes[resource]; ok {
		return size
	}
	if slices.Contains(uncached(), resource) {
		return 0
	}
	return w.Size
}

// cache puts a cache between the Store and its storage, after ConfigureStore. The Store stops the cache on Destroy.
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
