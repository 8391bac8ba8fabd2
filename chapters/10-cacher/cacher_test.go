package cacher

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/labels"
	kruntime "k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"

	kinds "kubepath/chapters/02-kinds"
	storage "kubepath/chapters/05-storage"
	etcd3 "kubepath/chapters/07-etcd3"
)

func list(tb testing.TB, s storage.Interface, opts storage.ListOptions) *kinds.List {
	tb.Helper()
	opts.Recursive = true
	out := &kinds.List{TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "PodList"}}
	if err := s.GetList(context.Background(), "/pods", opts, out); err != nil {
		tb.Fatal(err)
	}
	return out
}

func names(l *kinds.List) string {
	var all []string
	for _, item := range l.Items {
		all = append(all, item.(*cachingObject).GetObjectMeta().GetName())
	}
	return strings.Join(all, " ")
}

func watchFrom(tb testing.TB, c *Cacher, revision uint64, p storage.SelectionPredicate) watch.Interface {
	tb.Helper()
	w, err := c.Watch(tb.Context(), "/pods", storage.ListOptions{ResourceVersion: fmt.Sprint(revision), Recursive: true, Predicate: p})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(w.Stop)
	return w
}

func next(tb testing.TB, w watch.Interface) watch.Event {
	tb.Helper()
	select {
	case e, open := <-w.ResultChan():
		if !open {
			tb.Fatal("the watch has ended")
		}
		return e
	case <-time.After(10 * time.Second):
		tb.Fatal("no event came")
	}
	return watch.Event{}
}

func text(e watch.Event) string {
	if status, ok := e.Object.(*metav1.Status); ok {
		return fmt.Sprintf("%s %d %s", e.Type, status.Code, status.Message)
	}
	m, _ := own(e.Object).(metav1.Object)
	return string(e.Type) + " " + m.GetName()
}

func TestReadsFromTheCacheAskEtcdForNoObjects(t *testing.T) {
	t.Parallel()
	var counting atomic.Bool
	var ranges, singles atomic.Int64
	_, config := etcd(t, func(call etcd3.Request) {
		switch {
		case !counting.Load():
		case call.Op.RangeBytes() != nil || strings.Contains(call.Key(), "/default/"):
			ranges.Add(1)
		default:
			singles.Add(1)
		}
	})
	below := etcd3.Open(config)
	create(t, below, "a", "b", "c")
	c := cached(t, Config{Storage: below})
	then := list(t, c, storage.ListOptions{})
	create(t, c, "d")
	list(t, c, storage.ListOptions{})

	counting.Store(true)
	page := list(t, c, storage.ListOptions{Predicate: storage.SelectionPredicate{Limit: 2}})
	reads := []struct {
		claim string
		opts  storage.ListOptions
		want  string
		asks  int64 // how new the database is
	}{
		{"without a version", storage.ListOptions{}, "a b c d", 1},
		{"at version 0", storage.ListOptions{ResourceVersion: "0"}, "a b c d", 0},
		{"not older than a version", storage.ListOptions{ResourceVersion: then.ResourceVersion}, "a b c d", 0},
		{"at exactly a version", storage.ListOptions{ResourceVersion: then.ResourceVersion, ResourceVersionMatch: "Exact"}, "a b c", 0},
		{"on from a token", storage.ListOptions{Predicate: storage.SelectionPredicate{Continue: page.Continue, Limit: 2}}, "c d", 0},
		{"at version 0 with a limit, which is not heeded",
			storage.ListOptions{ResourceVersion: "0", Predicate: storage.SelectionPredicate{Limit: 2}}, "a b c d", 0},
	}
	for _, row := range reads {
		singles.Store(0)
		if got := names(list(t, c, row.opts)); got != row.want {
			t.Errorf("%s: got %s, want %s", row.claim, got, row.want)
		}
		if got := singles.Load(); got != row.asks {
			t.Errorf("%s: etcd was asked %d times how new it is, want %d", row.claim, got, row.asks)
		}
	}
	var ref kinds.ResultPointer
	for _, version := range []string{"", "0", then.ResourceVersion} {
		if err := c.Get(t.Context(), "/pods/default/a", storage.GetOptions{ResourceVersion: version}, &ref); err != nil {
			t.Fatal(err)
		}
	}
	if ranges.Load() != 0 {
		t.Errorf("etcd was asked %d times for objects", ranges.Load())
	}
}

func TestAReaderSeesEveryWriteThatWasAnswered(t *testing.T) {
	t.Parallel()
	_, config := etcd(t, nil)
	c := cached(t, Config{Storage: etcd3.Open(config)})
	others := config
	others.Resource = "/others"
	create(t, c, "a")
	for i := range 100 {
		if i%2 == 0 { // the newest revision is then of something that the cache does not watch
			if _, err := config.Client.Put(t.Context(), others.Prefix+"/others/x", fmt.Sprint(i)); err != nil {
				t.Fatal(err)
			}
		}
		label(t, c, "a", fmt.Sprint(i))
		var ref kinds.ResultPointer
		if err := c.Get(t.Context(), "/pods/default/a", storage.GetOptions{}, &ref); err != nil {
			t.Fatal(err)
		}
		if _, cached := ref.Object.(*cachingObject); !cached {
			t.Fatal("the read was not served from the cache")
		}
		if got := own(ref.Object).(*corev1.Pod).Labels["app"]; got != fmt.Sprint(i) {
			t.Fatalf("write %d was answered, a read then sees %s", i, got)
		}
	}
}

func TestAnEventIsEncodedOnceForAThousandWatchers(t *testing.T) {
	t.Parallel()
	s, _ := openMemory()
	c := cached(t, Config{Storage: s})
	revision := create(t, c, "a")
	const watchers, changes = 1000, 5
	var encodings, delivered atomic.Int64
	encode := func(obj kruntime.Object, w io.Writer) error {
		encodings.Add(1)
		_, err := io.WriteString(w, obj.(*corev1.Pod).Labels["app"])
		return err
	}
	var all sync.WaitGroup
	for range watchers {
		w := watchFrom(t, c, revision, storage.SelectionPredicate{})
		all.Go(func() {
			for i := range changes {
				var out bytes.Buffer
				if err := (<-w.ResultChan()).Object.(*cachingObject).CacheEncode("test", encode, &out); err != nil || out.String() != fmt.Sprint(i) {
					t.Errorf("event %d is %q (%v)", i, out.String(), err)
					return
				}
				delivered.Add(1)
			}
		})
	}
	for i := range changes {
		label(t, c, "a", fmt.Sprint(i))
	}
	all.Wait()
	if delivered.Load() != watchers*changes || encodings.Load() != changes {
		t.Errorf("%d events of %d changes were encoded %d times", delivered.Load(), changes, encodings.Load())
	}
}

func TestASlowWatcherIsCutOffAndNobodyWaitsForIt(t *testing.T) {
	t.Parallel()
	s, _ := openMemory()
	c := cached(t, Config{Storage: s, WatcherBuffer: 20})
	revision := create(t, c, "a")
	slow := watchFrom(t, c, revision, storage.SelectionPredicate{})
	quick := watchFrom(t, c, revision, storage.SelectionPredicate{})
	const changes = 100
	for i := range changes {
		label(t, c, "a", fmt.Sprint(i))
		next(t, quick)
	}
	seen, last := 0, revision
	for e := range slow.ResultChan() { // ends, as it was cut off
		now, err := c.versioner.ObjectResourceVersion(e.Object)
		if err != nil || now <= last {
			t.Fatalf("version %d after %d (%v)", now, last, err)
		}
		seen, last = seen+1, now
	}
	if seen < channelSize || seen > channelSize+20+1 {
		t.Errorf("the slow watcher saw %d events", seen)
	}
	again := watchFrom(t, c, last, storage.SelectionPredicate{})
	for range changes - seen { // the client goes on where it was
		next(t, again)
	}
	upToDate{c}.waitUntilUpToDate(t.Context())
	if left := c.watchers.scopes[watcherScope{prefix: "/pods/"}]; len(left) != 2 {
		t.Errorf("%d watches are registered, want the quick one and the new one", len(left))
	}
}

func TestAForgottenVersionIsGone(t *testing.T) {
	t.Parallel()
	s, _ := openMemory()
	c := cached(t, Config{Storage: s, HistorySize: 10, HistoryAge: 1})
	first := create(t, c, "a")
	var last uint64
	for i := range 30 {
		last = label(t, c, "a", fmt.Sprint(i))
	}
	upToDate{c}.waitUntilUpToDate(t.Context())
	got := text(next(t, watchFrom(t, c, first, storage.SelectionPredicate{})))
	if want := fmt.Sprintf("ERROR 410 too old resource version: %d (%d)", first, last-10); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if n := len(c.watchCache.history.events); n != 10 {
		t.Errorf("%d changes are remembered, want 10", n)
	}
}

// A client must get the same answer from every server, however much each of them remembers.
func TestAVersionThatIsCompactedBelowIsGoneFromTheCacheToo(t *testing.T) {
	t.Parallel()
	s, _ := openMemory()
	c := cached(t, Config{Storage: s})
	at := create(t, c, "a", "b", "c")
	page := storage.ListOptions{Recursive: true, Predicate: storage.SelectionPredicate{Limit: 1}}
	page.Predicate.Continue = list(t, c, page).Continue
	exact := storage.ListOptions{Recursive: true, ResourceVersion: fmt.Sprint(at), ResourceVersionMatch: metav1.ResourceVersionMatchExact}
	label(t, c, "c", "x")
	s.Database().Compact(at)
	for _, opts := range []storage.ListOptions{page, exact} {
		if err := c.GetList(t.Context(), "/pods", opts, &kinds.List{}); err != nil {
			t.Errorf("the compacted revision itself: %v", err)
		}
	}
	s.Database().Compact(at + 1)
	var expired *storage.Error
	for _, opts := range []storage.ListOptions{page, exact} {
		err := c.GetList(t.Context(), "/pods", opts, &kinds.List{})
		if !errors.As(err, &expired) || !errors.Is(err, storage.ErrExpired) || (expired.Continue == "") != (opts.Predicate.Continue == "") {
			t.Fatalf("got %v, want it expired, and a token to go on with where there was one", err)
		}
		if expired.Continue != "" {
			page.Predicate.Continue = expired.Continue
		}
	}
	page.Predicate.Limit = 0
	if got := names(list(t, c, page)); got != "b c" {
		t.Errorf("the token goes on with %q, want b c", got)
	}
}

func TestAnIndexLeadsToObjectsAndWatchesWithoutAScan(t *testing.T) {
	t.Parallel()
	s, _ := openMemory()
	looked := atomic.Int64{}
	attrs := func(obj kruntime.Object) (labels.Set, fields.Set, error) {
		looked.Add(1)
		p := obj.(*corev1.Pod)
		return p.Labels, fields.Set{"spec.nodeName": p.Spec.NodeName}, nil
	}
	c := cached(t, Config{Storage: s, GetAttrsFunc: attrs, IndexedFields: []string{"spec.nodeName"}})
	revision := create(t, c, "a", "b", "c")
	bind := func(name, node string) {
		err := c.GuaranteedUpdate(t.Context(), "/pods/default/"+name, nil, storage.Update{
			Mutate: func(old kruntime.Object, _ storage.ResponseMeta) (storage.MutateResult, error) {
				old.(*corev1.Pod).Spec.NodeName = node
				return storage.MutateResult{Object: old}, nil
			},
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	onNode := func(node string) storage.SelectionPredicate {
		return storage.SelectionPredicate{Field: fields.OneTermEqualSelector("spec.nodeName", node), GetAttrs: attrs}
	}
	first, second := watchFrom(t, c, revision, onNode("n1")), watchFrom(t, c, revision, onNode("n2"))
	bind("a", "n1")
	bind("b", "n2")
	bind("a", "n2")
	remove(t, c, "a")
	for _, want := range []string{"ADDED a", "DELETED a"} {
		if got := text(next(t, first)); got != want {
			t.Errorf("on n1: got %s, want %s", got, want)
		}
	}
	for _, want := range []string{"ADDED b", "ADDED a", "DELETED a"} {
		if got := text(next(t, second)); got != want {
			t.Errorf("on n2: got %s, want %s", got, want)
		}
	}
	if got := names(list(t, c, storage.ListOptions{Predicate: onNode("n2")})); got != "b" {
		t.Errorf("on n2 are %s", got)
	}
	versions := int64(3 + 3 + 1) // of objects that were created, changed, and one more that is shown as deleted
	if looked.Load() > versions {
		t.Errorf("attributes were looked for %d times in %d versions of objects", looked.Load(), versions)
	}
}

func TestStopLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	s, _ := openMemory()
	c := New(Config{Storage: s, Resource: "/pods", NewFunc: newPod})
	c.WaitReady(t.Context())
	revision := create(t, c, "a")
	var open []watch.Interface
	for i := range 50 { // idle, with events that nobody takes, and with more of them than have room
		w := watchFrom(t, c, revision, storage.SelectionPredicate{AllowWatchBookmarks: i%2 == 0})
		open = append(open, w)
	}
	for i := range channelSize + 5 {
		label(t, c, "a", fmt.Sprint(i))
	}
	upToDate{c}.waitUntilUpToDate(t.Context())
	c.Stop()
	for _, w := range open {
		for range w.ResultChan() { // ends
		}
	}
	stacks := make([]byte, 1<<22)
	stacks = stacks[:runtime.Stack(stacks, true)]
	for stack := range strings.SplitSeq(string(stacks), "\n\n") {
		if strings.Contains(stack, fmt.Sprintf("(%p", c)) {
			t.Errorf("a goroutine is left:\n%s", stack)
		}
	}
	if got := list(t, c, storage.ListOptions{}); len(got.Items) != 1 {
		t.Errorf("a stopped cache lists %d objects, want what lies below", len(got.Items))
	}
	c.Stop()
}
