package upstreamtest

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
	"go.etcd.io/etcd/client/v3/kubernetes"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/apiserver/pkg/apis/example"
	examplev1 "k8s.io/apiserver/pkg/apis/example/v1"
	upstreamtests "k8s.io/apiserver/pkg/storage/testing"
	"k8s.io/apiserver/pkg/storage/value"

	kinds "kubepath/chapters/02-kinds"
	storage "kubepath/chapters/05-storage"
	"kubepath/chapters/05-storage/memory"
	etcd3 "kubepath/chapters/07-etcd3"
	cacher "kubepath/chapters/10-cacher"
	"kubepath/internal/embedetcd"
)

// fixture is a storage under test, and what upstream's tests do behind its back.
type fixture struct {
	adapter
	stored     upstreamtests.KeyValidation
	compact    upstreamtests.Compaction
	increase   upstreamtests.IncreaseRVFunc
	requests   *upstreamtests.KubernetesRecorder
	transform  *transformer
	fromMemory bool   // lists do not go to etcd
	settle     func() // waits until what was written can be seen; nil: it can at once
}

const progressEvery = 100 * time.Millisecond

func newPod() runtime.Object { return &example.Pod{} }

var codec = sync.OnceValue(func() runtime.Codec {
	scheme := runtime.NewScheme()
	metav1.AddToGroupVersion(scheme, metav1.SchemeGroupVersion)
	for _, add := range []func(*runtime.Scheme) error{example.AddToScheme, examplev1.AddToScheme} {
		if err := add(scheme); err != nil {
			panic(err)
		}
	}
	return serializer.NewCodecFactory(scheme).LegacyCodec(examplev1.SchemeGroupVersion)
})

func openMemory(t *testing.T) fixture {
	db := memory.NewDatabase()
	s := memory.Open(memory.Config{Resource: "/pods", NewFunc: newPod, Database: db})
	others := memory.Open(memory.Config{Resource: "/others", NewFunc: newPod, Database: db})
	background(t, func(ctx context.Context) { // as etcd tells its watchers from time to time how far they are
		for tick := time.Tick(progressEvery); ; {
			select {
			case <-tick:
				_ = s.RequestWatchProgress(ctx)
			case <-ctx.Done():
				return
			}
		}
	})
	increase := func(ctx context.Context, t *testing.T) int64 {
		name := strconv.FormatUint(db.Revision(), 10)
		if err := others.Create(ctx, "/others/"+name, &example.Pod{}, nil, 0); err != nil {
			t.Fatal(err)
		}
		return int64(db.Revision())
	}
	return fixture{
		adapter: adapter{s}, increase: increase,
		stored: func(context.Context, *testing.T, string) {},
		compact: func(ctx context.Context, t *testing.T, version string) {
			increase(ctx, t) // as etcd's compactors do, which note the revision under a key
			db.Compact(revision(t, version))
		},
	}
}

func openEtcd(t *testing.T) fixture {
	server, err := embedetcd.Start(t.Context(), embedetcd.Options{}) // its own: the tests count revisions
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	requests := upstreamtests.NewKubernetesRecorder(nowhere{})
	client := clientv3.NewCtxClient(context.Background())
	client.KV, client.Watcher, client.Lease = recorder{server.Client().KV, requests}, server.Client().Watcher, server.Client().Lease
	compactor := etcd3.NewCompactor(client, -1)
	background(t, compactor.Run)
	kv := server.Client().KV
	transform := &transformer{current: upstreamtests.NewPrefixTransformer([]byte("test!"), false)}
	s := etcd3.Open(etcd3.Config{
		Client: client, Codec: codec(), NewFunc: newPod, Resource: "/pods", Transformer: transform, Compactor: compactor,
		ProgressNotifyInterval: progressEvery,
	})
	return fixture{
		adapter: adapter{s}, requests: requests, transform: transform,
		stored: func(ctx context.Context, t *testing.T, key string) {
			answer, err := kv.Get(ctx, etcd3.DefaultPrefix+key)
			if err != nil || len(answer.Kvs) != 1 {
				t.Fatalf("%v, %v", answer, err)
			}
			obj, err := runtime.Decode(codec(), answer.Kvs[0].Value[len("test!"):])
			if err != nil {
				t.Fatal(err)
			}
			if pod := obj.(*example.Pod); pod.ResourceVersion != "" || pod.SelfLink != "" {
				t.Errorf("stored with version %q and link %q", pod.ResourceVersion, pod.SelfLink)
			}
		},
		compact: func(ctx context.Context, t *testing.T, version string) {
			if _, err := kv.Put(ctx, "compact_rev_key", version); err != nil {
				t.Fatal(err)
			}
			if _, err := kv.Compact(ctx, int64(revision(t, version))); err != nil {
				t.Fatal(err)
			}
			for s.CompactRevision() != revision(t, version) {
				time.Sleep(time.Millisecond) // until the compactor has seen the key
			}
		},
		increase: func(ctx context.Context, t *testing.T) int64 {
			answer, err := kv.Put(ctx, "increaseRV", "ok")
			if err != nil {
				t.Fatal(err)
			}
			return answer.Header.Revision
		},
	}
}

func openCache(t *testing.T) fixture {
	f := openEtcd(t)
	cache := cacher.New(cacher.Config{Storage: f.Interface, Resource: "/pods", NewFunc: newPod})
	t.Cleanup(cache.Stop)
	if !cache.WaitReady(t.Context()) {
		t.Fatal("the cache was not filled")
	}
	f.adapter, f.fromMemory = adapter{cache}, true
	f.settle = func() {
		_ = cache.GetList(t.Context(), "/pods", storage.ListOptions{Recursive: true}, &kinds.List{})
	}
	return f
}

// background runs f until the test ends.
func background(t *testing.T, f func(context.Context)) {
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { f(ctx) })
	t.Cleanup(func() { cancel(); running.Wait() })
}

func revision(t *testing.T, version string) uint64 {
	n, err := strconv.ParseUint(version, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// UpdatePrefixTransformer replaces the transformer until the function that it returns is called.
func (f fixture) UpdatePrefixTransformer(modify upstreamtests.PrefixTransformerModifier) func() {
	return f.UpdateTransformer(func(now value.Transformer) value.Transformer {
		copied := *now.(*upstreamtests.PrefixTransformer)
		return modify(&copied)
	})
}

func (f fixture) UpdateTransformer(modify upstreamtests.TransformerModifier) func() {
	if f.settle != nil {
		f.settle() // else it is luck with which of the two the cache reads what was written before
	}
	before := f.transform.change(modify)
	return func() {
		if f.settle != nil {
			f.settle()
		}
		f.transform.change(func(value.Transformer) value.Transformer { return before })
	}
}

// setFailing has the transformer fail on all that is read.
func (f fixture) setFailing(failing bool) { f.transform.failing.Store(failing) }

// transformer is one of upstream's as chapter 7 knows them.
type transformer struct {
	mu      sync.RWMutex
	current value.Transformer
	failing atomic.Bool
}

var _ etcd3.Transformer = (*transformer)(nil)

// change modifies the transformer while nobody uses it, as it counts its uses, and returns the one before.
func (t *transformer) change(modify upstreamtests.TransformerModifier) (before value.Transformer) {
	t.mu.Lock()
	defer t.mu.Unlock()
	before = t.current
	t.current = modify(before)
	return before
}

func (t *transformer) TransformToStorage(data []byte, key string) ([]byte, error) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return t.current.TransformToStorage(context.Background(), data, value.DefaultContext(key))
}

func (t *transformer) TransformFromStorage(data []byte, key string) ([]byte, bool, error) {
	if t.failing.Load() {
		return nil, false, errors.New("it is told to fail")
	}
	t.mu.RLock() // one of upstream's creates objects while it reads
	defer t.mu.RUnlock()
	return t.current.TransformFromStorage(context.Background(), data, value.DefaultContext(key))
}

// recorder notes the lists that reach etcd.
type recorder struct {
	clientv3.KV
	lists *upstreamtests.KubernetesRecorder
}

func (r recorder) Get(ctx context.Context, key string, opts ...clientv3.OpOption) (*clientv3.GetResponse, error) {
	op := clientv3.OpGet(key, opts...)
	if len(op.RangeBytes()) > 0 {
		limit := op.Limit()
		if limit == 10_000 { // the store's own bound, where the caller has none
			limit = 0
		}
		if _, err := r.lists.List(ctx, key, kubernetes.ListOptions{Revision: op.Rev(), Limit: limit}); err != nil {
			return nil, err
		}
	}
	return r.KV.Get(ctx, key, opts...)
}

// nowhere answers the recorder, which only has to note the question.
type nowhere struct{ kubernetes.Interface }

func (nowhere) List(context.Context, string, kubernetes.ListOptions) (kubernetes.ListResponse, error) {
	return kubernetes.ListResponse{}, nil
}
