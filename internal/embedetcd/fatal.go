package embedetcd

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// etcd ends the process with log.Fatal or log.Panic when its data cannot be read or written: from whichever goroutine,
// behind a silent logger without a word, else with a stack for a full disk. Here such an entry ends the goroutine, and its
// reason goes to who runs the server (Server.Failed).
//
// What stays is what no code can catch: bbolt reads its database as memory, and where the file loses pages under it, the
// processor itself reports a fault (SIGBUS), which ends the process with a stack. guard.go looks for that, a little ahead
// of the next read; and the next start says what is damaged.

// FailureError says why etcd cannot go on. Each write that was answered is in its log.
type FailureError struct {
	Dir   string
	Doing string // in etcd's words
	Err   error  // nil: etcd gave none
}

func (e *FailureError) Error() string {
	if e.Err == nil {
		return fmt.Sprintf("etcd ended, with its data in %s: %s", e.Dir, e.Doing)
	}
	return fmt.Sprintf("etcd ended, with its data in %s: %s: %v", e.Dir, e.Doing, e.Err)
}

func (e *FailureError) Unwrap() error { return e.Err }

// failure is where the first one goes; what comes after it is its consequence.
type failure struct {
	context.Context // ends with the failure, which is its cause
	dir             string
	report          context.CancelCauseFunc
}

func newFailure(dir string) *failure {
	ctx, report := context.WithCancelCause(context.Background())
	return &failure{ctx, dir, report}
}

// logger writes nothing, and takes what etcd ends with.
func (f *failure) logger() *zap.Logger {
	return zap.New(zapcore.NewNopCore(), zap.WithFatalHook(f), zap.WithPanicHook(f))
}

// OnWrite implements zapcore.CheckWriteHook.
func (f *failure) OnWrite(entry *zapcore.CheckedEntry, fields []zapcore.Field) {
	said := &FailureError{Dir: f.dir, Doing: entry.Message}
	for _, field := range fields {
		if err, ok := field.Interface.(error); ok && field.Type == zapcore.ErrorType {
			said.Err = err
		}
	}
	f.report(said)
	runtime.Goexit()
}

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
