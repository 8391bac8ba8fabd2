package etcd3_test

import (
	"context"
	"flag"
	"testing"

	clientv3 "go.etcd.io/etcd/client/v3"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"

	kinds "kubepath/chapters/02-kinds"
	"kubepath/chapters/05-storage/memory"
	etcd3 "kubepath/chapters/07-etcd3"
	"kubepath/internal/embedetcd"
	"kubepath/internal/tools/racetest"
)

var update = flag.Bool("update", false, "write the traces of testdata/races anew")

const races = "testdata/races/*.txtar"

func newPod() runtime.Object { return &corev1.Pod{} }

// TestRaces plays the scripts of races on etcd, each on one of its own, so that revisions begin at 2.
func TestRaces(t *testing.T) {
	t.Parallel()
	codec, err := kinds.NewCodecs(kinds.NewScheme()).StorageCodec(runtime.ContentTypeProtobuf)
	if err != nil {
		t.Fatal(err)
	}
	racetest.Suite{Name: "etcd3", Scripts: races, Update: *update, Open: func(t *testing.T) []racetest.Command {
		etcd, err := embedetcd.Start(t.Context(), embedetcd.Options{})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { etcd.Close() })
		seen := *etcd.Client()
		seen.KV = racetest.KV(seen.KV)
		pods := etcd3.Open(etcd3.Config{Client: &seen, Codec: codec, NewFunc: newPod, Resource: "/pods"})
		return racetest.StorageCommands(pods, func(ctx context.Context, revision uint64) error {
			_, err := etcd.Client().Compact(ctx, int64(revision), clientv3.WithCompactPhysical())
			return err
		})
	}}.Run(t)
}

// TestRacesEndTheSameInMemory plays the same scripts on chapter 5's storage: each row but those of etcd is the same.
func TestRacesEndTheSameInMemory(t *testing.T) {
	t.Parallel()
	racetest.Suite{Name: "memory", Scripts: races, Without: []string{"etcd"}, Open: func(*testing.T) []racetest.Command {
		pods := memory.Open(memory.Config{Resource: "/pods", NewFunc: newPod})
		return racetest.StorageCommands(pods, func(_ context.Context, revision uint64) error {
			pods.Database().Compact(revision)
			return nil
		})
	}}.Run(t)
}
