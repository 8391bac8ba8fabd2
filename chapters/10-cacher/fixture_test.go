package cacher

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	clientv3 "go.etcd.io/etcd/client/v3"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"

	kinds "kubepath/chapters/02-kinds"
	storage "kubepath/chapters/05-storage"
	"kubepath/chapters/05-storage/memory"
	"kubepath/chapters/05-storage/storagetest"
	etcd3 "kubepath/chapters/07-etcd3"
	"kubepath/internal/embedetcd"
)

// upToDate is a cache as storagetest knows storages: every read has seen every write before it, version 0 too, and what
// it delivers belongs to the caller.
type upToDate struct{ *Cacher }

func (s upToDate) waitUntilUpToDate(ctx context.Context) {
	_, _ = s.waitUntilFresh(ctx, freshness{newest: true})
}

func (s upToDate) Get(ctx context.Context, key string, opts storage.GetOptions, out runtime.Object) error {
	s.waitUntilUpToDate(ctx)
	err := s.Cacher.Get(ctx, key, opts, out)
	if ref, ok := out.(*kinds.ResultPointer); ok && ref.Object != nil {
		ref.Object = own(ref.Object)
	}
	return err
}

func (s upToDate) GetList(ctx context.Context, key string, opts storage.ListOptions, out *kinds.List) error {
	s.waitUntilUpToDate(ctx)
	err := s.Cacher.GetList(ctx, key, opts, out)
	for i, item := range out.Items {
		out.Items[i] = own(item)
	}
	return err
}

func (s upToDate) Watch(ctx context.Context, key string, opts storage.ListOptions) (watch.Interface, error) {
	s.waitUntilUpToDate(ctx)
	w, err := s.Cacher.Watch(ctx, key, opts)
	if err != nil {
		return nil, err
	}
	return watch.Filter(w, func(e watch.Event) (watch.Event, bool) {
		e.Object = own(e.Object)
		return e, true
	}), nil
}

// paced is upToDate, and has the writers of a case wait for the cache too. They write into memory as fast as they can,
// which under the race detector is faster than any watch of memory can tell.
type paced struct{ upToDate }

func (p paced) Create(ctx context.Context, key string, obj, out runtime.Object, ttl uint64) error {
	defer p.waitUntilUpToDate(ctx)
	return p.upToDate.Create(ctx, key, obj, out, ttl)
}

func (p paced) GuaranteedUpdate(ctx context.Context, key string, out runtime.Object, u storage.Update) error {
	defer p.waitUntilUpToDate(ctx)
	return p.upToDate.GuaranteedUpdate(ctx, key, out, u)
}

func own(obj runtime.Object) runtime.Object {
	if shared, ok := obj.(runtime.CacheableObject); ok {
		return shared.GetObject().DeepCopyObject()
	}
	return obj
}

func newPod() runtime.Object { return &corev1.Pod{} }

// cached is a filled cache that ends with the test.
func cached(tb testing.TB, c Config) *Cacher {
	tb.Helper()
	if c.Resource == "" {
		c.Resource = "/pods"
	}
	c.NewFunc = newPod
	cache := New(c)
	tb.Cleanup(cache.Stop)
	if !cache.WaitReady(context.Background()) {
		tb.Fatal("the cache was not filled")
	}
	return cache
}

// front puts a cache before a fixture's storage.
func front(tb testing.TB, f storagetest.Fixture, c Config) storagetest.Fixture {
	c.Storage = f.Storage
	cache := cached(tb, c)
	f.Storage = upToDate{cache}
	compact := f.Compact
	f.Compact = func(ctx context.Context, revision uint64) error {
		upToDate{cache}.waitUntilUpToDate(ctx)
		cache.forget(revision)
		return compact(ctx, revision)
	}
	return f
}

// forget is what happens with time.
func (c *Cacher) forget(revision uint64) {
	c.watchCache.mu.Lock()
	defer c.watchCache.mu.Unlock()
	h := &c.watchCache.history
	for len(h.events) > 0 && h.events[0].revision <= revision {
		h.dropOldest()
	}
	h.since = max(h.since, revision)
}

func openMemory() (*memory.Store, storagetest.Fixture) {
	s := memory.Open(memory.Config{Resource: "/pods", NewFunc: newPod})
	return s, storagetest.Fixture{
		Storage: s,
		Compact: func(_ context.Context, revision uint64) error { s.Database().Compact(revision); return nil },
		Without: map[string]string{
			"Corrupt": "memory holds objects, which cannot be unreadable",
			"RawGet":  "memory holds objects, not bytes",
		},
	}
}

var shared = sync.OnceValues(func() (*embedetcd.Server, error) {
	return embedetcd.Start(context.Background(), embedetcd.Options{})
})

func TestMain(m *testing.M) {
	code := m.Run()
	if s, err := shared(); err == nil {
		s.Close()
	}
	os.Exit(code)
}

var (
	codecs       = sync.OnceValue(func() *kinds.Codecs { return kinds.NewCodecs(kinds.NewScheme()) })
	etcdPrefixes atomic.Int64
)

// etcd is an etcd storage below a prefix of its own. observe, where it is not nil, is told of each read and transaction.
func etcd(tb testing.TB, observe func(etcd3.Request)) (*clientv3.Client, etcd3.Config) {
	tb.Helper()
	s, err := shared()
	if err != nil {
		tb.Fatal(err)
	}
	codec, err := codecs().StorageCodec(runtime.ContentTypeProtobuf)
	if err != nil {
		tb.Fatal(err)
	}
	client := clientv3.NewCtxClient(context.Background())
	client.KV, client.Watcher, client.Lease = s.Client().KV, s.Client().Watcher, s.Client().Lease
	if observe != nil {
		client.KV = etcd3.WrapKV(client.KV, observe)
	}
	return client, etcd3.Config{
		Client: client, Codec: codec, NewFunc: newPod, Resource: "/pods", Prefix: fmt.Sprintf("/test-%d", etcdPrefixes.Add(1)),
	}
}

func openEtcd(tb testing.TB) storagetest.Fixture {
	client, config := etcd(tb, nil)
	return storagetest.Fixture{
		Storage: etcd3.Open(config),
		Compact: func(ctx context.Context, revision uint64) error {
			_, err := client.Compact(ctx, int64(revision), clientv3.WithCompactPhysical())
			return err
		},
		Corrupt: func(ctx context.Context, key string) error {
			_, err := client.Put(ctx, config.Prefix+key, "k8s\x00 not a pod")
			return err
		},
		RawGet: func(ctx context.Context, key string) ([]byte, error) {
			answer, err := client.Get(ctx, config.Prefix+key)
			if err != nil || len(answer.Kvs) == 0 {
				return nil, err
			}
			return answer.Kvs[0].Value, nil
		},
	}
}

func pod(name string) *corev1.Pod {
	return &corev1.Pod{
		TypeMeta:   metav1.TypeMeta{APIVersion: "v1", Kind: "Pod"},
		ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: "default"},
		Spec:       corev1.PodSpec{Containers: []corev1.Container{{Name: "main", Image: "nginx:1.29"}}},
	}
}

func create(tb testing.TB, s storage.Interface, names ...string) (last uint64) {
	tb.Helper()
	for _, name := range names {
		out := &corev1.Pod{}
		if err := s.Create(context.Background(), "/pods/default/"+name, pod(name), out, 0); err != nil {
			tb.Fatal(err)
		}
		last, _ = strconv.ParseUint(out.ResourceVersion, 10, 64)
	}
	return last
}

// label sets the label app.
func label(tb testing.TB, s storage.Interface, name, value string) (revision uint64) {
	tb.Helper()
	return update(tb, s, name, func(p *corev1.Pod) { p.Labels = map[string]string{"app": value} })
}

// annotate changes what no selector looks at.
func annotate(tb testing.TB, s storage.Interface, name string) (revision uint64) {
	tb.Helper()
	return update(tb, s, name, func(p *corev1.Pod) { p.Annotations = map[string]string{"changed": "true"} })
}

func update(tb testing.TB, s storage.Interface, name string, change func(*corev1.Pod)) (revision uint64) {
	tb.Helper()
	out := &corev1.Pod{}
	err := s.GuaranteedUpdate(context.Background(), "/pods/default/"+name, out, storage.Update{
		Mutate: func(old runtime.Object, _ storage.ResponseMeta) (storage.MutateResult, error) {
			change(old.(*corev1.Pod))
			return storage.MutateResult{Object: old}, nil
		},
	})
	if err != nil {
		tb.Fatal(err)
	}
	revision, _ = strconv.ParseUint(out.ResourceVersion, 10, 64)
	return revision
}

func remove(tb testing.TB, s storage.Interface, name string) {
	tb.Helper()
	if err := s.Delete(context.Background(), "/pods/default/"+name, nil, storage.DeleteOptions{}); err != nil {
		tb.Fatal(err)
	}
}
