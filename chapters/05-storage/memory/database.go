package memory

import (
	"errors"
	"slices"
	"sort"
	"strings"
	"sync"

	"k8s.io/apimachinery/pkg/runtime"

	storage "kubepath/chapters/05-storage"
)

// Database holds keys, what they hold now, and what they held before. Like etcd it counts one revision per change, for
// all keys together, beginning after 1. Several Stores may share one.
type Database struct {
	mu       sync.Mutex
	revision uint64               // of the newest change
	keys     []string             // sorted; also deleted ones, as long as history remembers them
	versions map[string][]*change // of each key, oldest first
	log      []*change            // of all keys, oldest first

	compacted        uint64        // what was replaced or deleted before this revision is gone
	changed          chan struct{} // closed, and replaced, when there is something for watches
	progressRequests uint64        // how often a progress report was asked for
}

// change is what a key holds from a revision on. It is never modified.
type change struct {
	key      string
	revision uint64
	object   runtime.Object // nil: deleted
	old      runtime.Object // what it replaced; nil: nothing
	lease    *lease         // ends the object's life; nil: lives on
}

// errLostRace: the key does not hold what the writer has seen, because another writer was faster.
var errLostRace = errors.New("another writer was faster")

// NewDatabase returns an empty database.
func NewDatabase() *Database {
	return &Database{revision: 1, versions: map[string][]*change{}, changed: make(chan struct{})}
}

// swap makes the object (nil: nothing) the content of key, if the key's last change still is the one at revision seen
// (0: holds nothing). Otherwise nothing happens: errLostRace. The database keeps the object.
//
// This is all the concurrency control there is: nobody waits for a lock while deciding what to write, and of several
// writers that have seen the same state exactly one succeeds. In etcd it is a transaction that compares ModRevision.
func (db *Database) swap(key string, seen uint64, object runtime.Object, l *lease) (*change, error) {
	db.mu.Lock()
	defer db.mu.Unlock()
	now := db.newestLocked(key)
	if now.revisionOrZero() != seen {
		return nil, errLostRace
	}
	next := &change{key: key, revision: db.revision + 1, object: object, lease: l}
	if now != nil {
		next.old = now.object
	}
	if object != nil {
		if err := versioner.UpdateObject(object, next.revision); err != nil {
			return nil, err
		}
	}
	now.releaseLease(l)
	db.record(next)
	return next, nil
}

// current is what key holds and the newest revision of the database; nil where it holds nothing.
func (db *Database) current(key string) (*change, uint64) {
	db.mu.Lock()
	defer db.mu.Unlock()
	return db.newestLocked(key), db.revision
}

// newestLocked is current for those who hold the lock.
func (db *Database) newestLocked(key string) *change {
	if versions := db.versions[key]; len(versions) > 0 {
		return versions[len(versions)-1].liveOrNil()
	}
	return nil
}

// notify tells the watches to look at the log.
func (db *Database) notify() {
	close(db.changed)
	db.changed = make(chan struct{})
}

// liveOrNil is nil for a deletion.
func (c *change) liveOrNil() *change {
	if c == nil || c.object == nil {
		return nil
	}
	return c
}

func (c *change) revisionOrZero() uint64 {
	if c == nil {
		return 0
	}
	return c.revision
}

// copy is the object for a caller to own.
func (c *change) copy() runtime.Object { return c.object.DeepCopyObject() }

var versioner storage.APIObjectVersioner

// record appends a change to the history, with the lock held.
func (db *Database) record(next *change) {
	db.revision = next.revision
	db.log = append(db.log, next)
	if len(db.versions[next.key]) == 0 {
		at, _ := slices.BinarySearch(db.keys, next.key)
		db.keys = slices.Insert(db.keys, at, next.key)
	}
	db.versions[next.key] = append(db.versions[next.key], next)
	db.notify()
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
		if c := versionAt(db.versions[key], revision).liveOrNil(); c != nil {
			found = append(found, c)
		}
	}
	return found, revision, nil
}

// versionAt is the version that was the newest at a revision; nil where none is that old.
func versionAt(versions []*change, revision uint64) *change {
	if newest := versions[len(versions)-1]; newest.revision <= revision {
		return newest
	}
	later := sort.Search(len(versions), func(i int) bool { return versions[i].revision > revision })
	if later == 0 {
		return nil
	}
	return versions[later-1]
}

// logPage is what a watch reads from the log in one go.
type logPage struct {
	changes          []*change
	revision         uint64          // the watch has now seen all up to this one
	progressRequests uint64          // how often a progress report was asked for until now
	changed          <-chan struct{} // closed when there is more
}

// changesAfter reads the log behind a revision. A revision whose followers are gone is storage.ErrExpired.
func (db *Database) changesAfter(revision uint64) (logPage, error) {
	db.mu.Lock()
	defer db.mu.Unlock()
	if revision < db.compacted {
		return logPage{}, storage.ErrExpired
	}
	next := sort.Search(len(db.log), func(i int) bool { return db.log[i].revision > revision })
	return logPage{
		changes:          db.log[next:len(db.log):len(db.log)],
		revision:         max(revision, db.revision),
		progressRequests: db.progressRequests,
		changed:          db.changed,
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
	db.keys = slices.DeleteFunc(db.keys, func(key string) bool { return db.compactKey(key, revision) })
	db.notify()
}

// compactKey drops the versions of a key that no reading at the revision or later needs, and tells whether none is left.
func (db *Database) compactKey(key string, revision uint64) bool {
	versions := db.versions[key]
	needed := versionAt(versions, revision)
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
