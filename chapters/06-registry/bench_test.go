package registry_test

import (
	"context"
	"strconv"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"

	kinds "kubepath/chapters/02-kinds"
	rest "kubepath/chapters/04-rest"
	storage "kubepath/chapters/05-storage"
	"kubepath/chapters/05-storage/memory"
	registry "kubepath/chapters/06-registry"
)

// What the Store costs is the difference between the two rows of each benchmark.

// bare is a Store over the memory storage, without a recorder between.
func bare() *registry.Store {
	s, _ := configMaps()
	s.Storage = memory.Open(memory.Config{NewFunc: s.NewFunc})
	return s
}

func filled() *corev1.ConfigMap {
	return configMap("a", func(cm *corev1.ConfigMap) {
		cm.Labels = map[string]string{"app": "web", "tier": "front"}
		cm.Data = map[string]string{"config": string(make([]byte, 1000))}
	})
}

func BenchmarkGet(b *testing.B) {
	s := bare()
	mustCreate(b, s, filled())
	ctx := inNamespace()
	b.Run("store", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := s.Get(ctx, "a", nil); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("storage", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			var out kinds.ResultPointer
			if err := s.Storage.Get(ctx, "/configmaps/ns/a", storage.GetOptions{}, &out); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkList100(b *testing.B) {
	s := bare()
	ctx := inNamespace()
	for i := range 100 {
		cm := filled()
		cm.Name = strconv.Itoa(i)
		mustCreate(b, s, cm)
	}
	b.Run("store", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := s.List(ctx, nil); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("storage", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			var out kinds.List
			if err := s.Storage.GetList(ctx, "/configmaps/ns", storage.ListOptions{Recursive: true}, &out); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkCreate also deletes, so that the storage does not grow.
func BenchmarkCreate(b *testing.B) {
	ctx := inNamespace()
	b.Run("store", func(b *testing.B) {
		b.ReportAllocs()
		s := bare()
		for b.Loop() {
			if _, err := s.Create(ctx, filled(), nil); err != nil {
				b.Fatal(err)
			}
			if err := s.Storage.Delete(ctx, "/configmaps/ns/a", nil, noOptions); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("storage", func(b *testing.B) {
		b.ReportAllocs()
		s := bare()
		for b.Loop() {
			var out kinds.ResultPointer
			if err := s.Storage.Create(ctx, "/configmaps/ns/a", filled(), &out, 0); err != nil {
				b.Fatal(err)
			}
			if err := s.Storage.Delete(ctx, "/configmaps/ns/a", nil, noOptions); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkUpdate(b *testing.B) {
	s := bare()
	mustCreate(b, s, filled())
	ctx := inNamespace()
	next := func(n int) *corev1.ConfigMap {
		cm := filled()
		cm.Data["n"] = strconv.Itoa(n)
		return cm
	}
	b.Run("store", func(b *testing.B) {
		b.ReportAllocs()
		n := 0
		for b.Loop() {
			n++
			_, _, err := s.Update(ctx, "a", &rest.Update{
				Mutate: func(context.Context, runtime.Object) (runtime.Object, error) { return next(n), nil },
			})
			if err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("storage", func(b *testing.B) {
		b.ReportAllocs()
		n := 0
		for b.Loop() {
			n++
			var out kinds.ResultPointer
			err := s.Storage.GuaranteedUpdate(ctx, "/configmaps/ns/a", &out, storage.Update{
				Mutate: func(runtime.Object, storage.ResponseMeta) (storage.MutateResult, error) {
					return storage.MutateResult{Object: next(n)}, nil
				},
			})
			if err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkDelete(b *testing.B) {
	ctx := inNamespace()
	b.Run("store", func(b *testing.B) {
		b.ReportAllocs()
		s := bare()
		for b.Loop() {
			if err := s.Storage.Create(ctx, "/configmaps/ns/a", filled(), nil, 0); err != nil {
				b.Fatal(err)
			}
			if _, _, err := s.Delete(ctx, "a", nil); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("storage", func(b *testing.B) {
		b.ReportAllocs()
		s := bare()
		for b.Loop() {
			if err := s.Storage.Create(ctx, "/configmaps/ns/a", filled(), nil, 0); err != nil {
				b.Fatal(err)
			}
			if err := s.Storage.Delete(ctx, "/configmaps/ns/a", nil, noOptions); err != nil {
				b.Fatal(err)
			}
		}
	})
}
