package atlas

// cacherRows are chapter 10.
func cacherRows() []Row {
	const (
		cacher = apiserver + "storage/cacher."
		store  = apiserver + "storage/cacher/store."
	)
	return []Row{
		{Concept: "watch cache", Also: "cacher, --watch-cache",
			Is:   "One watch on etcd for each resource feeds a copy in memory, which answers reads and all watches.",
			Here: "cacher.Cacher", Upstream: cacher + "Cacher",
			More: "Is filled when the server starts; ours with the first who asks."},
		{Concept: "cache or storage", Also: "delegator, consistent read from cache",
			Is:   "Decides for each read whether the cache may answer: by the resource version that is asked for.",
			Here: "cacher.Cacher.waitUntilFresh", Upstream: cacher + "CacheDelegator",
			More: "The same decision, in front of the cache and not in it."},
		{Concept: "consistent cached list", Also: "waitUntilFresh",
			Is:   "A reader waits until the cache has seen the version that it needs.",
			Here: "cacher.Cacher.waitUntilSeen", Upstream: cacher + "watchCache.waitUntilFreshLocked",
			More: "Three seconds at most; then a consistent read goes to etcd, and any other is refused."},
		{Concept: "asking for progress", Also: "ConditionalProgressRequester",
			Is:   "etcd is asked how far its watch is, while somebody waits for that.",
			Here: "cacher.progressRequester", Upstream: apiserver + "storage/cacher/progress.ConditionalProgressRequester",
			More: "Asks ten times a second while somebody waits."},
		{Concept: "snapshot of the cache", Also: "B-tree, clone, copy on write",
			Is:   "All objects in the order of their keys, as they are at one revision. A clone costs nothing until one of both changes.",
			Here: "cacher.snapshot", Upstream: store + "Snapshotter",
			More: "Keeps a clone for each revision of its history; ours undoes the changes behind the revision that is asked for."},
		{Concept: "index of the cache", Also: "spec.nodeName, trigger, label index",
			Is:   "From the value of a field or a label to the objects that have it, and to the watches that want them.",
			Here: "cacher.index", Upstream: store + "indexer",
			More: "Fields are named by each resource; labels are not indexed."},
		{Concept: "history in memory", Also: "watchCache, cyclic buffer, 410, window",
			Is:   "The last changes, so that a watch can begin a little in the past; beyond them a client must list again.",
			Here: "cacher.history", Upstream: cacher + "watchCacheHistory",
			More: "A ring that grows and shrinks with the rate of change, and begins empty with each start."},
		{Concept: "filling the cache", Also: "Reflector, list and watch",
			Is:   "Lists what is below in pages, watches from there, and begins anew where the watch cannot go on.",
			Here: "cacher.reflector", Upstream: "k8s.io/client-go/tools/cache.Reflector",
			More: "The client's own Reflector, inside of the server."},
		{Concept: "telling the watches", Also: "dispatch, registry of watchers",
			Is:   "A change is offered to the watches of its key, its namespace, its resource, and of the index entries that it concerns.",
			Here: "cacher.Cacher.dispatchEvent", Upstream: cacher + "Cacher.dispatchEvent",
			More: "A goroutine and a queue between the change and the watches, and a budget of time for all that are slow."},
		{Concept: "one watcher of the cache", Also: "cacheWatcher, slow watcher",
			Is:   "A watcher with a buffer; one that does not keep up is ended and begins anew.",
			Here: "cacher.cacheWatcher", Upstream: cacher + "cacheWatcher",
			More: "A goroutine for each watch, also while nothing happens."},
		{Concept: "bookmarks of the cache", Also: "nextBookmarkTime",
			Is:   "About every minute, and shortly before its end, a watch is told how far it is.",
			Here: "cacher.bookmarkTimer", Upstream: cacher + "cacheWatcher.nextBookmarkTime",
			More: "Buckets of watches by the second in which they are due."},
		{Concept: "object with its bytes", Also: "cachingObject, CacheableObject",
			Is:   "Encoded once for each form, for however many watches and lists.",
			Here: "cacher.cachingObject", Upstream: cacher + "cachingObject",
			More: "Made anew for each event; lists encode each object for each request."},
	}
}
