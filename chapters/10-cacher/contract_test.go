package cacher

import (
	"testing"

	"kubepath/chapters/05-storage/storagetest"
)

func TestBeforeMemory(t *testing.T) {
	storagetest.Run(t, func(tb testing.TB) storagetest.Fixture {
		_, f := openMemory()
		f = front(tb, f, Config{})
		f.Storage = paced{f.Storage.(upToDate)}
		return f
	})
}

// TestBeforeEtcd is not parallel: cases that compact would disturb the other tests of this package.
func TestBeforeEtcd(t *testing.T) {
	storagetest.Run(t, func(tb testing.TB) storagetest.Fixture { return front(tb, openEtcd(tb), Config{}) })
}

func TestBeforeEtcdWithHints(t *testing.T) {
	storagetest.Run(t, func(tb testing.TB) storagetest.Fixture { return front(tb, openEtcd(tb), Config{Hints: true}) },
		"update", "precondition", "hint", "delete", "concurrency")
}
