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

// Database has keys with their current and earlier objects. Like etcd it counts one revision per change, for all keys
// together; the first change is revision 2. Several Stores may share one.
type Database struct {
	mu       sync.Mutex
	revision uint64               // of the newest change
	keys     []string             // sorted; deleted keys too, until they are compacted
	versions map[string][]*change // of each key, oldest first
	log      []*change            // of all keys, oldest first

	compacted        uint64        // the revision of the last compaction: older revisions cannot be read
	changed          chan struct{} // closed, and replaced, to wake the watches
	progressRequests uint64        // the number of calls of RequestWatchProgress
}

// change is one change of a key. It is immutable.
type change struct {
	key      string
	revision uint64
	object   runtime.Object // nil: deleted
	old      runtime.Object // the replaced object; nil: none
	lease    *lease         // when it ends, the object is deleted; nil: none
}

// errLostRace: another writer has changed the key since it was read.
var errLostRace = errors.New("another writer was faster")

// NewDatabase returns an empty database.
func NewDatabase() *Database {
	return &Database{revision: 1, versions: map[string][]*change{}, changed: make(chan struct{})}
}

// swap writes object (nil: deletes) at key, if the key's last change is still at revision seen (0: the key has no
// object). Otherwise it returns errLostRace and changes nothing. The database keeps the object; the caller must not
// change it.
//
// This is optimistic concurrency control: no writer holds a lock between its read and its write, and of several writers
// that have read the same revision exactly one succeeds. In etcd it is a transaction that compares ModRevision.
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

// current returns the newest change of key (nil: it has no object), and the newest revision of the database.
func (db *Database) current(key string) (*change, uint64) {
	db.mu.Lock()
	defer db.mu.Unlock()
	return db.newestLocked(key), db.revision
}

// newestLocked returns the newest change of key. The caller holds the lock.
func (db *Database) newestLocked(key string) *change {
	if versions := db.versions[key]; len(versions) > 0 {
		return versions[len(versions)-1].liveOrNil()
	}
	return nil
}

// notify wakes the watches, which then read the log.
func (db *Database) notify() {
	close(db.changed)
	db.changed = make(chan struct{})
}

// liveOrNil returns nil for a deletion.
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

// copy returns a copy of the object, which the caller may change.
func (c *change) copy() runtime.Object { return c.object.DeepCopyObject() }

var versioner storage.APIObjectVersioner

// record appends a change to the history. The caller holds the lock.
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

// scan returns the objects below prefix, beginning at the key from, as they were at a revision (0: the newest), in the
// order of their keys, and that revision. A compacted revision is storage.ErrExpired.
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

// versionAt returns the newest version up to a revision; nil if there is none.
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

// logPage is the part of the log that a watch reads at once.
type logPage struct {
	changes          []*change
	revision         uint64          // the page has all changes up to it
	progressRequests uint64          // the number of calls of RequestWatchProgress so far
	changed          <-chan struct{} // closed when the next page can be read
}

// changesAfter returns the changes after a revision. A compacted revision is storage.ErrExpired.
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

// Compact removes the history before a revision, as etcd does when kube-apiserver requests it every five minutes. The
// objects at that revision are kept. It does nothing for a revision that is older than the last compaction, or that
// does not exist yet.
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

// compactKey removes the versions of a key that no read at the revision or later needs, and reports whether none is
// left.
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

// Revision returns the newest revision.
func (db *Database) Revision() uint64 {
	db.mu.Lock()
	defer db.mu.Unlock()
	return db.revision
}
