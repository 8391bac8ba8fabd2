package exercise

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"

	kinds "kubepath/chapters/02-kinds"
	storage "kubepath/chapters/05-storage"
	"kubepath/chapters/05-storage/memory"
	cacher "kubepath/chapters/10-cacher"
)

// bench is chapter 10's cache on your Window, over a storage that counts how often it is asked for a list.
type bench struct {
	*testing.T
	storage.Interface
	cache *cacher.Cache
	lists atomic.Int64
}

func (b *bench) GetList(ctx context.Context, key string, opts storage.ListOptions, out *kinds.List) error {
	b.lists.Add(1)
	return b.Interface.GetList(ctx, key, opts, out)
}

func newBench(t *testing.T, size int) *bench {
	t.Helper()
	newPod := func() runtime.Object { return &corev1.Pod{} }
	b := &bench{T: t, Interface: memory.Open(memory.Config{Resource: "/pods", NewFunc: newPod})}
	b.cache = cacher.New(cacher.Config{
		Storage: b, Resource: "/pods", NewFunc: newPod, NewHistory: func() cacher.History { return &Window{Size: size} },
	})
	t.Cleanup(b.cache.Stop)
	b.cache.WaitFilled(t.Context())
	return b
}

// create makes a pod, waits until the cache knows of it, and returns its version.
func (b *bench) create(name string) string {
	b.Helper()
	pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: "default"}}
	if err := b.cache.Create(b.Context(), "/pods/default/"+name, pod, pod, 0); err != nil {
		b.Fatal(err)
	}
	var known kinds.Ref
	if err := b.cache.Get(b.Context(), "/pods/default/"+name, storage.GetOptions{}, &known); err != nil {
		b.Fatal(err)
	}
	return pod.ResourceVersion
}

// from watches from a version on, and returns what the first events say.
func (b *bench) from(version string, events int) string {
	b.Helper()
	w, err := b.cache.Watch(b.Context(), "/pods", storage.ListOptions{ResourceVersion: version, Recursive: true})
	if err != nil {
		b.Fatal(err)
	}
	defer w.Stop()
	var told []string
	for range events {
		select {
		case e := <-w.ResultChan():
			told = append(told, text(e))
		case <-time.After(5 * time.Second):
			return fmt.Sprint(append(told, "and nothing more"))
		}
	}
	return fmt.Sprint(told)
}

func text(e watch.Event) string {
	switch obj := e.Object.(type) {
	case *metav1.Status:
		return fmt.Sprintf("%s %d %s", e.Type, obj.Code, obj.Message)
	case runtime.CacheableObject:
		return fmt.Sprintf("%s %s", e.Type, obj.GetObject().(metav1.Object).GetName())
	}
	return string(e.Type)
}

func TestAWatchGoesOnWhereItsClientWas(t *testing.T) {
	b := newBench(t, 10)
	first := b.create("a")
	b.create("b")
	b.create("c")
	if got, want := b.from(first, 2), "[ADDED b ADDED c]"; got != want {
		t.Errorf("a watch from a's version shows %s, want %s", got, want)
	}
}

func TestWhoComesTooLateIsToldToListAgain(t *testing.T) {
	b := newBench(t, 2)
	first, forgotten := b.create("a"), b.create("b")
	b.create("c")
	b.create("d")
	want := fmt.Sprintf("[ERROR 410 too old resource version: %s (%s)]", first, forgotten)
	if got := b.from(first, 1); got != want {
		t.Errorf("of b, c and d the window of two has forgotten b; a watch from a's version\nshows %s,\nwant  %s", got, want)
	}
	if got, want := b.from(forgotten, 2), "[ADDED c ADDED d]"; got != want {
		t.Errorf("a watch from b's version shows %s, want %s", got, want)
	}
}

func TestAStateOfThePastIsListedFromMemory(t *testing.T) {
	b := newBench(t, 10)
	b.create("a")
	then := b.create("b")
	b.create("c")
	before := b.lists.Load()
	list := &kinds.List{}
	err := b.cache.GetList(b.Context(), "/pods", storage.ListOptions{
		ResourceVersion: then, Match: metav1.ResourceVersionMatchExact, Recursive: true,
	}, list)
	if err != nil || len(list.Items) != 2 {
		t.Errorf("at b's version there were %d pods (%v), want a and b: what came after it is undone", len(list.Items), err)
	}
	if n := b.lists.Load() - before; n != 0 {
		t.Errorf("the storage below was asked %d times: the cache found the version forgotten", n)
	}
}
