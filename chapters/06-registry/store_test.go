package registry_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/watch"

	kinds "kubepath/chapters/02-kinds"
	rest "kubepath/chapters/04-rest"
	storage "kubepath/chapters/05-storage"
	"kubepath/chapters/05-storage/memory"
	registry "kubepath/chapters/06-registry"
)

// configMaps is an ordinary namespaced resource over an empty storage that remembers its calls.
func configMaps() (*registry.Store, *recorder) {
	newFunc := func() runtime.Object { return &corev1.ConfigMap{} }
	r := &recorder{Interface: memory.Open(memory.Config{NewFunc: newFunc})}
	return &registry.Store{
		Kind:     corev1.SchemeGroupVersion.WithKind("ConfigMap"),
		Resource: schema.GroupResource{Resource: "configmaps"},
		Singular: "configmap",
		NewFunc:  newFunc,
		Storage:  r,
		Strategy: registry.Namespaced{},
	}, r
}

// recorder notes each call of the storage as "verb key" and can let something happen before it.
type recorder struct {
	storage.Interface
	before func(call string) error // its error is the storage's

	mu    sync.Mutex
	calls []string
	lists []storage.ListOptions
}

func (r *recorder) note(verb, key string) error {
	r.mu.Lock()
	r.calls = append(r.calls, verb+" "+key)
	r.mu.Unlock()
	if r.before == nil {
		return nil
	}
	return r.before(verb + " " + key)
}

// take returns the calls since the last take.
func (r *recorder) take() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	calls := r.calls
	r.calls = nil
	return calls
}

func (r *recorder) Create(ctx context.Context, key string, obj, out runtime.Object, ttl uint64) error {
	if err := r.note("create", key); err != nil {
		return err
	}
	return r.Interface.Create(ctx, key, obj, out, ttl)
}

func (r *recorder) Get(ctx context.Context, key string, opts storage.GetOptions, out runtime.Object) error {
	if err := r.note("get", key); err != nil {
		return err
	}
	return r.Interface.Get(ctx, key, opts, out)
}

func (r *recorder) GetList(ctx context.Context, key string, opts storage.ListOptions, out *kinds.List) error {
	r.lists = append(r.lists, opts)
	if err := r.note("list", key); err != nil {
		return err
	}
	return r.Interface.GetList(ctx, key, opts, out)
}

func (r *recorder) GuaranteedUpdate(ctx context.Context, key string, out runtime.Object, u storage.Update) error {
	if err := r.note("update", key); err != nil {
		return err
	}
	return r.Interface.GuaranteedUpdate(ctx, key, out, u)
}

func (r *recorder) Delete(ctx context.Context, key string, out runtime.Object, opts storage.DeleteOptions) error {
	if err := r.note("delete", key); err != nil {
		return err
	}
	return r.Interface.Delete(ctx, key, out, opts)
}

func (r *recorder) Watch(ctx context.Context, key string, opts storage.ListOptions) (watch.Interface, error) {
	r.lists = append(r.lists, opts)
	if err := r.note("watch", key); err != nil {
		return nil, err
	}
	return r.Interface.Watch(ctx, key, opts)
}

// inNamespace is the context of a request about objects in the namespace ns.
func inNamespace() context.Context { return rest.WithNamespace(context.Background(), "ns") }

// configMap makes an object called name and changes it.
func configMap(name string, changes ...func(*corev1.ConfigMap)) *corev1.ConfigMap {
	cm := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: name}}
	for _, change := range changes {
		change(cm)
	}
	return cm
}

func finalizers(names ...string) func(*corev1.ConfigMap) {
	return func(cm *corev1.ConfigMap) { cm.Finalizers = names }
}

// mustCreate stores obj and returns what was stored.
func mustCreate[T runtime.Object](t testing.TB, s *registry.Store, obj T) T {
	t.Helper()
	out, err := s.Create(inNamespace(), obj, nil)
	if err != nil {
		t.Fatalf("create: %v", err)
	}
	return out.DeepCopyObject().(T)
}

// put replaces the object called name with obj, as PUT does.
func put(s *registry.Store, name string, obj runtime.Object) (runtime.Object, bool, error) {
	return s.Update(inNamespace(), name, &rest.Update{Mutate: mutateTo(obj)})
}

func mutateTo(obj runtime.Object) func(context.Context, runtime.Object) (runtime.Object, error) {
	return func(context.Context, runtime.Object) (runtime.Object, error) { return obj.DeepCopyObject(), nil }
}

func stored(t testing.TB, s *registry.Store, name string) metav1.Object {
	t.Helper()
	obj, err := s.Get(inNamespace(), name, nil)
	if err != nil {
		t.Fatalf("get %s: %v", name, err)
	}
	m, err := meta.Accessor(obj)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// wantStatus fails unless err carries a Status with this reason and message.
func wantStatus(t testing.TB, err error, reason metav1.StatusReason, message string) *metav1.Status {
	t.Helper()
	var status apierrors.APIStatus
	if !errors.As(err, &status) {
		t.Fatalf("got %v (%T), want a Status", err, err)
	}
	got := status.Status()
	if got.Reason != reason || got.Message != message {
		t.Errorf("got  %s: %s\nwant %s: %s", got.Reason, got.Message, reason, message)
	}
	return &got
}

func wantGone(t testing.TB, s *registry.Store, name string) {
	t.Helper()
	if _, err := s.Get(inNamespace(), name, nil); !apierrors.IsNotFound(err) {
		t.Errorf("get %s after it should be gone: %v", name, err)
	}
}

func wantCalls(t testing.TB, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("storage calls:\ngot  %s\nwant %s", strings.Join(got, ", "), strings.Join(want, ", "))
	}
}
