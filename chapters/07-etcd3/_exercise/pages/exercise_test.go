package exercise

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
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
	"kubepath/chapters/05-storage/storagetest"
	etcd3 "kubepath/chapters/07-etcd3"
	"kubepath/internal/embedetcd"
)

func TestAListWithoutALimitShowsAllInTheOrderOfTheKeys(t *testing.T) {
	b := newBench(t, "c", "a", "b")
	list := b.page("", 0)
	b.same("the list", names(list), "a b c")
	b.same("the list's resourceVersion, which is the revision of the database", list.ResourceVersion, b.revision())
	if list.Continue != "" {
		t.Errorf("the list has a continue token %q, but nothing is left to read", list.Continue)
	}
}

func TestAPageHasAsManyObjectsAsTheLimitAndSaysHowManyFollow(t *testing.T) {
	b := newBench(t, "a", "b", "c", "d", "e")
	list := b.page("", 2)
	b.same("a page of 2", names(list), "a b")
	if list.RemainingItemCount == nil || *list.RemainingItemCount != 3 {
		t.Errorf("remainingItemCount is %v, want 3: etcd counts all keys of the range, also those beyond the limit", show(list.RemainingItemCount))
	}
	if list.Continue == "" {
		t.Error("there is no continue token, but three objects are still to come")
	}
}

func TestAPageAsksEtcdForNoMoreThanItShows(t *testing.T) {
	b := newBench(t, "a", "b", "c", "d", "e")
	b.page("", 2)
	if keys, requests := b.kv.keys.Load(), b.kv.requests.Load(); keys != 2 || requests != 1 {
		t.Errorf("a page of 2 read %d keys in %d requests, want 2 in 1: with 100,000 pods, each page would read all of them", keys, requests)
	}
}

func TestPagesTogetherShowEachObjectOnce(t *testing.T) {
	b := newBench(t, "a", "b", "c", "d", "e")
	b.same("pages of 2", b.pages(2, nil), "a b | c d | e")
}

func TestAPageThatEndsWithTheListHasNoToken(t *testing.T) {
	b := newBench(t, "a", "b", "c", "d")
	b.same("pages of 2", b.pages(2, nil), "a b | c d")
}

func TestAllPagesShowTheStateOfTheFirst(t *testing.T) {
	b := newBench(t, "b", "d", "f", "h")
	got := b.pages(2, func(page int) {
		if page == 1 { // between the first page and the second, others write
			b.delete("f")
			b.create("g")
		}
	})
	b.same("pages of 2, while f is deleted and g is created", got, "b d | f h")
}

func TestAllPagesShowTheStateOfTheFirstHoweverManyThereAre(t *testing.T) {
	b := newBench(t, "b", "d", "f", "h")
	got := b.pages(1, func(page int) {
		if page == 2 {
			b.delete("h")
			b.create("i")
		}
	})
	b.same("pages of 1, while h is deleted and i is created after the second", got, "b | d | f | h")
}

func TestEachPageSaysTheRevisionThatItShows(t *testing.T) {
	b := newBench(t, "a", "b", "c")
	first := b.page("", 2)
	b.create("d")
	second := b.page(first.Continue, 2)
	b.same("the resourceVersion of the second page", second.ResourceVersion, first.ResourceVersion)
}

func TestATokenWhoseRevisionIsCompactedIsExpiredButLeadsOn(t *testing.T) {
	b := newBench(t, "a", "b", "c")
	first := b.page("", 2)
	b.create("d")
	b.compact()
	err := b.list(first.Continue, 2, &kinds.List{})
	var expired *storage.Error
	if !errors.Is(err, storage.ErrExpired) || !errors.As(err, &expired) {
		t.Fatalf("the token's revision is compacted: %v, want storage.ErrExpired, which a client sees as 410 Gone", err)
	}
	if expired.Continue == "" {
		t.Fatal("the error has no token: a client that would rather go on than begin again needs one, see Reading.Expired")
	}
	b.same("the rest, as it is now", names(b.page(expired.Continue, 0)), "c d")
}

// TestTheWholeContract is the suite that chapter 5's memory and chapter 7's etcd3 pass. It begins when the claims above
// hold, since each of them says more clearly what is wrong.
func TestTheWholeContract(t *testing.T) {
	if broken {
		t.Skip("first the claims above")
	}
	storagetest.Run(t, func(tb testing.TB) storagetest.Fixture {
		config := newConfig(tb)
		return storagetest.Fixture{
			Storage: New(etcd3.Open(config), config),
			Compact: func(ctx context.Context, revision uint64) error {
				_, err := config.Client.Compact(ctx, int64(revision), clientv3.WithCompactPhysical())
				return err
			},
			Corrupt: func(ctx context.Context, key string) error {
				_, err := config.Client.Put(ctx, config.Prefix+key, "k8s\x00 not a pod")
				return err
			},
			RawGet: func(ctx context.Context, key string) ([]byte, error) {
				answer, err := config.Client.Get(ctx, config.Prefix+key)
				if err != nil || len(answer.Kvs) == 0 {
					return nil, err
				}
				return answer.Kvs[0].Value, nil
			},
		}
	})
}

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

// broken: one of the claims did not hold.
var broken bool

// bench is your storage between a test and a real etcd.
type bench struct {
	*testing.T
	ctx    context.Context
	yours  *Storage
	real   storage.Interface // chapter 7's, on the same keys: what the rest of the cluster uses
	config etcd3.Config
	kv     *countedKV
}

// newBench stores pods in the namespace default.
func newBench(t *testing.T, pods ...string) *bench {
	t.Helper()
	config := newConfig(t)
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	t.Cleanup(func() {
		cancel()
		broken = broken || t.Failed()
	})
	b := &bench{T: t, ctx: ctx, config: config, real: etcd3.Open(config), kv: &countedKV{KV: config.Client.KV}}
	b.yours = New(b.real, config)
	b.yours.kv = b.kv
	for _, name := range pods {
		b.create(name)
	}
	return b
}

func newConfig(tb testing.TB) etcd3.Config {
	tb.Helper()
	server, err := shared()
	if err != nil {
		tb.Fatal(err)
	}
	codec, err := kinds.NewCodecs(kinds.NewScheme()).StorageCodec(runtime.ContentTypeProtobuf)
	if err != nil {
		tb.Fatal(err)
	}
	return etcd3.Config{
		Client:   server.Client(),
		Prefix:   fmt.Sprintf("/exercise-%d", prefixes.Add(1)),
		Codec:    codec,
		NewFunc:  func() runtime.Object { return &corev1.Pod{} },
		Resource: "/pods",
	}
}

func (b *bench) create(name string) {
	b.Helper()
	pod := &corev1.Pod{
		TypeMeta:   metav1.TypeMeta{APIVersion: "v1", Kind: "Pod"},
		ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: "default"},
	}
	b.ok(b.real.Create(b.ctx, "/pods/default/"+name, pod, nil, 0))
}

func (b *bench) delete(name string) {
	b.Helper()
	b.ok(b.real.Delete(b.ctx, "/pods/default/"+name, nil, storage.DeleteOptions{}))
}

// compact lets etcd forget all but the newest revision.
func (b *bench) compact() {
	b.Helper()
	now, err := b.real.GetCurrentResourceVersion(b.ctx)
	b.ok(err)
	_, err = b.config.Client.Compact(b.ctx, int64(now), clientv3.WithCompactPhysical())
	b.ok(err)
}

func (b *bench) revision() string {
	b.Helper()
	now, err := b.real.GetCurrentResourceVersion(b.ctx)
	b.ok(err)
	return fmt.Sprint(now)
}

// list asks you.
func (b *bench) list(token string, limit int64, out *kinds.List) error {
	opts := storage.ListOptions{Recursive: true, Predicate: storage.SelectionPredicate{Limit: limit, Continue: token}}
	return b.yours.GetList(b.ctx, "/pods/default", opts, out)
}

func (b *bench) page(token string, limit int64) *kinds.List {
	b.Helper()
	out := &kinds.List{}
	b.ok(b.list(token, limit, out))
	return out
}

// pages reads page after page, and shows them as "a b | c". between is called after each page but the last; nil: nothing
// happens.
func (b *bench) pages(limit int64, between func(page int)) string {
	b.Helper()
	var shown []string
	token := ""
	for n := 1; n <= 10; n++ { // a token that leads nowhere must not keep the test for ever
		list := b.page(token, limit)
		shown = append(shown, names(list))
		if token = list.Continue; token == "" {
			break
		}
		if between != nil {
			between(n)
		}
	}
	return strings.Join(shown, " | ")
}

func (b *bench) ok(err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

func (b *bench) same(what, got, want string) {
	b.Helper()
	if got != want {
		b.Errorf("%s: got %q, want %q", what, got, want)
	}
}

func names(list *kinds.List) string {
	var all []string
	for _, item := range list.Items {
		all = append(all, item.(*corev1.Pod).Name)
	}
	return strings.Join(all, " ")
}

func show(n *int64) string {
	if n == nil {
		return "missing"
	}
	return fmt.Sprint(*n)
}

// countedKV counts what is read.
type countedKV struct {
	clientv3.KV
	requests, keys atomic.Int64
}

func (k *countedKV) Get(ctx context.Context, key string, opts ...clientv3.OpOption) (*clientv3.GetResponse, error) {
	answer, err := k.KV.Get(ctx, key, opts...)
	if err == nil {
		k.requests.Add(1)
		k.keys.Add(int64(len(answer.Kvs)))
	}
	return answer, err
}
