package embedetcd

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"
)

// guardInterval is short against the time in which the database is written to next (100 ms), and its cost, a call of stat,
// is small against etcd's own ticks.
const guardInterval = 50 * time.Millisecond

// ErrTampered ends an etcd whose files somebody else changes.
var ErrTampered = errors.New("another process changes the directory")

// guard looks after the database's file until ctx ends: it only ever grows, so one that has become shorter was cut
// off by somebody, and one that is gone takes no more writes that a later start would find.
func guard(ctx context.Context, path string, failed *failure) {
	tick := time.NewTicker(guardInterval)
	defer tick.Stop()
	before, err := os.Stat(path)
	for err == nil {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		var now fs.FileInfo
		if now, err = os.Stat(path); err != nil {
			break
		}
		if now.Size() < before.Size() && os.SameFile(now, before) { // defragmentation makes another file
			failed.report(&FailureError{failed.dir, fmt.Sprintf("its database was cut from %d to %d bytes", before.Size(), now.Size()), ErrTampered})
			return
		}
		before = now
	}
	if errors.Is(err, fs.ErrNotExist) {
		failed.report(&FailureError{failed.dir, "its database was removed", ErrTampered})
		return
	}
	failed.report(&FailureError{failed.dir, "its database is out of reach", err})
}
