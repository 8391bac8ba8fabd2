package storage_test

import (
	"errors"
	"slices"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"

	storage "kubepath/chapters/05-storage"
)

func labelled(value string) *corev1.Pod {
	pod := podAt("5")
	pod.Labels = map[string]string{"app": value}
	return pod
}

func selecting(label, field string) storage.SelectionPredicate {
	var p storage.SelectionPredicate
	if label != "" {
		p.Label, _ = labels.Parse(label)
	}
	if field != "" {
		p.Field = fields.ParseSelectorOrDie(field)
	}
	return p
}

func TestWhatAPredicateMatches(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		label, field string
		want         bool
	}{
		{"", "", true},
		{"app=x", "", true},
		{"app=y", "", false},
		{"app in (x,y)", "metadata.name=a", true},
		{"app=x", "metadata.name=b", false},
		{"", "metadata.namespace=default", true},
		{"", "metadata.namespace!=default", false},
		{"", "spec.nodeName=n", false},
	} {
		p := selecting(row.label, row.field)
		for _, attrs := range []storage.AttrFunc{nil, storage.DefaultAttrs(true)} {
			p.GetAttrs = attrs
			if got, err := p.Matches(labelled("x")); got != row.want || err != nil {
				t.Errorf("label %q field %q: got %v (%v), want %v", row.label, row.field, got, err, row.want)
			}
		}
	}
}

func TestASharedObjectIsMatched(t *testing.T) {
	t.Parallel()
	if got, err := selecting("app=x", "metadata.name=a").Matches(&cached{pod: labelled("x")}); !got || err != nil {
		t.Fatalf("got %v (%v)", got, err)
	}
}

func TestAPredicateOfOneNameNeedsOneKey(t *testing.T) {
	t.Parallel()
	if name, ok := selecting("", "metadata.name=a,spec.x=y").MatchesSingle(); name != "a" || !ok {
		t.Errorf("got %q, %v", name, ok)
	}
	if namespace, ok := selecting("", "metadata.namespace=n").MatchesSingleNamespace(); namespace != "n" || !ok {
		t.Errorf("got %q, %v", namespace, ok)
	}
	paged := selecting("", "metadata.name=a")
	paged.Continue = "token"
	for _, p := range []storage.SelectionPredicate{{}, selecting("", "metadata.name!=a"), paged} {
		if name, ok := p.MatchesSingle(); ok {
			t.Errorf("%+v needs only %q", p, name)
		}
	}
}

func TestAnIndexIsUsedWhereOneValueIsRequired(t *testing.T) {
	t.Parallel()
	p := selecting("app=x,tier!=db", "spec.nodeName=n,status.phase!=Failed")
	got := p.MatcherIndex([]string{"spec.nodeName", "status.phase"}, []string{"app", "tier"})
	want := []storage.MatchValue{{IndexName: "f:spec.nodeName", Value: "n"}, {IndexName: "l:app", Value: "x"}}
	if !slices.Equal(got, want) {
		t.Fatalf("got %v, want %v", got, want)
	}
}

func TestWhatAWatcherSees(t *testing.T) {
	t.Parallel()
	in, out, everything := labelled("x"), labelled("y"), storage.SelectionPredicate{}
	only := selecting("app=x", "")
	for _, row := range []struct {
		name     string
		p        storage.SelectionPredicate
		old, new runtime.Object
		want     watch.EventType
		object   runtime.Object
	}{
		{"an object appears", everything, nil, in, watch.Added, in},
		{"an object changes", everything, out, in, watch.Modified, in},
		{"an object goes", everything, in, nil, watch.Deleted, in},
		{"one that matches appears", only, nil, in, watch.Added, in},
		{"one that does not match appears", only, nil, out, "", nil},
		{"one begins to match", only, out, in, watch.Added, in},
		{"one still matches", only, in, in, watch.Modified, in},
		{"one ceases to match", only, in, out, watch.Deleted, in},
		{"one still does not match", only, out, out, "", nil},
		{"one that matched goes", only, in, nil, watch.Deleted, in},
		{"one that did not match goes", only, out, nil, "", nil},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			kind, object, err := storage.WatchEventFor(row.p, row.old, row.new)
			if kind != row.want || object != row.object || err != nil {
				t.Fatalf("got %q with %v (%v), want %q with %v", kind, object, err, row.want, row.object)
			}
		})
	}
}

func TestAWatchEndsWithAStatus(t *testing.T) {
	t.Parallel()
	for err, want := range map[error]int32{
		storage.WatchExpired(): 410,
		storage.ErrExpired:     410,
		storage.WrapError("watch", "/pods/", errors.New("x")): 500,
	} {
		e := storage.ErrorEvent(err)
		if got := e.Object.(*metav1.Status).Code; e.Type != watch.Error || got != want {
			t.Errorf("%v is %s %d, want ERROR %d", err, e.Type, got, want)
		}
	}
}

func TestPreconditionsSayWhichDiffers(t *testing.T) {
	t.Parallel()
	uid, other, version := types.UID("u"), types.UID("other"), "9"
	for _, row := range []struct {
		p    *metav1.Preconditions
		want string
	}{
		{nil, ""},
		{&metav1.Preconditions{}, ""},
		{&metav1.Preconditions{UID: &uid}, ""},
		{&metav1.Preconditions{UID: &other}, "Precondition failed: UID in precondition: other, UID in object meta: u"},
		{&metav1.Preconditions{UID: &uid, ResourceVersion: &version},
			"Precondition failed: ResourceVersion in precondition: 9, ResourceVersion in object meta: 5"},
	} {
		err := storage.CheckPreconditions("/pods/default/a", row.p, podAt("5"))
		var e *storage.Error
		switch {
		case row.want == "" && err != nil:
			t.Errorf("%v: %v", row.p, err)
		case row.want != "" && (!errors.Is(err, storage.ErrPrecondition) || !errors.As(err, &e) || e.Detail != row.want):
			t.Errorf("%v: got %v, want %q", row.p, err, row.want)
		}
	}
}

func TestAnErrorIsGivenItsPlaceOnce(t *testing.T) {
	t.Parallel()
	inner := storage.WrapError("get", "/pods/a", storage.ErrNotFound)
	if got := storage.WrapError("update", "/pods/b", inner); got != inner {
		t.Errorf("got %v, want %v", got, inner)
	}
	_, placeless := storage.PrepareKey("/pods/", "/pods/../a", false)
	if got := storage.WrapError("get", "/pods/../a", placeless).Error(); got !=
		`get "/pods/../a": key is not valid: invalid key: "/pods/../a"` {
		t.Errorf("got %s", got)
	}
	if storage.WrapError("get", "/", nil) != nil {
		t.Error("no error became one")
	}
}

func TestKeysAreCheckedAndPrefixesEndWithASlash(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		key       string
		recursive bool
		want      string // "": refused
	}{
		{"/pods/default/a", false, "/pods/default/a"},
		{"/pods/default", true, "/pods/default/"},
		{"/pods/default/", true, "/pods/default/"},
		{"/pods/.hidden", false, "/pods/.hidden"},
		{"/pods/a..b", false, "/pods/a..b"},
		{"", false, ""},
		{"/", true, ""},
		{"/pods/./a", false, ""},
		{"/pods/..", true, ""},
		{"/pods/../", true, ""},
		{"..", false, ""},
		{".", true, ""},
		{"../pods/a", false, ""},
		{"./pods/a", false, ""},
		{"/pods", true, "/pods/"},
		{"/pods", false, ""},
		{"/podsandmore/a", false, ""},
		{"/secrets/default/a", false, ""},
		{"pods/default/a", false, ""},
	} {
		got, err := storage.PrepareKey("/pods/", row.key, row.recursive)
		if refused := row.want == ""; refused != errors.Is(err, storage.ErrInvalidKey) || !refused && got != row.want {
			t.Errorf("%q is %q (%v), want %q", row.key, got, err, row.want)
		}
	}
}
