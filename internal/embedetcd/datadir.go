package embedetcd

import (
	"errors"
	"fmt"
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

// probe finds an etcd that is not ours on the directory, and a database that cannot be read.
func (d *dataDir) probe() error {
	db := filepath.Join(d.path, "member", "snap", "db")
	if !fileutil.Exist(db) {
		return nil
	}
	opened, err := bolt.Open(db, 0o600, &bolt.Options{ReadOnly: true, Timeout: time.Millisecond})
	switch {
	case errors.Is(err, bolterrors.ErrTimeout):
		return inUse(d.path)
	case err != nil:
		return fmt.Errorf("data directory %s cannot be read: %w", d.path, err)
	}
	return opened.Close()
}

// release gives the directory free, and removes a temporary one.
func (d *dataDir) release() error {
	if d.temporary {
		return os.RemoveAll(d.path)
	}
	return d.lock.Close()
}
