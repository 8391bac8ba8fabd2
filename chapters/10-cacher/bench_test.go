package cacher

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"sync"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"

	kinds "kubepath/chapters/02-kinds"
	storage "kubepath/chapters/05-storage"
	etcd3 "kubepath/chapters/07-etcd3"
)

const many = 10_000

// full is a storage over etcd with 10,000 pods of about 5 KB each as JSON, and a cache of it.
func full(b *testing.B) (below storage.Interface, c *Cacher) {
	b.Helper()
	_, config := etcd(b, nil)
	below = etcd3.Open(config)
	for i := range many {
		p := pod(fmt.Sprintf("p%05d", i))
		p.Labels = map[string]string{"app": fmt.Sprint(i % 100)}
		for j := range 40 {
			p.Spec.Containers[0].Env = append(p.Spec.Containers[0].Env, corev1.EnvVar{
				Name: fmt.Sprintf("VARIABLE_%d", j), Value: "a value that is about as long as most are, and a bit longer",
			})
		}
		if err := below.Create(context.Background(), "/pods/default/"+p.Name, p, nil, 0); err != nil {
			b.Fatal(err)
		}
	}
	return below, cached(b, Config{Storage: below})
}

func form(b *testing.B) kinds.MediaTypeOptions {
	b.Helper()
	f, err := codecs().NegotiateOutputMediaType("application/json", nil)
	if err != nil {
		b.Fatal(err)
	}
	return f
}

// BenchmarkList10000 lists 10,000 pods as JSON: from the cache, with each object encoded anew, from etcd, and the bare
// bytes.
func BenchmarkList10000(b *testing.B) {
	below, c := full(b)
	json := form(b)
	write := func(b *testing.B, list *kinds.List, w io.Writer) {
		if err := codecs().Encode(w, list, corev1.SchemeGroupVersion, json); err != nil {
			b.Fatal(err)
		}
	}
	var bare bytes.Buffer
	write(b, list(b, c, storage.ListOptions{ResourceVersion: "0"}), &bare)
	for _, row := range []struct {
		name    string
		from    storage.Interface
		version string
		anew    bool
	}{
		{"cache, version 0", c, "0", false},
		{"cache, consistent", c, "", false},
		{"cache, each encoded anew", c, "0", true},
		{"etcd", below, "", false},
	} {
		b.Run(row.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				l := list(b, row.from, storage.ListOptions{ResourceVersion: row.version})
				for i, item := range l.Items {
					if row.anew {
						l.Items[i] = item.(runtime.CacheableObject).GetObject()
					}
				}
				write(b, l, io.Discard)
			}
			b.SetBytes(int64(bare.Len()))
		})
	}
	b.Run("the bytes alone", func(b *testing.B) {
		b.ReportAllocs()
		whole, out := bare.Bytes(), bufio.NewWriter(onlyWriter{io.Discard})
		for b.Loop() {
			for rest := whole; len(rest) > 0; rest = rest[min(len(rest), 1<<10):] { // through a buffer, as a server does
				_, _ = out.Write(rest[:min(len(rest), 1<<10)])
			}
		}
		b.SetBytes(int64(bare.Len()))
	})
	b.Run("1 % by label", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			opts := storage.ListOptions{ResourceVersion: "0"}
			opts.Predicate.Label = labels.SelectorFromSet(labels.Set{"app": "7"})
			if n := len(list(b, c, opts).Items); n != many/100 {
				b.Fatal(n)
			}
		}
	})
}

type onlyWriter struct{ io.Writer }

// BenchmarkGet reads one pod, without and with the cache.
func BenchmarkGet(b *testing.B) {
	_, config := etcd(b, nil)
	below := etcd3.Open(config)
	create(b, below, "a")
	c := cached(b, Config{Storage: below})
	for _, row := range []struct {
		name    string
		from    storage.Interface
		version string
	}{{"etcd", below, ""}, {"cache, consistent", c, ""}, {"cache, version 0", c, "0"}} {
		b.Run(row.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := row.from.Get(b.Context(), "/pods/default/a", storage.GetOptions{ResourceVersion: row.version}, &kinds.ResultPointer{}); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(row.name+", many at once", func(b *testing.B) {
			b.SetParallelism(16)
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					if err := row.from.Get(context.Background(), "/pods/default/a", storage.GetOptions{ResourceVersion: row.version}, &kinds.ResultPointer{}); err != nil {
						b.Error(err)
						return
					}
				}
			})
		})
	}
}

// BenchmarkDeliver is one change to 1,000 watches, each of which takes the event and its bytes. An operation is one
// event to one watch.
func BenchmarkDeliver(b *testing.B) {
	s, _ := openMemory()
	c := cached(b, Config{Storage: s})
	revision := create(b, c, "a")
	json := form(b)
	const watchers = 1000
	encode := func(obj runtime.Object, w io.Writer) error {
		return codecs().Encode(w, obj, corev1.SchemeGroupVersion, json)
	}
	var taken sync.WaitGroup
	for range watchers {
		w, err := c.Watch(b.Context(), "/pods", storage.ListOptions{ResourceVersion: fmt.Sprint(revision), Recursive: true})
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(w.Stop)
		go func() {
			for e := range w.ResultChan() {
				_ = e.Object.(*cachingObject).CacheEncode("json", encode, io.Discard)
				taken.Done()
			}
		}()
	}
	b.ResetTimer()
	for i := 0; i < b.N; i += watchers {
		taken.Add(watchers)
		label(b, c, "a", fmt.Sprint(i))
		taken.Wait()
	}
}
