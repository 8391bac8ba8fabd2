package cacher

import (
	"slices"
	"strings"
	"sync"

	storage "kubepath/chapters/05-storage"
)

// state is what the cache knows: all objects at one revision, and the changes that led there.
type state struct {
	mu       sync.RWMutex
	objects  snapshot
	index    index
	history  History
	revision uint64 // everything up to it has been seen

	until     uint64        // the content can be served once this revision has been seen; 0: there is no content
	filled    bool          // it has been seen
	stuck     bool          // the last attempt to fill it has failed
	following bool          // the watch below runs, or is about to: revision will go on
	frozen    snapshot      // a clone of objects for readers, until the next change; its tree is nil where there is none
	news      chan struct{} // closed when revision, filled or following change; nil: nobody waits
}

// wake tells those who wait, with mu held.
func (s *state) wake() {
	if s.news != nil {
		close(s.news)
		s.news = nil
	}
}

// wait is the channel that is closed with the next news, with mu held.
func (s *state) wait() <-chan struct{} {
	if s.news == nil {
		s.news = make(chan struct{})
	}
	return s.news
}

// apply makes a change.
func (s *state) apply(c *change) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.objects.apply(c)
	s.index.apply(c)
	s.history.Add(c.revision, c)
	s.frozen = snapshot{}
	s.reach(c.revision)
}

// reach notes that everything up to a revision has been seen, with mu held.
func (s *state) reach(revision uint64) {
	s.revision = max(s.revision, revision)
	s.filled = s.revision >= s.until && s.until != 0
	s.wake()
}

// advance notes that nothing else happened up to a revision.
func (s *state) advance(revision uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if revision > s.revision {
		s.reach(revision)
	}
}

// fill sets the first content, which can be served once the revision until has been seen.
func (s *state) fill(objects []*object, revision, until uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, o := range objects {
		s.objects.put(o)
		s.index.apply(&change{current: o})
	}
	s.history.Begin(revision)
	s.until = max(revision, until)
	s.reach(revision)
}

// loaded reports whether there is content, though it may be too old to be served.
func (s *state) loaded() bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.until != 0
}

// follows notes whether the watch below runs.
func (s *state) follows(running bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.following = running
	s.wake()
}

// filling notes how an attempt to list the objects below went.
func (s *state) filling(err error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stuck = err != nil
	s.wake()
	return err
}

// whenFilled tells whether there is content. If not, news is when to look again; nil: it cannot be had now.
func (s *state) whenFilled() (filled bool, news <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.filled || s.stuck {
		return s.filled, nil
	}
	return false, s.wait()
}

// get is an object, and how new that is.
func (s *state) get(key string) (*object, uint64) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.objects.get(key), s.revision
}

func (s *state) seen() (revision uint64, filled bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.revision, s.filled
}

// now is the newest state, or what an index entry has of it. It is not written to.
func (s *state) now(entry storage.IndexValue) (snapshot, uint64) {
	s.mu.RLock()
	frozen, revision := s.frozen, s.revision
	s.mu.RUnlock()
	if frozen.tree != nil && entry == (storage.IndexValue{}) {
		return frozen, revision
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.freeze(entry), s.revision
}

// freeze is now for those who hold mu.
func (s *state) freeze(entry storage.IndexValue) snapshot {
	if entry != (storage.IndexValue{}) {
		if objects, ok := s.index.found[entry]; ok {
			return objects.clone()
		}
		return newSnapshot()
	}
	if s.frozen.tree == nil {
		s.frozen = s.objects.clone()
	}
	return s.frozen
}

// at is the state at a revision, or what an index entry had of it: the newest, with the later changes undone. False
// where those are forgotten.
func (s *state) at(revision uint64, entry storage.IndexValue) (snapshot, bool) {
	s.mu.Lock()
	later, err := s.history.After(revision)
	if err != nil || revision > s.revision {
		s.mu.Unlock()
		return snapshot{}, false
	}
	objects := s.freeze(entry)
	if len(later) > 0 {
		objects = objects.clone()
	}
	s.mu.Unlock()
	all := entry == (storage.IndexValue{})
	for _, c := range slices.Backward(later) {
		objects.undo(c.(*change), func(o *object) bool { return all || s.index.has(entry, o) })
	}
	return objects, true
}

// leading is the index entry that leads to all that a predicate wants; the zero value: it takes a scan. The first who
// selects by a label's value pays for the index that the others use.
func (s *state) leading(p storage.SelectionPredicate) storage.IndexValue {
	s.mu.RLock()
	entry, label := s.index.entry(p), s.index.lacks(p)
	s.mu.RUnlock()
	if label == "" {
		return entry
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.index.learn(label, s.objects)
	return s.index.entry(p)
}

// entries are the index entries that a change concerns.
func (s *state) entries(c *change) []storage.IndexValue {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return append(s.index.values(c.old), s.index.values(c.current)...)
}

// scope is what a read or watch is about: a key, or a prefix that ends with a slash. False where below must answer: the
// key is refused, or ends with a slash and is no prefix, so that nothing the cache holds can be meant.
func (c *Cache) scope(key string, recursive bool) (scope string, ours bool) {
	scope, err := storage.PrepareKey(c.config.Resource+"/", key, recursive)
	return scope, err == nil && (recursive || !strings.HasSuffix(scope, "/"))
}

// within reports whether a key is the one of a scope or, where that is a prefix, lies below it.
func within(key, scope string) bool {
	return key == scope || strings.HasSuffix(scope, "/") && strings.HasPrefix(key, scope)
}
