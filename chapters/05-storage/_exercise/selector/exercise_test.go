package exercise

import (
	"context"
	"errors"
	"maps"
	"slices"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"

	storage "kubepath/chapters/05-storage"
	"kubepath/chapters/05-storage/memory"
	"kubepath/chapters/05-storage/storagetest"
)

func TestAnObjectThatBeginsToMatchIsAdded(t *testing.T) {
	t.Parallel()
	in := pod("a", "web")
	see(t, "it was created with app=web", nil, in, watch.Added, in)
	see(t, "it existed with app=db, and became app=web: the client has never heard of it", pod("a", "db"), in, watch.Added, in)
}

func TestAnObjectThatStillMatchesIsModified(t *testing.T) {
	t.Parallel()
	now := pod("a", "web")
	see(t, "it was and is app=web", pod("a", "web"), now, watch.Modified, now)
}

func TestAnObjectThatCeasesToMatchIsDeleted(t *testing.T) {
	t.Parallel()
	last := pod("a", "web")
	see(t, "it was app=web, and was deleted", last, nil, watch.Deleted, last)
	see(t, "it was app=web, and became app=db. It exists, but not for this client, who must take it off its list; "+
		"and who asked for app=web is shown no app=db", last, pod("a", "db"), watch.Deleted, last)
}

func TestNoChangeOfTheListIsMissed(t *testing.T) {
	t.Parallel()
	for change, c := range map[string][2]runtime.Object{
		"begins to match": {pod("a", "db"), pod("a", "web")},
		"ceases to match": {pod("a", "web"), pod("a", "db")},
		"is deleted":      {pod("a", "web"), nil},
	} {
		kind, _, err := See(web(), c[0], c[1])
		if err != nil || kind == "" {
			t.Errorf("an object %s: no event and error %v. Whoever looks at one of the two states only, misses the other's half of the changes",
				change, err)
		}
	}
}

func TestWhatNeverMatchesIsNotSeen(t *testing.T) {
	t.Parallel()
	see(t, "it was created with app=db", nil, pod("a", "db"), "", nil)
	see(t, "it was and is app=db", pod("a", "db"), pod("a", "db"), "", nil)
	see(t, "it was app=db, and was deleted: the client never knew it", pod("a", "db"), nil, "", nil)
}

func TestAnErrorOfThePredicateComesBack(t *testing.T) {
	t.Parallel()
	broken := errors.New("no attributes")
	p := storage.SelectionPredicate{
		Field:    fields.OneTermEqualSelector("spec.nodeName", "n"),
		GetAttrs: func(runtime.Object) (labels.Set, fields.Set, error) { return nil, nil, broken },
	}
	for _, change := range [][2]runtime.Object{{nil, pod("a", "web")}, {pod("a", "web"), nil}} {
		if kind, _, err := See(p, change[0], change[1]); !errors.Is(err, broken) {
			t.Errorf("the predicate fails with %q, but See says event %q and error %v: the watch would go on with a hole in it", broken, kind, err)
		}
	}
}

// A client that follows the rules of doc.go, through changes of every kind.
func TestAClientsListHoldsWhatMatches(t *testing.T) {
	t.Parallel()
	states := map[string]*corev1.Pod{}
	list := map[string]string{}
	for step, c := range []struct{ name, app string }{
		{"a", "web"}, {"b", "db"}, {"c", "web"}, {"a", "db"}, {"b", "web"}, {"c", ""}, {"a", "web"}, {"b", ""}, {"a", "web"}, {"c", "db"}, {"c", ""},
	} {
		old, current := runtime.Object(nil), runtime.Object(nil)
		if was := states[c.name]; was != nil {
			old = was
		}
		if delete(states, c.name); c.app != "" {
			states[c.name] = pod(c.name, c.app)
			current = states[c.name]
		}
		kind, obj, err := See(web(), old, current)
		if err != nil {
			t.Fatal(err)
		}
		switch _, has := list[c.name]; {
		case kind == watch.Added && has:
			t.Errorf("step %d: ADDED %s, which the client has already", step, c.name)
		case (kind == watch.Modified || kind == watch.Deleted) && !has:
			t.Errorf("step %d: %s %s, of which the client has never heard", step, kind, c.name)
		}
		switch kind {
		case watch.Added, watch.Modified:
			list[c.name] = obj.(*corev1.Pod).Labels["app"]
		case watch.Deleted:
			delete(list, c.name)
		}
		if got, want := slices.Sorted(maps.Keys(list)), matching(states); !slices.Equal(got, want) {
			t.Fatalf("step %d, %s becomes %q: the client's list is %v, what matches is %v", step, c.name, c.app, got, want)
		}
	}
}

// The group of chapter 5's own suite that is about selectors.
func TestTheContractOfSelectorsHolds(t *testing.T) {
	storagetest.Run(t, func(tb testing.TB) storagetest.Fixture {
		below := memory.Open(memory.Config{NewFunc: func() runtime.Object { return &corev1.Pod{} }, Resource: "/pods"})
		return storagetest.Fixture{Storage: impatient{Store{below}, tb}}
	}, "selector")
}

// impatient ends its watches soon: an event that does not come is not worth waiting for.
type impatient struct {
	storage.Interface
	tb testing.TB
}

func (i impatient) Watch(ctx context.Context, key string, opts storage.ListOptions) (watch.Interface, error) {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	i.tb.Cleanup(cancel)
	return i.Interface.Watch(ctx, key, opts)
}

func web() storage.SelectionPredicate {
	return storage.SelectionPredicate{Label: labels.SelectorFromSet(labels.Set{"app": "web"})}
}

func pod(name, app string) *corev1.Pod {
	return &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: name, Labels: map[string]string{"app": app}}}
}

func matching(states map[string]*corev1.Pod) []string {
	var names []string
	for name, p := range states {
		if p.Labels["app"] == "web" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// see fails unless a watcher of app=web sees this event of the change.
func see(t *testing.T, change string, old, current runtime.Object, kind watch.EventType, shown runtime.Object) {
	t.Helper()
	gotKind, got, err := See(web(), old, current)
	switch {
	case err != nil:
		t.Errorf("%s: error %v", change, err)
	case gotKind != kind:
		t.Errorf("%s: the event is %q, want %q", change, gotKind, kind)
	case kind != "" && got != shown:
		t.Errorf("%s: shown is the object with app=%s, want the one with app=%s", change, app(got), app(shown))
	}
}

func app(obj runtime.Object) string {
	if p, ok := obj.(*corev1.Pod); ok {
		return p.Labels["app"]
	}
	return "?"
}
