package etcd3

import (
	"context"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"testing"

	clientv3 "go.etcd.io/etcd/client/v3"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	kinds "kubepath/chapters/02-kinds"
	storage "kubepath/chapters/05-storage"
	"kubepath/chapters/05-storage/storagetest"
	"kubepath/internal/embedetcd"
)

// shared is the etcd of all tests that do not disturb others; each works below a prefix of its own.
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

func sharedClient(tb testing.TB) *clientv3.Client {
	tb.Helper()
	s, err := shared()
	if err != nil {
		tb.Fatal(err)
	}
	return s.Client()
}

// ownClient speaks to an etcd that only this test uses.
func ownClient(tb testing.TB) *clientv3.Client {
	tb.Helper()
	s, err := embedetcd.Start(context.Background(), embedetcd.Options{})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { s.Close() })
	return s.Client()
}

var codecs = sync.OnceValue(func() *kinds.Codecs { return kinds.NewCodecs(kinds.NewScheme()) })

var prefixes atomic.Int64

// podConfig is a storage of Pods below a prefix that no other test uses.
func podConfig(tb testing.TB, client *clientv3.Client) Config {
	tb.Helper()
	codec, err := codecs().StorageCodec(runtime.ContentTypeProtobuf)
	if err != nil {
		tb.Fatal(err)
	}
	return Config{
		Client:   client,
		Prefix:   fmt.Sprintf("/test-%d", prefixes.Add(1)),
		Codec:    codec,
		NewFunc:  func() runtime.Object { return &corev1.Pod{} },
		Resource: "/pods",
	}
}

// TestEtcd is not parallel: cases that compact would disturb the other tests of this package.
func TestEtcd(t *testing.T) { storagetest.Run(t, openFixture) }

func openFixture(tb testing.TB) storagetest.Fixture {
	client := sharedClient(tb)
	config := podConfig(tb, client)
	return storagetest.Fixture{
		Storage: Open(config),
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

// newPod returns an unsaved pod in the namespace default.
func newPod(name string) *corev1.Pod {
	return &corev1.Pod{
		TypeMeta:   metav1.TypeMeta{APIVersion: "v1", Kind: "Pod"},
		ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: "default", Labels: map[string]string{"app": name}},
		Spec:       corev1.PodSpec{Containers: []corev1.Container{{Name: "main", Image: "nginx:1.29"}}},
	}
}

func mustCreate(tb testing.TB, s storage.Interface, name string) *corev1.Pod {
	tb.Helper()
	out := &corev1.Pod{}
	if err := s.Create(tb.Context(), "/pods/default/"+name, newPod(name), out, 0); err != nil {
		tb.Fatal(err)
	}
	return out
}

// relabel is an update that sets the label app.
func relabel(value string) storage.Update {
	return storage.Update{Mutate: func(old runtime.Object, _ storage.ResponseMeta) (storage.MutateResult, error) {
		old.(*corev1.Pod).Labels = map[string]string{"app": value}
		return storage.MutateResult{Object: old}, nil
	}}
}
