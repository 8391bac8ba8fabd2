package exercise

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	kinds "kubepath/chapters/02-kinds"
	rest "kubepath/chapters/04-rest"
	storage "kubepath/chapters/05-storage"
	"kubepath/chapters/05-storage/memory"
	registry "kubepath/chapters/06-registry"
	server "kubepath/chapters/08-server"
	controlplane "kubepath/chapters/17-controlplane"
	"kubepath/internal/embedetcd"
)

// bench is your Binding over a Store of pods whose storage lets the test come between.
type bench struct {
	*testing.T
	ctx         context.Context
	yours       *Binding
	others      *registry.Store // what the rest of the cluster writes with
	beforeWrite func(context.Context)
}

// interrupted calls before each write what the bench has to do there.
type interrupted struct {
	storage.Interface
	bench *bench
}

func (i interrupted) GuaranteedUpdate(ctx context.Context, key string, out runtime.Object, u storage.Update) error {
	if i.bench.beforeWrite != nil {
		i.bench.beforeWrite(ctx)
	}
	return i.Interface.GuaranteedUpdate(ctx, key, out, u)
}

func newBench(t *testing.T) *bench {
	t.Helper()
	newFunc := func() runtime.Object { return &corev1.Pod{} }
	ctx, cancel := context.WithTimeout(rest.WithNamespace(t.Context(), "default"), 5*time.Second)
	t.Cleanup(cancel)
	b := &bench{T: t, ctx: ctx}
	real := memory.Open(memory.Config{NewFunc: newFunc})
	store := &registry.Store{
		Kind: corev1.SchemeGroupVersion.WithKind("Pod"), Resource: schema.GroupResource{Resource: "pods"}, NewFunc: newFunc,
		Storage: interrupted{real, b}, Strategy: registry.Namespaced{},
	}
	others := *store
	others.Storage = real
	b.yours, b.others = NewBinding(store), &others
	return b
}

// create makes the pod nginx, changed.
func (b *bench) create(change func(*corev1.Pod)) {
	b.Helper()
	pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "nginx"}, Status: corev1.PodStatus{Phase: corev1.PodPending}}
	if change != nil {
		change(pod)
	}
	if _, err := b.others.Create(b.ctx, pod, nil); err != nil {
		b.Fatal(err)
	}
}

// byAnother is a write by somebody else.
func (b *bench) byAnother(change func(*corev1.Pod)) {
	b.Helper()
	_, _, err := b.others.Update(b.ctx, "nginx", &rest.Update{Mutate: func(_ context.Context, old runtime.Object) (runtime.Object, error) {
		change(old.(*corev1.Pod))
		return old, nil
	}})
	if err != nil {
		b.Fatal(err)
	}
}

// leave deletes the pod, which its finalizer keeps for a while.
func (b *bench) leave() {
	b.Helper()
	if _, _, err := b.others.Delete(b.ctx, "nginx", &rest.DeleteOptions{}); err != nil {
		b.Fatal(err)
	}
}

// pod is what is stored.
func (b *bench) pod() *corev1.Pod {
	b.Helper()
	pod, err := b.others.Get(b.ctx, "nginx", nil)
	if err != nil {
		b.Fatal(err)
	}
	return pod.(*corev1.Pod)
}

// gate holds each of n writers until all of them are about to write.
func (b *bench) gate(n int64) func(context.Context) {
	var arrived atomic.Int64
	open := make(chan struct{})
	return func(ctx context.Context) {
		if arrived.Add(1) == n {
			close(open)
		}
		select {
		case <-open:
		case <-ctx.Done():
		}
	}
}

// api is the whole server with your code plugged in.
type api struct {
	*testing.T
	http.Handler
}

func newServer(t *testing.T) *api {
	t.Helper()
	etcd, err := embedetcd.Start(t.Context(), embedetcd.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = etcd.Close() })
	s, err := controlplane.New(controlplane.Config{
		Server: server.Config{Codecs: kinds.NewCodecs(kinds.NewScheme())},
		Etcd:   etcd.Client(), Groups: Plug().Groups(controlplane.Groups()),
	})
	if err != nil {
		t.Fatal(err)
	}
	return &api{t, s}
}

// want sends a request and returns the answer, which should have the code.
func (a *api) want(method, path, body string, code int) string {
	a.Helper()
	w := httptest.NewRecorder()
	r := httptest.NewRequestWithContext(a.Context(), method, path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	a.ServeHTTP(w, r)
	if w.Code != code {
		a.Errorf("%s %s: %d, want %d\n%s", method, path, w.Code, code, w.Body)
	}
	return w.Body.String()
}
