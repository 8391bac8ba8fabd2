package exercise

import (
	"fmt"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"

	storage "kubepath/chapters/05-storage"
	"kubepath/chapters/05-storage/memory"
	cacher "kubepath/chapters/10-cacher"
)

// bench is your Window in front of chapter 10's cache, with one watch that has been open from the start.
type bench struct {
	*testing.T
	storage *windowed
	open    watch.Interface
}

func newBench(t *testing.T, size int) *bench {
	t.Helper()
	newPod := func() runtime.Object { return &corev1.Pod{} }
	cache := cacher.New(cacher.Config{
		Storage: memory.Open(memory.Config{Resource: "/pods", NewFunc: newPod}), Resource: "/pods", NewFunc: newPod,
	})
	t.Cleanup(cache.Stop)
	b := &bench{T: t, storage: &windowed{Interface: cache, size: size}}
	b.open = b.watch(b.write("first"))
	return b
}

// write makes a pod and returns its version.
func (b *bench) write(name string) string {
	b.Helper()
	pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: "default"}}
	if err := b.storage.Create(b.Context(), "/pods/default/"+name, pod, pod, 0); err != nil {
		b.Fatal(err)
	}
	return pod.ResourceVersion
}

// create makes a pod, waits until the open watch has shown it, and returns its version.
func (b *bench) create(name string) string {
	b.Helper()
	version := b.write(name)
	for {
		switch shown := b.next(b.open); shown {
		case "ADDED " + name:
			return version
		case "nothing":
			b.Fatalf("a watch that has been open from the start does not show %s", name)
		}
	}
}

// watch goes on from a version.
func (b *bench) watch(version string) watch.Interface {
	b.Helper()
	w, err := b.storage.Watch(b.Context(), "/pods", storage.ListOptions{ResourceVersion: version, Recursive: true})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(w.Stop)
	return w
}

// next is what the next event says; after an ERROR, and where none comes: nothing.
func (b *bench) next(w watch.Interface) string {
	select {
	case e, ok := <-w.ResultChan():
		switch obj := e.Object.(type) {
		case *metav1.Status:
			return fmt.Sprintf("%s %d %s", e.Type, obj.Code, obj.Message)
		case runtime.CacheableObject:
			return fmt.Sprintf("%s %s", e.Type, obj.GetObject().(metav1.Object).GetName())
		}
		if ok {
			return string(e.Type)
		}
	case <-time.After(5 * time.Second):
	}
	return "nothing"
}

func TestAWatchGoesOnWhereItsClientWas(t *testing.T) {
	b := newBench(t, 10)
	first := b.create("a")
	b.create("b")
	b.create("c")
	w := b.watch(first)
	if got, want := b.next(w)+", "+b.next(w), "ADDED b, ADDED c"; got != want {
		t.Errorf("a watch from a's version shows %s, want %s", got, want)
	}
}

func TestNewEventsFollowThoseOfThePast(t *testing.T) {
	b := newBench(t, 10)
	first := b.create("a")
	b.create("b")
	w := b.watch(first)
	past := b.next(w)
	b.create("c")
	if got, want := past+", "+b.next(w), "ADDED b, ADDED c"; got != want {
		t.Errorf("a watch from a's version shows %s, want %s", got, want)
	}
}

func TestWhoComesTooLateIsToldToListAgain(t *testing.T) {
	b := newBench(t, 2)
	first, forgotten := b.create("a"), b.create("b")
	b.create("c")
	b.create("d")
	want := fmt.Sprintf("ERROR 410 too old resource version: %s (%s)", first, forgotten)
	if got := b.next(b.watch(first)); got != want {
		t.Errorf("of b, c and d the window of two has dropped b; a watch from a's version\nshows %s,\nwant  %s", got, want)
	}
	w := b.watch(forgotten)
	if got, want := b.next(w)+", "+b.next(w), "ADDED c, ADDED d"; got != want {
		t.Errorf("a watch from b's version shows %s, want %s", got, want)
	}
}
