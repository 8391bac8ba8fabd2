package registry_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metainternalversion "k8s.io/apimachinery/pkg/apis/meta/internalversion"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"

	kinds "kubepath/chapters/02-kinds"
	rest "kubepath/chapters/04-rest"
	storage "kubepath/chapters/05-storage"
	registry "kubepath/chapters/06-registry"
)

func selecting(field string) *metainternalversion.ListOptions {
	return &metainternalversion.ListOptions{FieldSelector: fields.ParseSelectorOrDie(field)}
}

func TestASelectorNarrowsTheKeysThatAreRead(t *testing.T) {
	t.Parallel()
	rows := []struct {
		name      string
		namespace string
		options   *metainternalversion.ListOptions
		key       string
		recursive bool
	}{
		{"one namespace", "ns", nil, "/configmaps/ns", true},
		{"all namespaces", "", nil, "/configmaps", true},
		{"one name in a namespace is one key", "ns", selecting("metadata.name=a"), "/configmaps/ns/a", false},
		{"one name in all namespaces is a search", "", selecting("metadata.name=a"), "/configmaps", true},
		{"one namespace out of all", "", selecting("metadata.namespace=ns"), "/configmaps/ns", true},
		{"one name in one namespace out of all", "", selecting("metadata.namespace=ns,metadata.name=a"), "/configmaps/ns/a", false},
		{"a namespace that cannot exist is no key", "", selecting("metadata.namespace=../secrets"), "/configmaps", true},
		{"a name that cannot exist is no key", "ns", selecting("metadata.name=.."), "/configmaps/ns", true},
		{"any but one name is a search", "ns", selecting("metadata.name!=a"), "/configmaps/ns", true},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			s, r := configMaps()
			ctx := rest.WithNamespace(t.Context(), row.namespace)
			if _, err := s.List(ctx, row.options); err != nil {
				t.Fatal(err)
			}
			w, err := s.Watch(ctx, row.options)
			if err != nil {
				t.Fatal(err)
			}
			w.Stop()
			wantCalls(t, r.take(), "list "+row.key, "watch "+row.key)
			for _, opts := range r.lists {
				if opts.Recursive != row.recursive {
					t.Errorf("recursive %v", opts.Recursive)
				}
			}
		})
	}
}

func TestAListHasTheKindOfItsItems(t *testing.T) {
	t.Parallel()
	s, _ := configMaps()
	mustCreate(t, s, configMap("b"))
	mustCreate(t, s, configMap("a", func(cm *corev1.ConfigMap) { cm.Labels = map[string]string{"x": "y"} }))
	obj, err := s.List(inNamespace(), &metainternalversion.ListOptions{LabelSelector: labels.SelectorFromSet(labels.Set{"x": "y"})})
	if err != nil {
		t.Fatal(err)
	}
	list := obj.(*kinds.List)
	if list.Kind != "ConfigMapList" || list.APIVersion != "v1" || list.ResourceVersion == "" || !slices.Equal(names(list), []string{"a"}) {
		t.Errorf("got %s %s at %s: %v", list.APIVersion, list.Kind, list.ResourceVersion, names(list))
	}
}

func names(list *kinds.List) []string {
	var found []string
	for _, item := range list.Items {
		found = append(found, item.(metav1.Object).GetName())
	}
	return found
}

func TestAListGoesOnWhereItsPageEnded(t *testing.T) {
	t.Parallel()
	s, _ := configMaps()
	for _, name := range []string{"a", "b", "c"} {
		mustCreate(t, s, configMap(name))
	}
	first, err := s.List(inNamespace(), &metainternalversion.ListOptions{Limit: 2})
	if err != nil {
		t.Fatal(err)
	}
	token := first.(*kinds.List).Continue
	second, err := s.List(inNamespace(), &metainternalversion.ListOptions{Limit: 2, Continue: token})
	if err != nil || !slices.Equal(names(second.(*kinds.List)), []string{"c"}) {
		t.Errorf("second page %v, error %v", second, err)
	}
	_, err = s.List(inNamespace(), &metainternalversion.ListOptions{Continue: token, ResourceVersion: "1"})
	wantStatus(t, err, metav1.StatusReasonBadRequest, "specifying resource version is not allowed when using continue")
}

func TestWhatSelectorsSeeIsTheStoresToSay(t *testing.T) {
	t.Parallel()
	s, _ := configMaps()
	if got := s.SelectableFields(); !slices.Equal(got, []string{"metadata.name", "metadata.namespace"}) {
		t.Errorf("without attributes: %v", got)
	}
	s.Attrs = func(obj runtime.Object) (labels.Set, fields.Set, error) {
		return nil, fields.Set{"metadata.name": "", "data.k": obj.(*corev1.ConfigMap).Data["k"]}, nil
	}
	if got := s.SelectableFields(); !slices.Equal(got, []string{"data.k", "metadata.name"}) {
		t.Errorf("with attributes: %v", got)
	}
	mustCreate(t, s, configMap("a", data("x")))
	mustCreate(t, s, configMap("b", data("y")))
	list, err := s.List(inNamespace(), selecting("data.k=y"))
	if err != nil || !slices.Equal(names(list.(*kinds.List)), []string{"b"}) {
		t.Errorf("got %v, error %v", list, err)
	}
}

func TestAWatchSeesWhatTheStoreDoes(t *testing.T) {
	t.Parallel()
	s, _ := configMaps()
	w, err := s.Watch(inNamespace(), &metainternalversion.ListOptions{AllowWatchBookmarks: true})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Stop()
	mustCreate(t, s, configMap("a"))
	if _, _, err := put(s, "a", configMap("a", data("v"))); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.Delete(inNamespace(), "a", nil); err != nil {
		t.Fatal(err)
	}
	for _, want := range []watch.EventType{watch.Added, watch.Modified, watch.Deleted} {
		if event := <-w.ResultChan(); event.Type != want {
			t.Errorf("got %s, want %s", event.Type, want)
		}
	}
}

func stamp(obj runtime.Object) {
	m, _ := meta.Accessor(obj)
	m.SetLabels(map[string]string{"decorated": "yes"})
}

func TestADecoratorChangesWhatIsReadAndNotWhatIsStored(t *testing.T) {
	t.Parallel()
	bare, _ := configMaps()
	s := *bare
	s.Decorator, s.ReturnDeleted = stamp, true
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

func TestDeleteCollectionDeletesWhatMatches(t *testing.T) {
	t.Parallel()
	for _, workers := range []int{0, 4} {
		s, _ := configMaps()
		s.DeleteWorkers = workers
		for _, name := range []string{"a", "b", "c"} {
			mustCreate(t, s, configMap(name))
		}
		mustCreate(t, s, configMap("held", finalizers("example.com/hold")))
		out, err := s.DeleteCollection(inNamespace(), nil, selecting("metadata.name!=b"))
		if err != nil {
			t.Fatal(err)
		}
		list := out.(*kinds.List)
		if list.Kind != "ConfigMapList" || list.ResourceVersion == "" || !slices.Equal(names(list), []string{"a", "c", "held"}) {
			t.Errorf("got %s at %q: %v", list.Kind, list.ResourceVersion, names(list))
		}
		if list.Items[2].(*corev1.ConfigMap).DeletionTimestamp != nil {
			t.Error("objects are answered as they were listed")
		}
		wantGone(t, s, "a")
		wantGone(t, s, "c")
		stored(t, s, "b")
		if stored(t, s, "held").GetDeletionTimestamp() == nil {
			t.Error("the held object is not being deleted")
		}
	}
}

func TestDeleteCollectionToleratesWhatIsGoneAlready(t *testing.T) {
	t.Parallel()
	s, r := configMaps()
	mustCreate(t, s, configMap("a"))
	mustCreate(t, s, configMap("b"))
	r.before = func(call string) error {
		if call == "get /configmaps/ns/a" {
			return storage.Fail("get", "/configmaps/ns/a", storage.ErrNotFound)
		}
		return nil
	}
	if _, err := s.DeleteCollection(inNamespace(), nil, nil); err != nil {
		t.Errorf("got %v", err)
	}
	wantGone(t, s, "b")
}

func TestDeleteCollectionEndsWithTheFirstError(t *testing.T) {
	t.Parallel()
	refused := errors.New("not this one")
	rows := map[string]func(context.Context, runtime.Object) error{
		"an error": func(context.Context, runtime.Object) error { return refused },
		"a panic":  func(context.Context, runtime.Object) error { panic("nil map") },
	}
	for name, validate := range rows {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, _ := configMaps()
			mustCreate(t, s, configMap("a"))
			mustCreate(t, s, configMap("b"))
			if _, err := s.DeleteCollection(inNamespace(), &rest.DeleteOptions{Validate: validate}, nil); err == nil {
				t.Error("no error")
			}
			stored(t, s, "a")
			stored(t, s, "b")
		})
	}
}

func TestDeleteCollectionWithALimitDeletesOnePage(t *testing.T) {
	t.Parallel()
	s, _ := configMaps()
	for _, name := range []string{"a", "b", "c"} {
		mustCreate(t, s, configMap(name))
	}
	out, err := s.DeleteCollection(inNamespace(), nil, &metainternalversion.ListOptions{Limit: 2})
	if err != nil || !slices.Equal(names(out.(*kinds.List)), []string{"a", "b"}) {
		t.Errorf("got %v, error %v", out, err)
	}
	stored(t, s, "c")
}

var _ registry.Strategy = registry.ClusterScoped{}
