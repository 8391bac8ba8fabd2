package cacher

import (
	"fmt"
	"testing"

	storage "kubepath/chapters/05-storage"
)

func TestAClientGoesOnAtACacheThatBeganLater(t *testing.T) {
	t.Parallel()
	s, _ := openMemory()
	seen := create(t, s, "a", "b")
	label(t, s, "a", "1")
	remove(t, s, "b")
	create(t, s, "c")
	c := cached(t, Config{Storage: s, Page: 1})
	w := watchFrom(t, c, seen, storage.SelectionPredicate{})
	for _, want := range []string{"MODIFIED a", "DELETED b", "ADDED c"} {
		if got := text(next(t, w)); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	if got := names(list(t, c, storage.ListOptions{ResourceVersion: "0"})); got != "a c" {
		t.Errorf("a cache that has just been filled holds %s, want a c", got)
	}
	then := storage.ListOptions{ResourceVersion: fmt.Sprint(seen), Match: "Exact"}
	if got := names(list(t, c, then)); got != "a b" {
		t.Errorf("at version %d were %s, want a b", seen, got)
	}
}

func TestACacheBeginsWithTheNewestWhereThePastIsGone(t *testing.T) {
	t.Parallel()
	s, _ := openMemory()
	seen := create(t, s, "a", "b")
	remove(t, s, "b")
	s.Database().Compact(s.Database().Revision())
	c := cached(t, Config{Storage: s})
	if got := names(list(t, c, storage.ListOptions{ResourceVersion: "0"})); got != "a" {
		t.Errorf("it holds %s, want a", got)
	}
	want := fmt.Sprintf("ERROR 410 too old resource version: %d (%d)", seen, s.Database().Revision())
	if got := text(next(t, watchFrom(t, c, seen, storage.SelectionPredicate{}))); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
