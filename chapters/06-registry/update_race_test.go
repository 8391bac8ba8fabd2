package registry_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"

	rest "kubepath/chapters/04-rest"
	registry "kubepath/chapters/06-registry"
)

// rival lets another writer change the object between an attempt's read and its write, n times.
func rival(t *testing.T, s *registry.Store, n int) func(context.Context, runtime.Object) (runtime.Object, error) {
	return func(_ context.Context, old runtime.Object) (runtime.Object, error) {
		if n > 0 {
			if _, _, err := put(s, "a", configMap("a", data(strings.Repeat("x", n)))); err != nil {
				t.Error(err)
			}
			n--
		}
		old.(*corev1.ConfigMap).Labels = map[string]string{"mine": "yes"}
		return old, nil
	}
}

func TestALostRaceIsRunAgainWithWhatTheOtherWrote(t *testing.T) {
	t.Parallel()
	s, _ := configMaps()
	mustCreate(t, s, configMap("a"))
	other := *s
	var outcomes []bool
	s.BeginUpdate = func(context.Context, runtime.Object, runtime.Object, *rest.Update) (registry.FinishFunc, error) {
		return func(_ context.Context, success bool) { outcomes = append(outcomes, success) }, nil
	}
	out, _, err := s.Update(inNamespace(), "a", &rest.Update{Mutate: rival(t, &other, 2)})
	if err != nil {
		t.Fatal(err)
	}
	if got := out.(*corev1.ConfigMap); got.Data["k"] != "x" || got.Labels["mine"] != "yes" {
		t.Errorf("got %v", got)
	}
	if want := []bool{false, false, true}; !slices.Equal(outcomes, want) {
		t.Errorf("each attempt ends once: got %v, want %v", outcomes, want)
	}
}

func TestConcurrentUpdatesAllCount(t *testing.T) {
	t.Parallel()
	s, _ := configMaps()
	mustCreate(t, s, configMap("a", data("")))
	var writers sync.WaitGroup
	for range 8 {
		writers.Go(func() {
			_, _, err := s.Update(inNamespace(), "a", &rest.Update{
				Mutate: func(_ context.Context, old runtime.Object) (runtime.Object, error) {
					old.(*corev1.ConfigMap).Data["k"] += "x"
					return old, nil
				},
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	writers.Wait()
	got, err := s.Get(inNamespace(), "a", nil)
	if err != nil || got.(*corev1.ConfigMap).Data["k"] != "xxxxxxxx" {
		t.Errorf("got %v, error %v", got, err)
	}
}
