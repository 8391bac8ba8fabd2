package exercise

import (
	"errors"
	"fmt"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/watch"

	storage "kubepath/chapters/05-storage"
)

// after adds what was asked for to the claims of a test.
func after(t *testing.T, w *Window, revision uint64, want string) {
	t.Helper()
	found, err := w.After(revision)
	got := names(found)
	if errors.Is(err, storage.ErrExpired) {
		got = "expired"
	} else if err != nil {
		t.Fatalf("After(%d): %v", revision, err)
	}
	if got != want {
		t.Errorf("After(%d) is %s, want %s", revision, got, want)
	}
}

// event says that a pod was created.
func event(name string) watch.Event {
	return watch.Event{Type: watch.Added, Object: &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: name}}}
}

// names are those of the events' objects: [a b].
func names(events []watch.Event) string {
	all := []string{}
	for _, e := range events {
		all = append(all, e.Object.(*corev1.Pod).Name)
	}
	return fmt.Sprint(all)
}

// filled is a Window that began at 5 and was told of events, with writes to other resources in between.
func filled(size int) *Window {
	w := &Window{Size: size}
	w.Begin(5)
	for i, revision := range []uint64{10, 12, 20, 21} {
		w.Add(revision, event("abcd"[i:i+1]))
	}
	return w
}

func TestWhatCameAfterARevisionIsToldInItsOrder(t *testing.T) {
	w := filled(10)
	after(t, w, 5, "[a b c d]")
	after(t, w, 11, "[b c d]") // somebody else's write: a client can have seen it
	after(t, w, 19, "[c d]")
}

func TestWhatAClientHasSeenIsNotToldAgain(t *testing.T) {
	w := filled(10)
	after(t, w, 10, "[b c d]")
	after(t, w, 20, "[d]")
	after(t, w, 21, "[]")
}

func TestWhoHasSeenMoreThanTheWindowMissesNothing(t *testing.T) {
	after(t, filled(10), 1000, "[]")
}

func TestBeforeItBeganNothingIsKnown(t *testing.T) {
	w := filled(10)
	after(t, w, 4, "expired")
	w.Begin(50)
	after(t, w, 21, "expired")
	after(t, w, 50, "[]")
	if w.Since() != 50 {
		t.Errorf("Since is %d, want 50: that is where it began", w.Since())
	}
}

// What it holds is b, c, d. Who has seen a (10) misses none of the others; who has not would never hear of it.
func TestAFullWindowForgetsTheOldestAndSaysSo(t *testing.T) {
	w := filled(3)
	after(t, w, 9, "expired")
	after(t, w, 5, "expired")
	after(t, w, 10, "[b c d]")
	after(t, w, 12, "[c d]")
	if w.Since() != 10 {
		t.Errorf("Since is %d, want 10: the revision of what was dropped last", w.Since())
	}
}

func TestWhatWasHandedOutDoesNotChange(t *testing.T) {
	w := filled(4)
	found, err := w.After(5)
	if err != nil {
		t.Fatal(err)
	}
	for i, revision := range []uint64{30, 31, 32} {
		w.Add(revision, event("xyz"[i:i+1]))
	}
	if got := names(found); got != "[a b c d]" {
		t.Errorf("a slice that After returned became %s while more was added: a watch reads it in its own time", got)
	}
}
