package cacher

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"k8s.io/apimachinery/pkg/labels"

	storage "kubepath/chapters/05-storage"
)

// counting is a selector by app=VALUE that counts the objects that it is asked about.
type counting struct {
	labels.Selector
	asked *atomic.Int64
}

func (c counting) Matches(l labels.Labels) bool {
	c.asked.Add(1)
	return c.Selector.Matches(l)
}

func byApp(value string) (storage.SelectionPredicate, *atomic.Int64) {
	asked := &atomic.Int64{}
	selector := counting{labels.SelectorFromSet(labels.Set{"app": value}), asked}
	return storage.SelectionPredicate{Label: selector, GetAttrs: storage.DefaultAttrs(true)}, asked
}

// apps is a cache of the pods a to f, of which a, c and e have app=web.
func apps(t *testing.T) (c *Cacher, version string) {
	t.Helper()
	s, _ := openMemory()
	c = cached(t, Config{Storage: s, GetAttrsFunc: storage.DefaultAttrs(true)})
	for i, name := range []string{"a", "b", "c", "d", "e", "f"} {
		create(t, c, name)
		version = fmt.Sprint(label(t, c, name, []string{"web", "db"}[i%2]))
	}
	return c, version
}

func TestASelectorByALabelLooksOnlyAtWhatHasIt(t *testing.T) {
	t.Parallel()
	c, version := apps(t)
	first, _ := byApp("web")
	page := list(t, c, storage.ListOptions{Predicate: storage.SelectionPredicate{Label: first.Label, GetAttrs: first.GetAttrs, Limit: 2}})
	label(t, c, "a", "db")
	remove(t, c, "c")
	label(t, c, "f", "web")
	rows := []struct {
		claim string
		opts  storage.ListOptions
		want  string
		looks int64
	}{
		{"now", storage.ListOptions{}, "e f", 2},
		{"at a version that is over", storage.ListOptions{ResourceVersion: version, ResourceVersionMatch: "Exact"}, "a c e", 3},
		{"the next page", storage.ListOptions{Predicate: storage.SelectionPredicate{Continue: page.Continue}}, "e", 1},
	}
	for _, row := range rows {
		p, asked := byApp("web")
		row.opts.Predicate.Label, row.opts.Predicate.GetAttrs = p.Label, p.GetAttrs
		if got := names(list(t, c, row.opts)); got != row.want || asked.Load() != row.looks {
			t.Errorf("%s: got %s after looking at %d objects, want %s after %d", row.claim, got, asked.Load(), row.want, row.looks)
		}
	}
}

func TestAWatchByALabelIsNotOfferedWhatNeverHadIt(t *testing.T) {
	t.Parallel()
	c, version := apps(t)
	web, asked := byApp("web")
	revision, _ := c.versioner.ParseResourceVersion(version)
	w := watchFrom(t, c, revision, web)
	label(t, c, "b", "queue")
	remove(t, c, "d")
	label(t, c, "a", "db")
	label(t, c, "b", "web")
	for _, want := range []string{"DELETED a", "ADDED b"} {
		if got := text(next(t, w)); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	if asked.Load() != 4 { // a and b, before and after
		t.Errorf("it was asked about %d objects, want 4", asked.Load())
	}
}

func TestACacheLearnsABoundedNumberOfLabels(t *testing.T) {
	t.Parallel()
	c, _ := apps(t)
	for i := range 3 * maxLabels {
		selector := labels.SelectorFromSet(labels.Set{fmt.Sprint("l", i): "x"})
		list(t, c, storage.ListOptions{Predicate: storage.SelectionPredicate{Label: selector}})
	}
	if n := len(c.watchCache.index.labels); n != maxLabels {
		t.Errorf("%d labels are indexed, want %d", n, maxLabels)
	}
	p, _ := byApp("web")
	if got := names(list(t, c, storage.ListOptions{Predicate: p})); got != "a c e" {
		t.Errorf("without an index: %s", got)
	}
}

func TestALabelIsLearntWhileObjectsChange(t *testing.T) {
	t.Parallel()
	c, _ := apps(t)
	var all sync.WaitGroup
	for _, name := range []string{"a", "b", "c"} {
		all.Go(func() {
			for i := range 20 {
				label(t, c, name, []string{"web", "db"}[i%2])
			}
		})
	}
	for range 20 {
		p, _ := byApp("web")
		list(t, c, storage.ListOptions{Predicate: p})
	}
	all.Wait()
	p, _ := byApp("db")
	if got := names(list(t, c, storage.ListOptions{Predicate: p})); got != "a b c d f" {
		t.Errorf("got %s, want a b c d f", got)
	}
}
