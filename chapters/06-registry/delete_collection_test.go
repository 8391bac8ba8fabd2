package registry_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metainternalversion "k8s.io/apimachinery/pkg/apis/meta/internalversion"
	"k8s.io/apimachinery/pkg/runtime"

	kinds "kubepath/chapters/02-kinds"
	rest "kubepath/chapters/04-rest"
	storage "kubepath/chapters/05-storage"
)

func TestDeleteCollectionDeletesWhatMatches(t *testing.T) {
	t.Parallel()
	for _, workers := range []int{0, 4} {
		s, _ := configMaps()
		s.DeleteCollectionWorkers = workers
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
			return storage.WrapError("get", "/configmaps/ns/a", storage.ErrNotFound)
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
	rows := map[string]rest.ValidateFunc{
		"an error": func(_ context.Context, _, _ runtime.Object) error { return refused },
		"a panic":  func(_ context.Context, _, _ runtime.Object) error { panic("nil map") },
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
