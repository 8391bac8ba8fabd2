package registry_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	rest "kubepath/chapters/04-rest"
)

// patient gives its objects thirty seconds where the client does not say how long.
type patient struct{ counting }

func (patient) CheckGracefulDelete(_ context.Context, _ runtime.Object, o *metav1.DeleteOptions) bool {
	if o.GracePeriodSeconds == nil {
		o.GracePeriodSeconds = new(int64)
		*o.GracePeriodSeconds = 30
	}
	return true
}

func TestAGracePeriodMayOnlyBecomeShorter(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, _ := configMaps()
		s.Strategy, s.ReturnDeletedObject = patient{}, true
		mustCreate(t, s, configMap("a"))
		begun := time.Now()
		steps := []struct {
			name    string
			options *rest.DeleteOptions
			period  int64
			gone    bool
		}{
			{"the resource's own period", options(), 30, false},
			{"none again", options(), 30, false},
			{"a longer one", options(period(300)), 30, false},
			{"a shorter one", options(period(5)), 5, false},
			{"a negative one is one second", options(period(-7)), 1, false},
			{"zero", options(period(0)), 0, true},
		}
		for _, step := range steps {
			time.Sleep(100 * time.Millisecond)
			out, immediately, err := s.Delete(inNamespace(), "a", step.options)
			if err != nil || immediately != step.gone {
				t.Fatalf("%s: immediately %v, error %v", step.name, immediately, err)
			}
			got := out.(*corev1.ConfigMap)
			want := begun.Add(time.Duration(step.period) * time.Second)
			if *got.DeletionGracePeriodSeconds != step.period || !got.DeletionTimestamp.Time.Equal(want) || got.Generation != 2 {
				t.Errorf("%s: %d s until %v, generation %d; want %d s until %v", step.name,
					*got.DeletionGracePeriodSeconds, got.DeletionTimestamp, got.Generation, step.period, want)
			}
		}
		wantGone(t, s, "a")
	})
}

func TestAForcedDeleteIsMarkedBeforeTheObjectGoes(t *testing.T) {
	t.Parallel()
	s, r := configMaps()
	s.Strategy, s.ReturnDeletedObject = patient{}, true
	before := mustCreate(t, s, configMap("a"))
	r.take()
	force := options(period(0), func(o *metav1.DeleteOptions) {
		o.Preconditions = &metav1.Preconditions{ResourceVersion: &before.ResourceVersion}
	})
	out, immediately, err := s.Delete(inNamespace(), "a", force)
	if err != nil || !immediately || *out.(*corev1.ConfigMap).DeletionGracePeriodSeconds != 0 {
		t.Errorf("got %v, immediately %v, error %v", out, immediately, err)
	}
	wantCalls(t, r.take(), "get /configmaps/ns/a", "update /configmaps/ns/a", "delete /configmaps/ns/a")
	if force.Preconditions.ResourceVersion != &before.ResourceVersion || *force.GracePeriodSeconds != 0 {
		t.Error("the caller's options have changed")
	}
}

func TestAForcedDeleteToleratesThatAnotherWasFaster(t *testing.T) {
	t.Parallel()
	s, r := configMaps()
	s.Strategy, s.ReturnDeletedObject = patient{}, true
	mustCreate(t, s, configMap("a"))
	r.before = func(call string) error {
		if strings.HasPrefix(call, "delete") {
			return r.Interface.Delete(context.Background(), "/configmaps/ns/a", nil, noOptions)
		}
		return nil
	}
	out, immediately, err := s.Delete(inNamespace(), "a", options(period(0)))
	if cm, ok := out.(*corev1.ConfigMap); err != nil || !immediately || !ok || cm.DeletionTimestamp == nil {
		t.Errorf("got %v, immediately %v, error %v", out, immediately, err)
	}
}

func TestAFinalizerThatComesWhileADeleteRunsHoldsTheObject(t *testing.T) {
	t.Parallel()
	s, r := configMaps()
	mustCreate(t, s, configMap("a", finalizers("example.com/one")))
	other := *s
	r.before = func(call string) error {
		if !strings.HasPrefix(call, "update") {
			return nil
		}
		r.before = nil
		_, _, err := put(&other, "a", configMap("a", finalizers("example.com/one", "example.com/two")))
		return err
	}
	out, immediately, err := s.Delete(inNamespace(), "a", options())
	if cm, ok := out.(*corev1.ConfigMap); err != nil || immediately || !ok || len(cm.Finalizers) != 2 {
		t.Errorf("got %v, immediately %v, error %v", out, immediately, err)
	}
}

func TestDeleteHooksSeeEachObjectOnce(t *testing.T) {
	t.Parallel()
	s, _ := configMaps()
	var seen int
	s.AfterDelete = func(runtime.Object, *rest.DeleteOptions) { seen++ }
	mustCreate(t, s, configMap("held", finalizers("example.com/hold")))
	mustCreate(t, s, configMap("free"))
	for name, want := range map[string]int{"held": 0, "free": 1} {
		seen = 0
		if _, _, err := s.Delete(inNamespace(), name, options()); err != nil || seen != want {
			t.Errorf("%s: %d calls, want %d; error %v", name, seen, want, err)
		}
	}
}
