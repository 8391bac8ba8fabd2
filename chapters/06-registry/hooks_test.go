package registry_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/validation/field"

	rest "kubepath/chapters/04-rest"
	registry "kubepath/chapters/06-registry"
)

// recording is a strategy that notes what it is asked.
type recording struct {
	registry.Namespaced
	asked *[]string
}

func (r recording) ask(question string) { *r.asked = append(*r.asked, question) }

func (r recording) PrepareForCreate(context.Context, runtime.Object) { r.ask("PrepareForCreate") }
func (r recording) PrepareForUpdate(_ context.Context, _, _ runtime.Object) {
	r.ask("PrepareForUpdate")
}
func (r recording) Canonicalize(runtime.Object) { r.ask("Canonicalize") }

func (r recording) ValidateName(string, bool) []string { r.ask("ValidateName"); return nil }

func (r recording) Validate(context.Context, runtime.Object) field.ErrorList {
	r.ask("Validate")
	return nil
}

func (r recording) ValidateUpdate(_ context.Context, _, _ runtime.Object) field.ErrorList {
	r.ask("ValidateUpdate")
	return nil
}

func (r recording) WarningsOnCreate(context.Context, runtime.Object) []string {
	r.ask("WarningsOnCreate")
	return []string{"spec.old: deprecated"}
}

func (r recording) WarningsOnUpdate(_ context.Context, _, _ runtime.Object) []string {
	r.ask("WarningsOnUpdate")
	return []string{"spec.old: still deprecated"}
}

func TestAStrategyIsAskedInOrder(t *testing.T) {
	t.Parallel()
	s, r := configMaps()
	var steps []string
	s.Strategy = recording{asked: &steps}
	r.before = func(call string) error { steps = append(steps, call); return nil }
	s.BeginCreate = func(context.Context, runtime.Object, *rest.CreateOptions) (registry.FinishFunc, error) {
		steps = append(steps, "BeginCreate")
		return func(context.Context, bool) { steps = append(steps, "Finish") }, nil
	}
	s.AfterCreate = func(runtime.Object, *rest.CreateOptions) { steps = append(steps, "AfterCreate") }
	s.Decorator = func(runtime.Object) { steps = append(steps, "Decorator") }
	validate := func(_ context.Context, _, _ runtime.Object) error { steps = append(steps, "admission"); return nil }

	headers := http.Header{}
	ctx := rest.WithWarningRecorder(inNamespace(), headers)
	if _, err := s.Create(ctx, configMap("a"), &rest.CreateOptions{Validate: validate}); err != nil {
		t.Fatal(err)
	}
	want := []string{"BeginCreate", "PrepareForCreate", "ValidateName", "Validate", "WarningsOnCreate", "Canonicalize",
		"admission", "create /configmaps/ns/a", "Finish", "AfterCreate", "Decorator"}
	if !slices.Equal(steps, want) {
		t.Errorf("create:\ngot  %v\nwant %v", steps, want)
	}
	if got := headers.Get("Warning"); got != `299 - "spec.old: deprecated"` {
		t.Errorf("warning %q", got)
	}

	steps = nil
	if _, _, err := put(s, "a", configMap("a")); err != nil {
		t.Fatal(err)
	}
	want = []string{"update /configmaps/ns/a", "PrepareForUpdate", "ValidateUpdate", "WarningsOnUpdate", "Canonicalize", "Decorator"}
	if !slices.Equal(steps, want) {
		t.Errorf("update:\ngot  %v\nwant %v", steps, want)
	}
}

func TestFinishIsCalledOnceWithTheOutcome(t *testing.T) {
	t.Parallel()
	refused := errors.New("refused")
	rows := []struct {
		name    string
		obj     *corev1.ConfigMap
		options *rest.CreateOptions
		want    bool
	}{
		{"an object that is stored", configMap("new"), nil, true},
		{"an object that is not valid", configMap("Not_Valid"), nil, false},
		{"a name that is taken", configMap("old"), nil, false},
		{"an object that the caller refuses", configMap("new"), &rest.CreateOptions{
			Validate: func(_ context.Context, _, _ runtime.Object) error { return refused },
		}, false},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			s, _ := configMaps()
			mustCreate(t, s, configMap("old"))
			var outcomes []bool
			s.BeginCreate = func(context.Context, runtime.Object, *rest.CreateOptions) (registry.FinishFunc, error) {
				return func(_ context.Context, success bool) { outcomes = append(outcomes, success) }, nil
			}
			_, err := s.Create(inNamespace(), row.obj, row.options)
			if (err == nil) != row.want || !slices.Equal(outcomes, []bool{row.want}) {
				t.Errorf("error %v, outcomes %v", err, outcomes)
			}
		})
	}
}

func TestAnErrorOfABeginHookEndsTheCreate(t *testing.T) {
	t.Parallel()
	s, r := configMaps()
	refused := errors.New("no address is free")
	s.BeginCreate = func(context.Context, runtime.Object, *rest.CreateOptions) (registry.FinishFunc, error) {
		return nil, refused
	}
	if _, err := s.Create(inNamespace(), configMap("a"), nil); err != refused {
		t.Errorf("got %v", err)
	}
	wantCalls(t, r.take())
}

func TestAnObjectWithATTLGoesByItself(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, _ := configMaps()
		s.TTLFunc = func(_ runtime.Object, existing uint64, update bool) (uint64, error) {
			if update {
				return existing, nil
			}
			return 60, nil
		}
		mustCreate(t, s, configMap("a"))
		time.Sleep(50 * time.Second)
		if _, _, err := put(s, "a", configMap("a", func(cm *corev1.ConfigMap) { cm.Data = map[string]string{"k": "v"} })); err != nil {
			t.Fatal(err)
		}
		time.Sleep(9 * time.Second)
		stored(t, s, "a")
		time.Sleep(2 * time.Second)
		wantGone(t, s, "a")
	})
}
