package exercise

import (
	"context"
	"fmt"
	"maps"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	kinds "kubepath/chapters/02-kinds"
	storage "kubepath/chapters/05-storage"
	etcd3 "kubepath/chapters/07-etcd3"
	"kubepath/internal/embedetcd"
)

// shared is the etcd of all tests; each works below a prefix of its own.
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

var prefixes atomic.Int64

// bench is your storage between a test and a real etcd.
type bench struct {
	*testing.T
	ctx    context.Context
	yours  *Storage
	real   storage.Interface // chapter 7's, on the same keys: what the rest of the cluster uses
	config etcd3.Config
	kv     *watchedKV
}

const nginx = "/pods/default/nginx"

// broken: one of the claims did not hold.
var broken bool

func newBench(t *testing.T) *bench {
	t.Helper()
	server, err := shared()
	if err != nil {
		t.Fatal(err)
	}
	config := newConfig(t, server.Client())
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	t.Cleanup(func() {
		cancel()
		broken = broken || t.Failed()
	})
	b := &bench{T: t, ctx: ctx, config: config, real: etcd3.Open(config), kv: &watchedKV{KV: server.Client().KV}}
	b.yours = New(b.real, config)
	b.yours.kv = b.kv
	return b
}

// newConfig is a storage of pods below a prefix that no other test uses.
func newConfig(tb testing.TB, client *clientv3.Client) etcd3.Config {
	tb.Helper()
	codec, err := kinds.NewCodecs(kinds.NewScheme()).StorageCodec(runtime.ContentTypeProtobuf)
	if err != nil {
		tb.Fatal(err)
	}
	return etcd3.Config{
		Client:   client,
		Prefix:   fmt.Sprintf("/exercise-%d", prefixes.Add(1)),
		Codec:    codec,
		NewFunc:  func() runtime.Object { return &corev1.Pod{} },
		Resource: "/pods",
	}
}

// pod returns a pod with one label.
func pod(label string) *corev1.Pod {
	return &corev1.Pod{
		TypeMeta:   metav1.TypeMeta{APIVersion: "v1", Kind: "Pod"},
		ObjectMeta: metav1.ObjectMeta{Name: "nginx", Namespace: "default", Labels: map[string]string{label: "yes"}},
	}
}

// adding is an update that adds a label.
func adding(label string) storage.Update {
	return storage.Update{Mutate: func(old runtime.Object, _ storage.ResponseMeta) (storage.MutateResult, error) {
		p := old.(*corev1.Pod)
		labels := maps.Clone(p.Labels)
		if labels == nil {
			labels = map[string]string{}
		}
		labels[label] = "yes"
		p.Labels = labels
		return storage.MutateResult{Object: p}, nil
	}}
}

// given stores a pod, by chapter 7's own storage.
func (b *bench) given(label string) *corev1.Pod {
	b.Helper()
	out := &corev1.Pod{}
	if err := b.real.Create(b.ctx, nginx, pod(label), out, 0); err != nil {
		b.Fatal(err)
	}
	return out
}

// stored is what chapter 7's own storage reads; nil: nothing.
func (b *bench) stored() *corev1.Pod {
	b.Helper()
	out := &corev1.Pod{}
	if err := b.real.Get(b.ctx, nginx, storage.GetOptions{IgnoreNotFound: true}, out); err != nil {
		b.Fatal(err)
	}
	if out.Name == "" {
		return nil
	}
	return out
}

// watchedKV counts what is asked of etcd, and lets a test come between a read and a write.
type watchedKV struct {
	clientv3.KV
	requests    atomic.Int64
	beforeWrite func() // nil: nothing
}

func (k *watchedKV) write() {
	k.requests.Add(1)
	if k.beforeWrite != nil {
		k.beforeWrite()
	}
}

func (k *watchedKV) Get(ctx context.Context, key string, opts ...clientv3.OpOption) (*clientv3.GetResponse, error) {
	k.requests.Add(1)
	return k.KV.Get(ctx, key, opts...)
}

func (k *watchedKV) Put(ctx context.Context, key, value string, opts ...clientv3.OpOption) (*clientv3.PutResponse, error) {
	k.write()
	return k.KV.Put(ctx, key, value, opts...)
}

func (k *watchedKV) Do(ctx context.Context, op clientv3.Op) (clientv3.OpResponse, error) {
	k.write()
	return k.KV.Do(ctx, op)
}

func (k *watchedKV) Txn(ctx context.Context) clientv3.Txn { return &watchedTxn{k.KV.Txn(ctx), k} }

type watchedTxn struct {
	clientv3.Txn
	kv *watchedKV
}

func (t *watchedTxn) If(cmps ...clientv3.Cmp) clientv3.Txn {
	t.Txn = t.Txn.If(cmps...)
	return t
}

func (t *watchedTxn) Then(ops ...clientv3.Op) clientv3.Txn {
	t.Txn = t.Txn.Then(ops...)
	return t
}

func (t *watchedTxn) Else(ops ...clientv3.Op) clientv3.Txn {
	t.Txn = t.Txn.Else(ops...)
	return t
}

func (t *watchedTxn) Commit() (*clientv3.TxnResponse, error) {
	t.kv.write()
	return t.Txn.Commit()
}

// first runs f before the first n writes, and no more.
func first(n int, f func(i int)) func() {
	i := 0
	return func() {
		if i < n {
			i++
			f(i)
		}
	}
}

// gate holds whoever comes until n have come; a second pass is free.
func (b *bench) gate(n int) (pass func()) {
	var mu sync.Mutex
	open := make(chan struct{})
	return func() {
		mu.Lock()
		if n--; n == 0 {
			close(open)
		}
		mu.Unlock()
		select {
		case <-open:
		case <-b.ctx.Done():
		}
	}
}
