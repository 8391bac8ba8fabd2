package atlas

// watchRows are chapter 9.
func watchRows() []Row {
	const handlers = apiserver + "endpoints/handlers."
	return []Row{
		{Concept: "handler of watch", Also: "WatchServer, stream of frames",
			Is:   "Writes an event after the other, each a frame, until the client goes or the time is over.",
			Here: "watch.Watches", Upstream: handlers + "WatchServer",
			More: "The same frames, over HTTP and WebSocket."},
		{Concept: "encoded event", Also: "watch encoder, WatchEvent",
			Is:   "An event's type and its object, in the form that the client accepts: a Table, too.",
			Here: "watch.frames", Upstream: handlers + "watchEncoder",
			More: "Keeps the bytes of an event for all watchers that want the same form."},
		{Concept: "watch timeout", Also: "timeoutSeconds, minRequestTimeout",
			Is:   "A watch ends after a while chosen at random, so that clients spread when servers change.",
			Here: "watch.Watches.lifetime", Upstream: handlers + "ListResource",
			More: "30 to 60 minutes where the client asks for nothing else."},
		{Concept: "event on the wire", Also: "metav1.WatchEvent",
			Is:       "Type and object as one JSON or protobuf message.",
			Imported: true, Upstream: apimachinery + "apis/meta/v1.WatchEvent",
			More: "We import the type; the client of chapter 1 reads it."},
		{Concept: "watch.Interface", Also: "event channel, Stop",
			Is:       "A channel of events and a way to stop it: what every layer hands up for a watch.",
			Imported: true, Upstream: apimachinery + "watch.Interface",
			More: "We import it; kubepath map --implements watch.Interface lists ours."},
	}
}

// cacherRows are chapter 10.
func cacherRows() []Row {
	const cacher = apiserver + "storage/cacher."
	return []Row{
		{Concept: "watch cache", Also: "cacher",
			Is:       "One watch on etcd for each resource feeds a copy in memory, which answers reads and all watches.",
			Upstream: cacher + "Cacher",
			More:     "On for nearly every resource; --watch-cache switches it off."},
		{Concept: "cache or storage", Also: "delegator, consistent read from cache",
			Is:       "Decides for each read whether the cache may answer: by the resource version that is asked for.",
			Upstream: cacher + "CacheDelegator",
			More:     "Answers the newest state from memory, after it has asked etcd how far it must be."},
		{Concept: "history in memory", Also: "watchCache, cyclic buffer",
			Is:       "The last events, so that a watch can begin a little in the past.",
			Upstream: cacher + "watchCache",
			More:     "Grows and shrinks with the rate of change; snapshots answer lists at older versions."},
		{Concept: "one watcher of the cache", Also: "cacheWatcher, slow watcher",
			Is:       "A watcher with a buffer; one that does not keep up is ended and begins anew.",
			Upstream: cacher + "cacheWatcher",
			More:     "A budget of time for all slow watchers of an event together."},
		{Concept: "object with its bytes", Also: "cachingObject, CacheableObject",
			Is:       "Encoded once for each form, for however many watchers.",
			Upstream: cacher + "cachingObject",
			More:     "Made anew for each event; its bytes are dropped once all watchers have the event."},
		{Concept: "consistent cached list", Also: "waitUntilFresh",
			Is:       "A reader waits until the cache has seen the version that it needs.",
			Upstream: cacher + "watchCache.waitUntilFreshLocked",
			More:     "Three seconds at most, then a timeout."},
	}
}
