package cacher

import (
	"cmp"
	"context"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime"

	storage "kubepath/chapters/05-storage"
)

// Config of a Cacher. Upstream: cacher.Config.
type Config struct {
	Storage  storage.Interface // below
	Resource string            // the root of the resource's keys: /pods
	NewFunc  func() runtime.Object

	// KeyFunc returns an object's key; nil: Resource/NAMESPACE/NAME, or Resource/NAME without a namespace.
	KeyFunc func(obj runtime.Object) (string, error)
	// GetAttrsFunc returns the labels and fields that selectors see; it is called once for each version of an object. nil: each
	// predicate's own GetAttrs is called.
	GetAttrsFunc storage.AttrFunc
	// IndexedFields are fields of GetAttrsFunc that have an index: a list or a watch that selects by one of them needs no scan.
	IndexedFields []string
	// Hints passes the cached object to updates and deletions, which saves a read below. Leave it out for objects that may
	// have a TTL: only a read returns how many seconds remain.
	Hints bool

	HistorySize      int           // the fewest events that the history holds; 0: DefaultHistorySize
	HistoryAge       time.Duration // younger events are held too, up to a hundred times HistorySize; 0: 75 s
	Backlog          int           // how many revisions before the newest the history begins; 0: ten times HistorySize; negative: none
	ReadTimeout      time.Duration // how long a read waits for the cache, before the storage below is asked; 0: 3 s
	WatcherBuffer    int           // how many events may wait for a slow watcher, before it is stopped; 0: 1,000
	BookmarkInterval time.Duration // between two bookmarks, plus or minus a quarter; 0: 1 min
	PageSize         int64         // objects in a page, when the storage below is listed; 0: 500
}

// DefaultHistorySize is Config.HistorySize where nothing else is said. Upstream: the default of
// --default-watch-cache-size.
const DefaultHistorySize = 100

// Cacher is a storage.Interface in front of another. The first read or watch starts it, so that a server with many
// resources starts quickly, and a resource that nobody reads costs nothing. Upstream: cacher.Cacher.
type Cacher struct {
	storage.Interface // below: it answers what memory does not
	config            Config
	versioner         storage.Versioner

	ctx        context.Context // ends with Stop
	cancel     context.CancelFunc
	startOnce  sync.Once
	goroutines sync.WaitGroup

	watchCache watchCache
	newest     currentRevision
	progress   progressRequester
	watchers   indexedWatchers
}

var _ storage.Interface = (*Cacher)(nil)

// New returns an empty cache. Stop it. Upstream: cacher.NewCacherFromConfig.
func New(config Config) *Cacher {
	config.HistorySize = cmp.Or(config.HistorySize, DefaultHistorySize)
	config.HistoryAge = cmp.Or(config.HistoryAge, 75*time.Second)
	config.Backlog = cmp.Or(config.Backlog, 10*config.HistorySize)
	config.ReadTimeout = cmp.Or(config.ReadTimeout, 3*time.Second)
	config.WatcherBuffer = cmp.Or(config.WatcherBuffer, 1000)
	config.BookmarkInterval = cmp.Or(config.BookmarkInterval, time.Minute)
	config.PageSize = cmp.Or(config.PageSize, 500)
	if config.KeyFunc == nil {
		config.KeyFunc = keyFuncUnder(config.Resource)
	}
	c := &Cacher{
		Interface: config.Storage, config: config, versioner: config.Storage.Versioner(),
		watchCache: newWatchCache(config),
		newest:     currentRevision{read: config.Storage.GetCurrentResourceVersion},
		progress:   newProgressRequester(config.Storage),
	}
	c.ctx, c.cancel = context.WithCancel(context.Background())
	return c
}

// keyFuncUnder makes keys below a root from namespaces and names.
func keyFuncUnder(root string) func(runtime.Object) (string, error) {
	return func(obj runtime.Object) (string, error) {
		m, err := meta.Accessor(obj)
		if err != nil {
			return "", err
		}
		if ns := m.GetNamespace(); ns != "" {
			return root + "/" + ns + "/" + m.GetName(), nil
		}
		return root + "/" + m.GetName(), nil
	}
}

// start begins to fill the cache, once.
func (c *Cacher) start() {
	c.startOnce.Do(func() {
		c.watchers.mu.Lock()
		defer c.watchers.mu.Unlock()
		if c.ctx.Err() != nil {
			return
		}
		c.goroutines.Go((&reflector{Cacher: c}).run)
		c.goroutines.Go(func() { c.progress.run(c.ctx) })
	})
}

// Stop ends all watches and goroutines of the cache, and waits for them. The storage below answers later calls.
// Upstream: Cacher.Stop.
func (c *Cacher) Stop() {
	c.cancel()
	c.watchers.mu.Lock()
	c.watchers.each((*cacheWatcher).close)
	c.watchers.clear()
	c.watchers.mu.Unlock()
	c.goroutines.Wait()
}

// WaitReady starts the cache and waits until it can serve. It returns false if listing the storage below has failed, or
// if ctx or the cache ends first. Upstream: Cacher.Wait.
func (c *Cacher) WaitReady(ctx context.Context) bool {
	c.start()
	again := time.NewTicker(progressInterval)
	defer again.Stop()
	for {
		ready, changed := c.watchCache.readiness()
		if changed == nil {
			return ready
		}
		select {
		case <-changed:
		case <-again.C:
			c.progress.request() // the newest revision may be a write to another resource
		case <-ctx.Done():
			return false
		case <-c.ctx.Done():
			return false
		}
	}
}

// Create stores the object below. The cache learns of it from the watch below.
func (c *Cacher) Create(ctx context.Context, key string, obj, out runtime.Object, ttl uint64) error {
	return c.Interface.Create(ctx, key, obj, out, ttl)
}

// Delete deletes the object below. The cached object may save a read there. Upstream: CacheDelegator.Delete.
func (c *Cacher) Delete(ctx context.Context, key string, out runtime.Object, opts storage.DeleteOptions) error {
	if opts.CachedExistingObject == nil {
		opts.CachedExistingObject = c.hint(key)
	}
	return c.Interface.Delete(ctx, key, out, opts)
}

// GuaranteedUpdate updates the object below. The cached object may save a read there; the storage below notices if it is
// out of date. Upstream: CacheDelegator.GuaranteedUpdate.
func (c *Cacher) GuaranteedUpdate(ctx context.Context, key string, out runtime.Object, u storage.Update) error {
	if u.CachedExistingObject == nil {
		u.CachedExistingObject = c.hint(key)
	}
	return c.Interface.GuaranteedUpdate(ctx, key, out, u)
}

// hint returns the cached object; nil if there is none, or Config.Hints is off.
func (c *Cacher) hint(key string) runtime.Object {
	if !c.config.Hints {
		return nil
	}
	return c.watchCache.get(key).runtimeObject()
}

// RequestWatchProgress asks the storage below which revision its watch has reached; watches with ProgressNotify get the
// answer as a bookmark.
func (c *Cacher) RequestWatchProgress(ctx context.Context) error {
	if c.ctx.Err() == nil {
		c.progress.request()
	}
	return c.Interface.RequestWatchProgress(ctx) // for watches that the storage below serves
}
