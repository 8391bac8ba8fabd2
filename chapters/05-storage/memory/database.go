package memory

import (
	"errors"
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

	compacted uint64        // what was replaced or deleted before this revision is gone
	news      chan struct{} // closed, and replaced, when there is something for watches
	asked     uint64        // how often a progress report was asked for
}

// change is what a key holds from a revision on. It is never modified.
type change struct {
	key      string
	revision uint64
	object   runtime.Object // nil: deleted
	old      runtime.Object // what it replaced; nil: nothing
	lease    *lease         // ends the object's life; nil: lives on
}

// errLost: the key does not hold what the writer has seen, because another writer was faster.
var errLost = errors.New("another writer was faster")

// NewDatabase returns an empty database.
func NewDatabase() *Database {
	return &Database{revision: 1, versions: map[string][]*change{}, news: make(chan struct{})}
}

// swap makes the object (nil: nothing) the content of key, if the key's last change still is the one at revision seen
// (0: holds nothing). Otherwise nothing happens: errLost. The database keeps the object.
//
// This is all the concurrency control there is: nobody waits for a lock while deciding what to write, and of several
// writers that have seen the same state exactly one succeeds. In etcd it is a transaction that compares ModRevision.
func (db *Database) swap(key string, seen uint64, object runtime.Object, l *lease) (*change, error) {
	db.mu.Lock()
	defer db.mu.Unlock()
	now := db.newest(key)
	if now.revisionOrZero() != seen {
		return nil, errLost
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
	return db.newest(key), db.revision
}

// newest is current for those who hold the lock.
func (db *Database) newest(key string) *change {
	if versions := db.versions[key]; len(versions) > 0 {
		return versions[len(versions)-1].orNil()
	}
	return nil
}

// wake tells the watches to look at the log.
func (db *Database) wake() {
	close(db.news)
	db.news = make(chan struct{})
}

// orNil is nil for a deletion.
func (c *change) orNil() *change {
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
