package memory

import (
	"slices"
	"sort"
	"strings"

	storage "kubepath/chapters/05-storage"
)

// record appends a change to the history, with the lock held.
func (db *Database) record(next *change) {
	db.revision = next.revision
	db.log = append(db.log, next)
	if len(db.versions[next.key]) == 0 {
		at, _ := slices.BinarySearch(db.keys, next.key)
		db.keys = slices.Insert(db.keys, at, next.key)
	}
	db.versions[next.key] = append(db.versions[next.key], next)
	db.wake()
}

// scan returns what the keys below prefix, from a first key on, held at a revision (0: the newest), in the order of the
// keys, together with the revision of the answer. A revision that is gone is storage.ErrExpired.
func (db *Database) scan(prefix, from string, revision uint64) ([]*change, uint64, error) {
	db.mu.Lock()
	defer db.mu.Unlock()
	if revision == 0 {
		revision = db.revision
	}
	if revision < db.compacted {
		return nil, 0, storage.ErrExpired
	}
	first, _ := slices.BinarySearch(db.keys, from)
	var found []*change
	for _, key := range db.keys[first:] {
		if !strings.HasPrefix(key, prefix) {
			break
		}
		if c := at(db.versions[key], revision).orNil(); c != nil {
			found = append(found, c)
		}
	}
	return found, revision, nil
}

// at is the version that was the newest at a revision; nil where none is that old.
func at(versions []*change, revision uint64) *change {
	if newest := versions[len(versions)-1]; newest.revision <= revision {
		return newest
	}
	later := sort.Search(len(versions), func(i int) bool { return versions[i].revision > revision })
	if later == 0 {
		return nil
	}
	return versions[later-1]
}

// feed is what a watch reads from the log in one go.
type feed struct {
	changes  []*change
	revision uint64          // the watch has now seen all up to this one
	asked    uint64          // how often a progress report was asked for until now
	news     <-chan struct{} // closed when there is more
}

// after reads the log behind a revision. A revision whose followers are gone is storage.ErrExpired.
func (db *Database) after(revision uint64) (feed, error) {
	db.mu.Lock()
	defer db.mu.Unlock()
	if revision < db.compacted {
		return feed{}, storage.ErrExpired
	}
	next := sort.Search(len(db.log), func(i int) bool { return db.log[i].revision > revision })
	return feed{
		changes:  db.log[next:len(db.log):len(db.log)],
		revision: max(revision, db.revision),
		asked:    db.asked,
		news:     db.news,
	}, nil
}

// Compact forgets what was replaced or deleted before a revision, as etcd does when kube-apiserver asks for it every
// five minutes. What a key held at that revision stays. Nothing happens for a revision that is older than the last
// compaction's, or that does not exist yet.
func (db *Database) Compact(revision uint64) {
	db.mu.Lock()
	defer db.mu.Unlock()
	if revision <= db.compacted || revision > db.revision {
		return
	}
	db.compacted = revision
	kept := sort.Search(len(db.log), func(i int) bool { return db.log[i].revision > revision })
	db.log = slices.Clone(db.log[kept:])
	db.keys = slices.DeleteFunc(db.keys, func(key string) bool { return db.forget(key, revision) })
	db.wake()
}

// forget drops the versions of a key that no reading at the revision or later needs, and tells whether none is left.
func (db *Database) forget(key string, revision uint64) bool {
	versions := db.versions[key]
	needed := at(versions, revision)
	versions = slices.DeleteFunc(versions, func(c *change) bool {
		return needed != nil && (c.revision < needed.revision || c == needed && c.object == nil)
	})
	if len(versions) == 0 {
		delete(db.versions, key)
		return true
	}
	db.versions[key] = versions
	return false
}

// Revision is the newest revision.
func (db *Database) Revision() uint64 {
	db.mu.Lock()
	defer db.mu.Unlock()
	return db.revision
}
