package etcd3

import (
	"bytes"
	"context"
	"fmt"
	"testing"

	clientv3 "go.etcd.io/etcd/client/v3"
	corev1 "k8s.io/api/core/v1"

	kinds "kubepath/chapters/02-kinds"
	storage "kubepath/chapters/05-storage"
	"kubepath/chapters/05-storage/storagetest"
)

// BenchmarkSuite measures what every storage is measured by.
func BenchmarkSuite(b *testing.B) { storagetest.Benchmark(b, openFixture) }

// benched is a storage with one pod, and what the bare client needs to do the same.
type benched struct {
	ctx    context.Context
	kv     clientv3.KV
	s      storage.Interface
	prefix string
	pod    *corev1.Pod // as stored
	value  string
}

func openBenched(b *testing.B) *benched {
	client := sharedClient(b)
	config := podConfig(b, client)
	t := &benched{ctx: context.Background(), kv: client.KV, s: Open(config), prefix: config.Prefix}
	t.pod = mustCreate(b, t.s, "x")
	t.value = string(rawValue(b, client, t.key()))
	return t
}

func (t *benched) key() string { return t.prefix + "/pods/default/x" }

func (t *benched) put(key string, seen int64) (revision int64, err error) {
	answer, err := t.kv.Txn(t.ctx).If(modRevisionIs(key, seen)).Then(clientv3.OpPut(key, t.value)).Else(clientv3.OpGet(key)).Commit()
	if err != nil || !answer.Succeeded {
		return 0, fmt.Errorf("not written: %w", err)
	}
	return answer.Header.Revision, nil
}

// BenchmarkOperation puts each operation beside the bare client's call with the same key and bytes: the difference is
// what this chapter costs.
func BenchmarkOperation(b *testing.B) {
	for _, row := range []struct {
		name string
		call func(t *benched, i int) error
	}{
		{"get/etcd", func(t *benched, _ int) error { _, err := t.kv.Get(t.ctx, t.key()); return err }},
		{"get/storage", func(t *benched, _ int) error {
			return t.s.Get(t.ctx, "/pods/default/x", storage.GetOptions{}, &kinds.ResultPointer{})
		}},
		{"create/etcd", func(t *benched, i int) error { _, err := t.put(fmt.Sprint(t.prefix, "/bare/", i), 0); return err }},
		{"create/storage", func(t *benched, i int) error {
			return t.s.Create(t.ctx, fmt.Sprint("/pods/default/", i), newPod("x"), &kinds.ResultPointer{}, 0)
		}},
		{"update with hint/etcd", func(t *benched, _ int) error {
			seen, _ := storage.APIObjectVersioner{}.ObjectResourceVersion(t.pod)
			revision, err := t.put(t.key(), int64(seen))
			if err != nil {
				return err
			}
			return storage.APIObjectVersioner{}.UpdateObject(t.pod, uint64(revision))
		}},
		{"update with hint/storage", func(t *benched, i int) error {
			u := relabel(fmt.Sprint(i))
			u.CachedExistingObject = t.pod
			t.pod = &corev1.Pod{}
			return t.s.GuaranteedUpdate(t.ctx, "/pods/default/x", t.pod, u)
		}},
		{"update/storage", func(t *benched, i int) error {
			return t.s.GuaranteedUpdate(t.ctx, "/pods/default/x", &kinds.ResultPointer{}, relabel(fmt.Sprint(i)))
		}},
	} {
		b.Run(row.name, func(b *testing.B) {
			t := openBenched(b)
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				if err := row.call(t, i); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkList1000 puts a list beside the bare range and beside the bare range with each value decoded.
func BenchmarkList1000(b *testing.B) {
	t := openBenched(b)
	for i := range 1000 {
		mustCreate(b, t.s, fmt.Sprintf("p%03d", i))
	}
	all := t.prefix + "/pods/"
	b.Run("etcd", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := t.kv.Get(t.ctx, all, clientv3.WithPrefix()); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("etcd and codec", func(b *testing.B) {
		codec := t.s.(*store).codec
		b.ReportAllocs()
		for b.Loop() {
			answer, err := t.kv.Get(t.ctx, all, clientv3.WithPrefix())
			if err != nil {
				b.Fatal(err)
			}
			for _, kv := range answer.Kvs {
				if _, _, err := codec.Decode(kv.Value, nil, nil); err != nil {
					b.Fatal(err)
				}
			}
		}
	})
	b.Run("storage", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if err := t.s.GetList(t.ctx, "/pods", storage.ListOptions{Recursive: true}, &kinds.List{}); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkWatch measures a write until its event has arrived.
func BenchmarkWatch(b *testing.B) {
	t := openBenched(b)
	w, err := t.s.Watch(t.ctx, "/pods", storage.ListOptions{Recursive: true, ResourceVersion: t.pod.ResourceVersion})
	if err != nil {
		b.Fatal(err)
	}
	defer w.Stop()
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if err := t.s.GuaranteedUpdate(t.ctx, "/pods/default/x", nil, relabel(fmt.Sprint(i))); err != nil {
			b.Fatal(err)
		}
		<-w.ResultChan()
	}
}

// BenchmarkEncryption measures the transformer alone on a value of 4 KiB.
func BenchmarkEncryption(b *testing.B) {
	providers := PrefixTransformers{aesKey(b, "one")}
	value := bytes.Repeat([]byte("x"), 4096)
	b.ReportAllocs()
	for b.Loop() {
		stored, err := providers.TransformToStorage(value, "/registry/secrets/default/s")
		if err != nil {
			b.Fatal(err)
		}
		if _, _, err := providers.TransformFromStorage(stored, "/registry/secrets/default/s"); err != nil {
			b.Fatal(err)
		}
	}
}
