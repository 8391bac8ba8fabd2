package embedetcd

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// The file stands for the database: reading one that was cut off ends the process.
func TestADatabaseThatIsCutOffIsNoticed(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "db")
	if err := os.WriteFile(path, make([]byte, 4096), 0o600); err != nil {
		t.Fatal(err)
	}
	failed := newFailure("data")
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	go func() {
		for i := 0; ctx.Err() == nil && context.Cause(failed) == nil; i++ { // grows and is cut off, time and again
			os.Truncate(path, 4096<<(i%2))
		}
	}()
	guard(ctx, path, failed)
	if err := context.Cause(failed); !errors.Is(err, ErrTampered) || !strings.HasPrefix(err.Error(), "etcd ended, with its data in data: its database was cut from") {
		t.Errorf("%v", err)
	}
}

func TestADirectoryThatIsRemovedIsNoticed(t *testing.T) {
	t.Parallel()
	s := start(t, Options{DataDir: filepath.Join(t.TempDir(), "data")})
	if err := os.RemoveAll(s.DataDir()); err != nil {
		t.Fatal(err)
	}
	select {
	case <-s.Failed().Done():
	case <-time.After(30 * time.Second):
		t.Fatal("nobody noticed")
	}
	if err := context.Cause(s.Failed()); !errors.Is(err, ErrTampered) || !strings.Contains(err.Error(), "its database was removed") {
		t.Errorf("%v", err)
	}
}

func TestAStartHasADeadline(t *testing.T) {
	t.Parallel()
	s, err := Start(t.Context(), Options{StartTimeout: time.Nanosecond})
	if err == nil {
		s.Close()
		t.Fatal("it started")
	}
	if want := "it does not start: it has not answered for 1ns"; !strings.Contains(err.Error(), want) {
		t.Errorf("%v, want %s", err, want)
	}
}
