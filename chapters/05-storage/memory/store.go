package memory

import (
	"context"
	"errors"
	"strings"

	"k8s.io/apimachinery/pkg/runtime"

	kinds "kubepath/chapters/02-kinds"
	storage "kubepath/chapters/05-storage"
)

// Config is the configuration of a Store.
type Config struct {
	NewFunc  func() runtime.Object // returns an empty object of the stored kind
	Database *Database             // may be shared with other stores; nil: a new one
	Resource string                // the prefix of its keys: /pods; "": any key
}

// Store stores the objects of one resource in a Database.
type Store struct {
	db       *Database
	newFunc  func() runtime.Object
	resource string
}

var _ storage.Interface = (*Store)(nil)

// Open returns a store.
func Open(c Config) *Store {
	if c.Database == nil {
		c.Database = NewDatabase()
	}
	return &Store{db: c.Database, newFunc: c.NewFunc, resource: strings.TrimSuffix(c.Resource, "/") + "/"}
}

// Database returns the store's database.
func (s *Store) Database() *Database { return s.db }

// Versioner returns the APIObjectVersioner.
func (s *Store) Versioner() storage.Versioner { return versioner }

// Create is a swap that expects no object at key.
func (s *Store) Create(ctx context.Context, key string, obj, out runtime.Object, ttl uint64) error {
	if err := s.prepare(ctx, key); err != nil {
		return storage.WrapError("create", key, err)
	}
	if version, _ := versioner.ObjectResourceVersion(obj); version != 0 {
		return storage.WrapError("create", key, storage.ErrResourceVersionSet)
	}
	object := obj.DeepCopyObject()
	if err := versioner.PrepareObjectForStorage(object); err != nil {
		return storage.WrapError("create", key, err)
	}
	lease := s.db.grant(key, ttl)
	created, err := s.db.swap(key, 0, object, lease)
	if errors.Is(err, errLostRace) {
		err = storage.ErrExists
	}
	if err != nil {
		lease.stop()
		return storage.WrapError("create", key, err)
	}
	return storage.WrapError("create", key, deliver(out, created))
}

// Get stores the newest object of key in out.
func (s *Store) Get(ctx context.Context, key string, opts storage.GetOptions, out runtime.Object) error {
	if err := s.prepare(ctx, key); err != nil {
		return storage.WrapError("get", key, err)
	}
	found, revision := s.db.current(key)
	if err := storage.ValidateMinimumResourceVersion(opts.ResourceVersion, revision); err != nil {
		return storage.WrapError("get", key, err)
	}
	switch {
	case found != nil:
		return storage.WrapError("get", key, deliver(out, found))
	case opts.IgnoreNotFound:
		return storage.WrapError("get", key, storage.SetZeroValue(out))
	}
	return storage.WrapError("get", key, storage.ErrNotFound)
}

// ReadinessCheck always returns nil.
func (s *Store) ReadinessCheck() error { return nil }

// Stats counts the objects below the store's resource; their size in bytes is unknown.
func (s *Store) Stats(context.Context) (storage.Stats, error) {
	found, _, err := s.db.scan(s.resource, s.resource, 0)
	return storage.Stats{ObjectCount: int64(len(found))}, err
}

// GetCurrentResourceVersion returns the database's newest revision.
func (s *Store) GetCurrentResourceVersion(context.Context) (uint64, error) {
	return s.db.Revision(), nil
}

// CompactRevision returns the revision of the last compaction.
func (s *Store) CompactRevision() uint64 {
	s.db.mu.Lock()
	defer s.db.mu.Unlock()
	return s.db.compacted
}

// prepare checks the key and the context of an operation on one key.
func (s *Store) prepare(ctx context.Context, key string) error {
	if _, err := storage.PrepareKey(s.resource, key, false); err != nil {
		return err
	}
	return ctx.Err()
}

// deliver stores a change's object in out: the object itself in a *kinds.ResultPointer, a copy in any other
// out-pointer.
func deliver(out runtime.Object, c *change) error {
	if out == nil {
		return nil
	}
	if _, shared := out.(*kinds.ResultPointer); shared {
		return kinds.SetResult(out, c.object)
	}
	return kinds.SetResult(out, c.copy())
}

// GetList scans the keys at one revision of the database.
func (s *Store) GetList(ctx context.Context, key string, opts storage.ListOptions, out *kinds.List) error {
	key, err := storage.PrepareKey(s.resource, key, opts.Recursive)
	if err == nil {
		err = ctx.Err()
	}
	if err == nil {
		err = s.list(key, opts, out)
	}
	return storage.WrapError("list", key, err)
}

func (s *Store) list(key string, opts storage.ListOptions, out *kinds.List) error {
	reading, err := storage.ValidateListOptions(key, opts)
	if err != nil {
		return err
	}
	if err := reading.Check(s.db.Revision()); err != nil {
		return err
	}
	found, revision, err := s.read(key, reading, opts.Recursive)
	if err != nil { // a scan fails only if the revision is compacted
		return reading.Expired(key)
	}
	rest, err := appendMatching(found, opts, out)
	if err != nil {
		return err
	}
	if len(rest) == 0 {
		return versioner.UpdateList(out, revision, "", nil)
	}
	last := found[len(found)-len(rest)-1]
	next, err := storage.EncodeContinue(last.key+"\x00", key, int64(revision))
	if err != nil {
		return err
	}
	return versioner.UpdateList(out, revision, next, opts.Predicate.RemainingItemCount(len(rest)))
}

// read scans the keys of a list; without recursive, only key itself.
func (s *Store) read(key string, r storage.ListStart, recursive bool) ([]*change, uint64, error) {
	found, revision, err := s.db.scan(key, r.Key, r.Revision)
	if !recursive && len(found) > 0 {
		if found = found[:1]; found[0].key != key {
			found = nil
		}
	}
	return found, revision, err
}

// appendMatching appends copies of the objects that match to the list, until the limit is reached. It returns the
// objects that it has not checked.
func appendMatching(found []*change, opts storage.ListOptions, out *kinds.List) (rest []*change, err error) {
	limit := int(opts.Predicate.Limit)
	if !opts.Recursive {
		limit = 0
	}
	before := len(out.Items)
	for i, c := range found {
		if limit > 0 && len(out.Items)-before == limit {
			return found[i:], nil
		}
		matches, err := opts.Predicate.Matches(c.object)
		if err != nil {
			return nil, err
		}
		if matches {
			out.Items = append(out.Items, c.copy())
		}
	}
	return nil, nil
}
