package memory

import (
	"context"
	"errors"
	"strings"

	"k8s.io/apimachinery/pkg/runtime"

	kinds "kubepath/chapters/02-kinds"
	storage "kubepath/chapters/05-storage"
)

// Config of a Store.
type Config struct {
	NewFunc  func() runtime.Object // an empty object of the kind that is stored
	Database *Database             // shared with other stores; nil: its own
	Resource string                // the root of its keys: /pods; "": any key
}

// Store keeps the objects of one resource in a Database.
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

// Database is where the store keeps its objects.
func (s *Store) Database() *Database { return s.db }

// Versioner is the one for objects with the usual metadata.
func (s *Store) Versioner() storage.Versioner { return versioner }

// Create is a swap that expects the key to hold nothing.
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
	if errors.Is(err, errLost) {
		err = storage.ErrExists
	}
	if err != nil {
		lease.stop()
		return storage.WrapError("create", key, err)
	}
	return storage.WrapError("create", key, deliver(out, created))
}

// Get delivers what the key holds now, which is as new as any version that exists.
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

// ReadinessCheck is always nil.
func (s *Store) ReadinessCheck() error { return nil }

// Stats counts the objects below the store's resource; their size in bytes is unknown.
func (s *Store) Stats(context.Context) (storage.Stats, error) {
	found, _, err := s.db.scan(s.resource, s.resource, 0)
	return storage.Stats{ObjectCount: int64(len(found))}, err
}

// GetCurrentResourceVersion is the database's newest revision.
func (s *Store) GetCurrentResourceVersion(context.Context) (uint64, error) {
	return s.db.Revision(), nil
}

// CompactRevision is that of the last compaction.
func (s *Store) CompactRevision() uint64 {
	s.db.mu.Lock()
	defer s.db.mu.Unlock()
	return s.db.compacted
}

// prepare checks what each operation on one key is given.
func (s *Store) prepare(ctx context.Context, key string) error {
	if _, err := storage.PrepareKey(s.resource, key, false); err != nil {
		return err
	}
	return ctx.Err()
}

// deliver hands out a change's object: shared with a *kinds.ResultPointer, copied for others.
func deliver(out runtime.Object, c *change) error {
	if out == nil {
		return nil
	}
	if _, shared := out.(*kinds.ResultPointer); shared {
		return kinds.SetResult(out, c.object)
	}
	return kinds.SetResult(out, c.copy())
}
