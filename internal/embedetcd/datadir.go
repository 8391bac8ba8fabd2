package embedetcd

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	bolt "go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"
	"go.etcd.io/etcd/client/pkg/v3/fileutil"
)

// dataDir is a directory that no other process uses until it is released.
type dataDir struct {
	path      string
	temporary bool
	lock      *fileutil.LockedFile
}

// claim takes the directory, or a new temporary one when path is empty. etcd itself would wait without an end for a
// directory that another process holds; here that is an error at once.
func claim(path string) (*dataDir, error) {
	if path == "" {
		path, err := os.MkdirTemp("", "kubepath-etcd-")
		return &dataDir{path: path, temporary: true}, err
	}
	if err := os.MkdirAll(path, 0o700); err != nil {
		return nil, fmt.Errorf("data directory %s cannot be made: %w", path, err)
	}
	lock, err := fileutil.TryLockFile(filepath.Join(path, "kubepath.lock"), os.O_WRONLY|os.O_CREATE, 0o600)
	switch {
	case errors.Is(err, fileutil.ErrLocked):
		return nil, inUse(path)
	case err != nil:
		return nil, fmt.Errorf("data directory %s cannot be written to: %w", path, err)
	}
	d := &dataDir{path: path, lock: lock}
	if err := d.probe(); err != nil {
		return nil, errors.Join(err, d.release())
	}
	return d, nil
}

func inUse(path string) error {
	return fmt.Errorf("data directory %s is in use by another process", path)
}

// DamageError says why etcd cannot start with a data directory. Nothing in the directory was changed.
type DamageError struct {
	Dir string
	Err error
}

func (e *DamageError) Error() string {
	return fmt.Sprintf("data directory %s is damaged: %v", e.Dir, e.Err)
}

func (e *DamageError) Unwrap() error { return e.Err }

// probe finds an etcd that is not ours on the directory, and data on which etcd would crash or wait for ever.
func (d *dataDir) probe() error {
	has, err := d.readDatabase()
	if err != nil {
		return err
	}
	if err := compareLog(filepath.Join(d.path, "member", "wal"), has); err != nil {
		return &DamageError{d.path, err}
	}
	return nil
}

// database is where etcd has it.
func (d *dataDir) database() string { return filepath.Join(d.path, "member", "snap", "db") }

// startTimeout is a minute, and a second more for each 10 MiB that etcd has to read.
func (d *dataDir) startTimeout() time.Duration {
	timeout := time.Minute
	if info, err := os.Stat(d.database()); err == nil {
		timeout += time.Duration(info.Size()/(10<<20)) * time.Second
	}
	return timeout
}

// readDatabase checks the database, and reads what must fit the log. A missing and an empty one have nothing.
func (d *dataDir) readDatabase() (database, error) {
	path := d.database()
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return database{}, nil
	case err != nil:
		return database{}, fmt.Errorf("data directory %s cannot be read: %w", d.path, err)
	case info.Size() == 0:
		return database{}, nil
	}
	db, err := bolt.Open(path, 0o600, &bolt.Options{ReadOnly: true, Timeout: time.Millisecond})
	switch {
	case errors.Is(err, bolterrors.ErrTimeout):
		return database{}, inUse(d.path)
	case errors.Is(err, fs.ErrPermission):
		return database{}, fmt.Errorf("data directory %s cannot be read: %w", d.path, err)
	case err != nil:
		return database{}, &DamageError{d.path, fmt.Errorf("the database: %w", err)}
	}
	defer db.Close()
	if err := checkPages(path); err != nil {
		return database{}, &DamageError{d.path, fmt.Errorf("the database: %w", err)}
	}
	return readDatabase(db)
}

// release gives the directory free, and removes a temporary one.
func (d *dataDir) release() error {
	if d.temporary {
		return os.RemoveAll(d.path)
	}
	return d.lock.Close()
}
