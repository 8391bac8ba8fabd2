package controlplane_test

import (
	"context"
	"fmt"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	kruntime "k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/tools/cache"
)

// Etcd is away for ten seconds. Watches stay open, reads of any version are answered, and when etcd is back every write is
// seen, once and in order.
func TestWhileEtcdIsAwayWatchesStayOpenAndNothingIsLost(t *testing.T) {
	const objects = 200
	m := newMachine(t, t.TempDir())
	m.startAPI()
	w := newWriters(m.client(), objects)
	if err := w.create(t.Context()); err != nil {
		t.Fatal(err)
	}
	created := len(w.written)
	client := m.client()
	all := source(client, "")
	d := newDiary("informer")
	informer := inform(t, all, d)
	retried, stop := retry(t, client, all)
	defer stop()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { defer close(ended); w.write(ctx) }()
	m.until("some writes", func() bool { return w.answers.Load() >= objects+100 })
	open := runtime.NumGoroutine()

	m.etcd.Close()
	away := time.After(10 * time.Second)
	list, err := client.CoreV1().ConfigMaps("default").List(t.Context(), metav1.ListOptions{ResourceVersion: "0"})
	if err != nil || len(list.Items) < objects-atOnce {
		t.Errorf("without etcd, a list of any version has %v", err)
	}
	<-away
	m.startEtcd()
	goal := w.answers.Load() + 100
	m.until("writes after the outage", func() bool { return w.answers.Load() >= goal })
	cancel()
	<-ended

	m.until("the informer holds what the server holds", func() bool { return holds(t, informer, all) })
	m.until("the retried watch has seen the last write", func() bool { return retried.caughtUp(w.latest()) })
	d.check(t, w.written[created:])
	retried.check(t, w.written[created:])
	m.until("no more goroutines than before", func() bool { return runtime.NumGoroutine() <= open })
}

// listings counts how often a source is listed.
func listings(from *cache.ListWatch) (*cache.ListWatch, *atomic.Int64) {
	n, list := &atomic.Int64{}, from.ListWithContextFunc
	counted := *from
	counted.ListWithContextFunc = func(ctx context.Context, o metav1.ListOptions) (kruntime.Object, error) {
		n.Add(1)
		return list(ctx, o)
	}
	return &counted, n
}

// An informer's server is away while another one writes, and etcd forgets. It is told 410, and lists again.
func TestAnInformerRecoversFromAVersionThatIsGone(t *testing.T) {
	m := newMachine(t, "")
	m.startAPI()
	client := m.client()
	w := newWriters(client, 50)
	if err := w.create(t.Context()); err != nil {
		t.Fatal(err)
	}
	all := source(client, "")
	counted, lists := listings(all)
	d := newDiary("informer")
	informer := inform(t, listing{counted}, d)
	if _, err := w.client.Update(t.Context(), changedOnce(), metav1.UpdateOptions{}); err != nil { // a watch that has seen nothing is not trusted
		t.Fatal(err)
	}
	m.until("it is filled", func() bool { return holds(t, informer, all) })
	before, known := lists.Load(), informer.LastSyncResourceVersion()

	m.stop()
	there := m.door
	m.door = openDoor(t)
	m.startAPI()
	meanwhile := m.client().CoreV1().ConfigMaps("default")
	var version string
	for i := range 50 {
		obj := objectNamed(i)
		obj.Data["n"] = "changed"
		if i%5 == 0 {
			if err := meanwhile.Delete(t.Context(), obj.Name, metav1.DeleteOptions{}); err != nil {
				t.Fatal(err)
			}
			continue
		}
		changed, err := meanwhile.Update(t.Context(), obj, metav1.UpdateOptions{})
		if err != nil {
			t.Fatal(err)
		}
		version = changed.ResourceVersion
	}
	var revision int64
	if _, err := fmt.Sscan(version, &revision); err != nil {
		t.Fatal(err)
	}
	if _, err := m.etcd.Client().Compact(t.Context(), revision); err != nil {
		t.Fatal(err)
	}
	m.stop()
	m.door = there
	m.startAPI()

	m.until("it holds what the server holds", func() bool { return holds(t, informer, all) })
	d.check(t, nil)
	gone, err := client.CoreV1().ConfigMaps("default").Watch(t.Context(), metav1.ListOptions{ResourceVersion: known})
	if err != nil {
		t.Fatal(err)
	}
	defer gone.Stop()
	if e := <-gone.ResultChan(); !apierrors.IsResourceExpired(apierrors.FromObject(e.Object)) || lists.Load() == before {
		t.Errorf("a watch from version %s is told %v; the informer has listed %d times since", known, e, lists.Load()-before)
	}
	if n := len(informer.GetStore().List()); n != 40 {
		t.Errorf("it holds %d objects, want 40", n)
	}
}

// A list of what exists is streamed as events that end with a bookmark, from memory.
func TestAWatchListEndsWithABookmark(t *testing.T) {
	m := newMachine(t, "")
	m.startAPI()
	client := m.client()
	if err := newWriters(client, 100).create(t.Context()); err != nil {
		t.Fatal(err)
	}
	wanted := true
	w, err := client.CoreV1().ConfigMaps("default").Watch(t.Context(), metav1.ListOptions{
		SendInitialEvents: &wanted, AllowWatchBookmarks: true, ResourceVersionMatch: metav1.ResourceVersionMatchNotOlderThan,
	})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Stop()
	for i := range 102 { // and the ConfigMap that every namespace has
		e := <-w.ResultChan()
		obj, ok := e.Object.(*corev1.ConfigMap)
		if !ok {
			t.Fatalf("event %d is %s %v", i, e.Type, e.Object)
		}
		if _, last := obj.Annotations[metav1.InitialEventsAnnotationKey]; last {
			if i < 100 {
				t.Errorf("%d events came before the bookmark, want 100", i)
			}
			return
		}
	}
	t.Error("no bookmark came")
}

func changedOnce() *corev1.ConfigMap {
	obj := objectNamed(1)
	obj.Data["n"] = "once"
	return obj
}
