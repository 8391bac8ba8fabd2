package memory_test

import (
	"context"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"kubepath/chapters/05-storage/memory"
	"kubepath/chapters/05-storage/storagetest"
)

func openMemory(testing.TB) storagetest.Fixture {
	s := memory.Open(memory.Config{Resource: "/pods", NewFunc: func() runtime.Object { return &corev1.Pod{} }})
	return storagetest.Fixture{
		Storage: s,
		Compact: func(_ context.Context, revision uint64) error {
			s.Database().Compact(revision)
			return nil
		},
		Without: map[string]string{
			"Corrupt": "memory holds objects, which cannot be unreadable",
			"RawGet":  "memory holds objects, not bytes",
		},
	}
}

func TestMemory(t *testing.T) { storagetest.Run(t, openMemory) }
