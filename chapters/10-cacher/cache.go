package cacher

import (
	"cmp"
	"context"
	"sync"
	"sync/atomic"
	"time"

	"k8s.io/apimachinery/pkg/runtime"

	storage "kubepath/chapters/05-storage"
)

// Config of a Cache. Upstream: cacher.Config.
type Config struct {
	Storage  storage.Interface // below
	Resource string            // the root of the resource's keys: /pods
	NewFunc  func() runtime.Object

	// Key is where an object lies; nil: Resource/NAMESPACE/NAME, or Resource/NAME without a namespace.
	Key func(obj runtime.Object) (string, error)
	// Attrs is what selectors can see, found once for each object; nil: what each predicate's GetAttrs finds.
	Attrs storage.AttrFunc
	// Indexed are fields of Attrs whose values lead to objects and watches without a scan: spec.nodeName.
	Indexed []string
	// Hints gives updates and deletions the cached object, which saves a read below. Not for objects that may have a
	// TTL: only a read tells how long they have left.
	Hints bool

	History   int           // changes remembered at least; 0: 100
	Behind    int           // the cache begins so many revisions ago; 0: ten times History; negative: with the newest
	Remember  time.Duration // younger changes are remembered too, up to a hundred times History; 0: 75 s
	Buffer    int           // events that wait for a slow watcher, before it is cut off; 0: 1,000
	Patience  time.Duration // how long a read waits for the cache, before it is asked below; 0: 3 s
	Bookmarks time.Duration // from bookmark to bookmark, give or take a quarter; 0: 1 min
	Page      int64         // objects listed below at a time; 0: 500

	// NewHistory makes what remembers the changes; nil: the cache's own.
	NewHistory func() History
}

// Cache is storage.Interface in front of a storage.Interface. It begins with the first read or watch, so that a server
// with many resources starts at once, and a resource that nobody asks for costs nothing. Upstream: cacher.Cacher.
type Cache struct {
	storage.Interface // below: what is not served from memory
	config            Config
	versioner         storage.Versioner

	ctx     context.Context // ends with Stop
	cancel  context.CancelFunc
	begin   sync.Once
	running sync.WaitGroup

	state    state
	asked    chan struct{}          // somebody needs a progress report
	stream   atomic.Pointer[stream] // of the watch below; nil: there is none
	current  revisions
	watchers registry
}

var _ storage.Interface = (*Cache)(nil)

// New returns a cache that nothing has been read into. Stop it.
func New(c Config) *Cache {
	c.History = cmp.Or(c.History, 100)
	c.Behind = cmp.Or(c.Behind, 10*c.History)
	c.Remember = cmp.Or(c.Remember, 75*time.Second)
	c.Buffer = cmp.Or(c.Buffer, 1000)
	c.Patience = cmp.Or(c.Patience, 3*time.Second)
	c.Bookmarks = cmp.Or(c.Bookmarks, time.Minute)
	c.Page = cmp.Or(c.Page, 500)
	if c.Key == nil {
		c.Key = keyBelow(c.Resource)
	}
	cache := &Cache{Interface: c.Storage, config: c, versioner: c.Storage.Versioner(), asked: make(chan struct{}, 1)}
	cache.ctx, cache.cancel = context.WithCancel(context.Background())
	cache.state.history = &history{least: c.History, most: 100 * c.History, young: c.Remember}
	if c.NewHistory != nil {
		cache.state.history = c.NewHistory()
	}
	cache.state.objects = newSnapshot()
	cache.state.index = newIndex(c.Indexed, c.Attrs)
	cache.current.ask = c.Storage.CurrentResourceVersion
	return cache
}

// start begins to fill the cache, once.
func (c *Cache) start() {
	c.begin.Do(func() {
		c.watchers.mu.Lock()
		defer c.watchers.mu.Unlock()
		if c.ctx.Err() != nil {
			return
		}
		c.running.Go(c.follow)
		c.running.Go(c.askForProgress)
	})
}

// Stop ends the watches and all goroutines of the cache, and waits for them. Calls are then answered below.
func (c *Cache) Stop() {
	c.cancel()
	c.watchers.mu.Lock()
	c.watchers.each((*watcher).close)
	c.watchers.clear()
	c.watchers.mu.Unlock()
	c.running.Wait()
}

// WaitFilled starts the cache and waits until it can serve; false where it cannot be filled now, or ctx
// or the cache ends before.
func (c *Cache) WaitFilled(ctx context.Context) bool {
	c.start()
	again := time.NewTicker(askAgain)
	defer again.Stop()
	for {
		filled, news := c.state.whenFilled()
		if news == nil {
			return filled
		}
		select {
		case <-news:
		case <-again.C:
			c.needProgress() // the newest revision may be of something else
		case <-ctx.Done():
			return false
		case <-c.ctx.Done():
			return false
		}
	}
}
