package workshop

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestAChangeIsSeenWithinASecond(t *testing.T) {
	for _, row := range []struct {
		name   string
		events bool
	}{
		{"told by the file system", true},
		{"found by looking, where file events are missing", false},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			folder := t.TempDir()
			path := filepath.Join(folder, "a.go")
			ctx, stop := context.WithCancel(t.Context())
			defer stop()
			events, close := fileEvents(folder)
			defer close()
			if !row.events {
				events = nil
			}
			changes := changesOf(ctx, folder, events)
			for _, change := range []func() error{
				func() error { return os.WriteFile(path, []byte("package a"), 0o644) },
				func() error { return os.WriteFile(path, []byte("package a // longer"), 0o644) },
				func() error { return os.Rename(path, filepath.Join(folder, "b.go")) },
				func() error { return os.Remove(filepath.Join(folder, "b.go")) },
			} {
				if err := change(); err != nil {
					t.Fatal(err)
				}
				began := time.Now()
				<-changes
				if took := time.Since(began); took > time.Second {
					t.Errorf("seen after %v", took)
				}
			}
		})
	}
}
