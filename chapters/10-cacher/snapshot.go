package cacher

import (
	"strings"

	"github.com/google/btree"
)

// snapshot holds objects in the order of their keys. A clone costs nothing until either of the two is written to, and
// is read without a lock. Upstream: cacher/store.threadedStoreIndexer over the same tree.
type snapshot struct {
	tree *btree.BTreeG[*object]
}

// degree is how wide the tree is: a write after a clone copies a few nodes of up to twice as many pointers.
const degree = 16

func byKey(a, b *object) bool { return a.key < b.key }

func newSnapshot() snapshot { return snapshot{btree.NewG(degree, byKey)} }

func (s snapshot) get(key string) *object {
	found, _ := s.tree.Get(&object{key: key})
	return found
}

func (s snapshot) put(o *object) { s.tree.ReplaceOrInsert(o) }

func (s snapshot) remove(key string) { s.tree.Delete(&object{key: key}) }

func (s snapshot) clone() snapshot { return snapshot{s.tree.Clone()} }

// scan yields the objects below a prefix, from a first key on.
func (s snapshot) scan(prefix, from string, yield func(*object) bool) {
	s.tree.AscendGreaterOrEqual(&object{key: from}, func(o *object) bool {
		return strings.HasPrefix(o.key, prefix) && yield(o)
	})
}

// apply makes a change.
func (s snapshot) apply(c *change) {
	if c.current != nil {
		s.put(c.current)
	} else if c.old != nil {
		s.remove(c.old.key)
	}
}

// undo takes a change back. belongs says which objects are the snapshot's.
func (s snapshot) undo(c *change, belongs func(*object) bool) {
	if c.old != nil && belongs(c.old) {
		s.put(c.old)
	} else if c.current != nil {
		s.remove(c.current.key)
	}
}
