package workshop

import (
	"context"
	"os"
	"path/filepath"
	"time"

	"github.com/fsnotify/fsnotify"
)

const (
	// pollEvery is how often the folder is looked at where file events are missing: network folders, containers.
	pollEvery = 400 * time.Millisecond
	// settled is how long a folder stays the same before a change counts: editors write in several steps.
	settled = 60 * time.Millisecond
)

// snapshot is what is known of a folder's Go files without reading them.
type snapshot map[string]fileState

type fileState struct {
	changed time.Time
	size    int64
}

// look never fails: what is not there, as between the two steps in which an editor replaces a file, is left out.
func look(folder string) snapshot {
	s := snapshot{}
	paths, _ := filepath.Glob(filepath.Join(folder, "*.go"))
	for _, path := range paths {
		if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
			s[path] = fileState{info.ModTime(), info.Size()}
		}
	}
	return s
}

func (s snapshot) equal(other snapshot) bool {
	if len(s) != len(other) {
		return false
	}
	for path, state := range s {
		was, ok := other[path]
		if !ok || !was.changed.Equal(state.changed) || was.size != state.size {
			return false
		}
	}
	return true
}

// changesOf tells of each change of the Go files in a folder, until ctx ends. Events (nil: none) only say when to look
// sooner, so a missing one costs time and nothing else.
func changesOf(ctx context.Context, folder string, events <-chan fsnotify.Event) <-chan struct{} {
	changes := make(chan struct{}, 1)
	known := look(folder)
	go func() {
		poll := time.NewTicker(pollEvery)
		defer poll.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-events:
			case <-poll.C:
			}
			seen := look(folder)
			if seen.equal(known) || !stays(ctx, folder, seen) {
				continue
			}
			known = seen
			select {
			case changes <- struct{}{}:
			default: // one is waiting already
			}
		}
	}()
	return changes
}

// stays tells whether the folder is still the same a moment later. Where it is not, a later look finds the change.
func stays(ctx context.Context, folder string, seen snapshot) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(settled):
		return look(folder).equal(seen)
	}
}

// fileEvents are the file system's own; none where it has none.
func fileEvents(folder string) (events <-chan fsnotify.Event, stop func()) {
	none := func() {}
	watcher, err := fsnotify.NewWatcher()
	if err != nil {
		return nil, none
	}
	if err := watcher.Add(folder); err != nil {
		watcher.Close()
		return nil, none
	}
	return watcher.Events, func() { watcher.Close() }
}
