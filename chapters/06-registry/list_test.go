package registry_test

import (
	"slices"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metainternalversion "k8s.io/apimachinery/pkg/apis/meta/internalversion"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"

	kinds "kubepath/chapters/02-kinds"
	rest "kubepath/chapters/04-rest"
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
	s.AttrFunc = func(obj runtime.Object) (labels.Set, fields.Set, error) {
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
