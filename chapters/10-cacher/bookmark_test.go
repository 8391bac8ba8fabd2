package cacher

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"k8s.io/apimachinery/pkg/watch"

	storage "kubepath/chapters/05-storage"
)

// The clock of a bubble moves when all wait: the minutes of this test take no time.
func TestAnIdleWatchIsToldEveryMinuteAndShortlyBeforeItsEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, _ := openMemory()
		c := New(Config{Storage: s, Resource: "/pods", NewFunc: newPod})
		defer c.Stop()
		c.WaitReady(t.Context())
		revision := create(t, c, "a")
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
		defer cancel()
		began := time.Now()
		w, err := c.Watch(ctx, "/pods", storage.ListOptions{
			ResourceVersion: fmt.Sprint(revision), Recursive: true,
			Predicate: storage.SelectionPredicate{AllowWatchBookmarks: true},
		})
		if err != nil {
			t.Fatal(err)
		}
		var at []time.Duration
		for e := range w.ResultChan() {
			if version, _ := c.versioner.ObjectResourceVersion(e.Object); e.Type != watch.Bookmark || version < revision {
				t.Fatalf("got %s at %d", text(e), version)
			}
			at = append(at, time.Since(began))
		}
		last := time.Duration(0)
		for i, now := range at {
			if pause := now - last; i < len(at)-1 && (pause < 45*time.Second || pause > 75*time.Second) {
				t.Errorf("bookmark %d came %v after the one before", i, pause)
			}
			last = now
		}
		if end := 10*time.Minute - bookmarkBeforeEnd; last > end || last < end-bookmarkBeforeEnd/10 { // one just before is as good
			t.Errorf("the last bookmark came at %v, want %v or just before", last, end)
		}
	})
}

func TestAWatchThatDoesNotKnowBookmarksGetsNone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, _ := openMemory()
		c := New(Config{Storage: s, Resource: "/pods", NewFunc: newPod})
		defer c.Stop()
		c.WaitReady(t.Context())
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
		defer cancel()
		w, err := c.Watch(ctx, "/pods", storage.ListOptions{ResourceVersion: "1", Recursive: true})
		if err != nil {
			t.Fatal(err)
		}
		for e := range w.ResultChan() {
			t.Errorf("got %s", text(e))
		}
	})
}
