package registry_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	rest "kubepath/chapters/04-rest"
)

func TestAnUpdateThatTakesTheLastFinalizerDeletes(t *testing.T) {
	t.Parallel()
	s, _ := configMaps()
	held := mustCreate(t, s, configMap("a", finalizers("example.com/one", "example.com/two")))
	var deleted []string
	s.AfterDelete = func(obj runtime.Object, _ *rest.DeleteOptions) {
		deleted = append(deleted, obj.(*corev1.ConfigMap).Name)
	}
	if _, immediately, err := s.Delete(inNamespace(), "a", nil); err != nil || immediately {
		t.Fatalf("immediately %v, error %v", immediately, err)
	}

	_, _, err := put(s, "a", configMap("a", finalizers("example.com/one", "example.com/two", "example.com/new")))
	wantStatus(t, err, metav1.StatusReasonInvalid, `ConfigMap "a" is invalid: metadata.finalizers: Forbidden: `+
		`no new finalizers can be added if the object is being deleted, found new finalizers []string{"example.com/new"}`)

	if _, _, err := put(s, "a", configMap("a", finalizers("example.com/two"))); err != nil {
		t.Fatal(err)
	}
	if m := stored(t, s, "a"); m.GetDeletionTimestamp() == nil {
		t.Errorf("an update has undone the deletion: %v", m)
	}
	out, created, err := put(s, "a", configMap("a"))
	if err != nil || created {
		t.Fatalf("created %v, error %v", created, err)
	}
	if got := out.(*corev1.ConfigMap); got.UID != held.UID || len(got.Finalizers) != 0 {
		t.Errorf("the answer to an update is the object: %v", got)
	}
	wantGone(t, s, "a")
	if !slices.Equal(deleted, []string{"a"}) {
		t.Errorf("after-delete hook saw %v", deleted)
	}
}

func TestAStoreMayKeepWhatHasNoFinalizersLeft(t *testing.T) {
	t.Parallel()
	s, _ := configMaps()
	s.ShouldDeleteDuringUpdate = func(_ context.Context, obj, _ runtime.Object) bool { return obj.(*corev1.ConfigMap).Data == nil }
	mustCreate(t, s, configMap("a", finalizers("example.com/one"), data("v")))
	if _, _, err := s.Delete(inNamespace(), "a", nil); err != nil {
		t.Fatal(err)
	}
	if _, _, err := put(s, "a", configMap("a", data("v"))); err != nil {
		t.Fatal(err)
	}
	stored(t, s, "a")
	if _, _, err := put(s, "a", configMap("a")); err != nil {
		t.Fatal(err)
	}
	wantGone(t, s, "a")
}

func TestAnUpdateThatFindsTheObjectRemovedByAnotherStillSucceeds(t *testing.T) {
	t.Parallel()
	s, r := configMaps()
	mustCreate(t, s, configMap("a", finalizers("example.com/one")))
	if _, _, err := s.Delete(inNamespace(), "a", nil); err != nil {
		t.Fatal(err)
	}
	r.before = func(call string) error {
		if strings.HasPrefix(call, "delete") {
			r.before = nil
			return r.Interface.Delete(context.Background(), "/configmaps/ns/a", nil, noOptions)
		}
		return nil
	}
	if _, _, err := put(s, "a", configMap("a")); err != nil || apierrors.IsNotFound(err) {
		t.Errorf("got %v", err)
	}
	wantGone(t, s, "a")
}
