package registry_test

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"

	kinds "kubepath/chapters/02-kinds"
	storage "kubepath/chapters/05-storage"
)

func stamp(obj runtime.Object) {
	m, _ := meta.Accessor(obj)
	m.SetLabels(map[string]string{"decorated": "yes"})
}

func TestADecoratorChangesWhatIsReadAndNotWhatIsStored(t *testing.T) {
	t.Parallel()
	bare, _ := configMaps()
	s := *bare
	s.Decorator, s.ReturnDeletedObject = stamp, true
	ctx := inNamespace()
	w, err := s.Watch(ctx, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Stop()

	answers := map[string]func() (runtime.Object, error){
		"1 create": func() (runtime.Object, error) { return s.Create(ctx, configMap("a"), nil) },
		"2 get":    func() (runtime.Object, error) { return s.Get(ctx, "a", nil) },
		"3 list": func() (runtime.Object, error) {
			list, err := s.List(ctx, nil)
			return list.(*kinds.List).Items[0], err
		},
		"4 watch":  func() (runtime.Object, error) { return (<-w.ResultChan()).Object, nil },
		"5 update": func() (runtime.Object, error) { obj, _, err := put(&s, "a", configMap("a")); return obj, err },
		"6 bare":   func() (runtime.Object, error) { return bare.Get(ctx, "a", nil) },
		"7 delete": func() (runtime.Object, error) { obj, _, err := s.Delete(ctx, "a", nil); return obj, err },
	}
	for _, call := range slices.Sorted(keys(answers)) {
		obj, err := answers[call]()
		if err != nil {
			t.Fatalf("%s: %v", call, err)
		}
		if decorated := obj.(*corev1.ConfigMap).Labels["decorated"] == "yes"; decorated != (call != "6 bare") {
			t.Errorf("%s: decorated %v", call, decorated)
		}
	}
}

func keys[V any](m map[string]V) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

func TestADecoratedWatchEndsWithItsReaderItsContextOrItsSource(t *testing.T) {
	t.Parallel()
	ends := map[string]func(w watch.Interface, cancel func(), source *watch.FakeWatcher){
		"the reader stops it": func(w watch.Interface, _ func(), _ *watch.FakeWatcher) { w.Stop(); w.Stop() },
		"the context ends":    func(_ watch.Interface, cancel func(), _ *watch.FakeWatcher) { cancel() },
		"the source ends":     func(_ watch.Interface, _ func(), source *watch.FakeWatcher) { source.Stop() },
	}
	for name, end := range ends {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { // which fails if a goroutine is left
				s, r := configMaps()
				source := watch.NewFakeWithChanSize(2, false)
				s.Storage, s.Decorator = fixedWatch{r, source}, stamp
				source.Add(configMap("a"))
				source.Action(watch.Bookmark, configMap(""))
				ctx, cancel := context.WithCancel(inNamespace())
				defer cancel()
				w, err := s.Watch(ctx, nil)
				if err != nil {
					t.Fatal(err)
				}
				added, bookmark := <-w.ResultChan(), <-w.ResultChan()
				if added.Object.(*corev1.ConfigMap).Labels == nil || bookmark.Object.(*corev1.ConfigMap).Labels != nil {
					t.Errorf("objects are decorated, bookmarks are not: %v, %v", added, bookmark)
				}
				end(w, cancel, source)
				if _, open := <-w.ResultChan(); open {
					t.Error("the watch goes on")
				}
				synctest.Wait()
				if !source.IsStopped() {
					t.Error("the source goes on")
				}
			})
		})
	}
}

type fixedWatch struct {
	storage.Interface
	watch watch.Interface
}

func (f fixedWatch) Watch(context.Context, string, storage.ListOptions) (watch.Interface, error) {
	return f.watch, nil
}
