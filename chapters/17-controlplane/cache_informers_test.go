package controlplane_test

import (
	"context"
	"fmt"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"
	clientwatch "k8s.io/client-go/tools/watch"
)

// source lists and watches the ConfigMaps that a selector picks, for client-go's Reflector.
func source(client kubernetes.Interface, selector string) *cache.ListWatch {
	api := client.CoreV1().ConfigMaps("default")
	return &cache.ListWatch{
		ListWithContextFunc: func(ctx context.Context, o metav1.ListOptions) (runtime.Object, error) {
			o.LabelSelector = selector
			return api.List(ctx, o)
		},
		WatchFuncWithContext: func(ctx context.Context, o metav1.ListOptions) (watch.Interface, error) {
			o.LabelSelector = selector
			return api.Watch(ctx, o)
		},
	}
}

// listing is a source that is listed, where the Reflector would have the objects streamed.
type listing struct{ *cache.ListWatch }

func (listing) IsWatchListSemanticsUnSupported() bool { return true }

// inform runs an informer for as long as the test.
func inform(t *testing.T, from cache.ListerWatcher, d *diary) cache.SharedIndexInformer {
	t.Helper()
	informer := cache.NewSharedIndexInformer(from, &corev1.ConfigMap{}, 0, nil)
	if _, err := informer.AddEventHandler(d.handler()); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	ctx, cancel := context.WithCancel(context.Background())
	go func() { defer close(ended); informer.RunWithContext(ctx) }()
	t.Cleanup(func() { cancel(); <-ended })
	if !cache.WaitForCacheSync(t.Context().Done(), informer.HasSynced) {
		t.Fatal("the informer was not filled")
	}
	return informer
}

// holds reports whether an informer holds what the server lists.
func holds(t *testing.T, informer cache.SharedIndexInformer, from *cache.ListWatch) bool {
	t.Helper()
	list, err := from.ListWithContextFunc(t.Context(), metav1.ListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	items := list.(*corev1.ConfigMapList).Items
	if len(items) != len(informer.GetStore().ListKeys()) {
		return false
	}
	for i := range items {
		found, ok, err := informer.GetStore().Get(&items[i])
		if err != nil || !ok || found.(*corev1.ConfigMap).ResourceVersion != items[i].ResourceVersion {
			return false
		}
	}
	return true
}

func TestInformersMissNothingThroughTenRestartsOfTheServer(t *testing.T) {
	const objects, restarts, between = 5000, 10, 300
	m := newMachine(t, "")
	m.startAPI()
	w := newWriters(m.client(), objects)
	if err := w.create(t.Context()); err != nil {
		t.Fatal(err)
	}
	created := len(w.written)
	client := m.client()
	all, group := source(client, ""), source(client, "group=3")
	streamed, listed, few := newDiary("streamed"), newDiary("listed"), newDiary("by label")
	informers := []struct {
		cache.SharedIndexInformer
		from *cache.ListWatch
	}{{inform(t, all, streamed), all}, {inform(t, listing{all}, listed), all}, {inform(t, group, few), group}}
	retried, stop := retry(t, client, all)
	defer stop()

	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { defer close(ended); w.write(ctx) }()
	for range restarts {
		goal := w.answers.Load() + between
		m.until("the next writes", func() bool { return w.answers.Load() >= goal && retried.caughtUp(w.latest()) })
		m.stop()
		m.startAPI()
	}
	cancel()
	<-ended
	for _, i := range informers {
		m.until("an informer holds what the server holds", func() bool { return holds(t, i.SharedIndexInformer, i.from) })
	}
	m.until("the retried watch has seen the last write, or has failed", func() bool { return retried.caughtUp(w.latest()) })
	for _, d := range []*diary{streamed, listed, retried} {
		d.check(t, w.written[created:])
	}
	few.check(t, nil)
	t.Logf("%d objects, %d writes, %d restarts", objects, len(w.written)-created, restarts)
}

// retry watches with client-go's RetryWatcher, which goes on where a watch has ended, but never lists.
func retry(t *testing.T, client kubernetes.Interface, from *cache.ListWatch) (*diary, func()) {
	t.Helper()
	list, err := client.CoreV1().ConfigMaps("default").List(t.Context(), metav1.ListOptions{Limit: 1})
	if err != nil {
		t.Fatal(err)
	}
	w, err := clientwatch.NewRetryWatcherWithContext(context.Background(), list.ResourceVersion, from)
	if err != nil {
		t.Fatal(err)
	}
	d, ended := newDiary("retried"), make(chan struct{})
	go func() {
		defer close(ended)
		for e := range w.ResultChan() {
			if e.Type == watch.Error {
				d.mu.Lock()
				d.faults = append(d.faults, fmt.Sprint("ERROR ", e.Object))
				d.mu.Unlock()
				continue
			}
			d.note(string(e.Type), e.Object)
		}
	}()
	return d, func() { w.Stop(); <-ended }
}
