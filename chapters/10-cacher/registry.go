package cacher

import (
	"strings"
	"sync"

	storage "kubepath/chapters/05-storage"
)

// registry knows the open watches by what they can be interested in, so that a change is only offered to those. While
// mu is held nothing is told: who registers then misses nothing and sees nothing twice.
type registry struct {
	mu       sync.Mutex
	buckets  map[bucket][]*watcher
	progress int // how many want a bookmark with each progress report
}

// bucket holds the watches of one scope: a key, or a prefix that ends with a slash. With an index value, of those who
// only want objects that have it.
type bucket struct {
	scope string
	entry storage.IndexValue
}

func (r *registry) add(w *watcher) {
	if r.buckets == nil {
		r.buckets = map[bucket][]*watcher{}
	}
	if w.progress {
		r.progress++
	}
	w.place = len(r.buckets[w.bucket])
	r.buckets[w.bucket] = append(r.buckets[w.bucket], w)
}

// remove takes a watch out; it may be called for one that is out already.
func (r *registry) remove(w *watcher) {
	all := r.buckets[w.bucket]
	if w.place >= len(all) || all[w.place] != w {
		return
	}
	if w.progress {
		r.progress--
	}
	last := len(all) - 1
	all[w.place] = all[last]
	all[w.place].place = w.place
	all[last] = nil
	if all = all[:last]; len(all) == 0 {
		delete(r.buckets, w.bucket)
		return
	}
	r.buckets[w.bucket] = all
}

// clear takes all out.
func (r *registry) clear() { r.buckets, r.progress = nil, 0 }

func (r *registry) each(f func(*watcher) bool) {
	for _, all := range r.buckets {
		for _, w := range all {
			f(w)
		}
	}
}

// concerned calls f for each bucket that a change of key may concern. entries are the index values of the object before
// and after.
func (r *registry) concerned(key string, entries []storage.IndexValue, f func([]*watcher)) {
	for scope := range scopes(key) {
		f(r.buckets[bucket{scope: scope}])
		for i, entry := range entries {
			if !contains(entries[:i], entry) {
				f(r.buckets[bucket{scope, entry}])
			}
		}
	}
}

func contains(entries []storage.IndexValue, wanted storage.IndexValue) bool {
	for _, e := range entries {
		if e == wanted {
			return true
		}
	}
	return false
}

// scopes yields /pods/, /pods/default/ and /pods/default/nginx for the last of them.
func scopes(key string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for i := 1; i < len(key); i++ {
			next := strings.IndexByte(key[i:], '/')
			if next < 0 {
				break
			}
			if i += next; !yield(key[:i+1]) {
				return
			}
		}
		yield(key)
	}
}

// tell makes a change known: to the cache, and to every watch that it concerns. One that has no room left is cut off;
// nobody is waited for.
func (c *Cache) tell(ch *change) {
	c.watchers.mu.Lock()
	defer c.watchers.mu.Unlock()
	c.state.apply(ch)
	entries := c.state.entries(ch)
	var cut []*watcher
	c.watchers.concerned(ch.key(), entries, func(all []*watcher) {
		for _, w := range all {
			if !w.offer(ch) {
				cut = append(cut, w)
			}
		}
	})
	for _, w := range cut {
		c.watchers.remove(w)
	}
}

// endWatches ends every watch with an error.
func (c *Cache) endWatches(err error) {
	c.watchers.mu.Lock()
	defer c.watchers.mu.Unlock()
	last := storage.ErrorEvent(err)
	c.watchers.each(func(w *watcher) bool { w.finish(last); return true })
	c.watchers.clear()
}
