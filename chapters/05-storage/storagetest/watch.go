package storagetest

import (
	"context"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/watch"

	storage "kubepath/chapters/05-storage"
)

// eventReader is a watch whose events a case reads one by one.
type eventReader struct {
	c *check
	watch.Interface
}

// event is a watch event that can be compared: "ADDED a".
type event struct{ watch.Event }

func (e event) name() string {
	if m, ok := e.Object.(metav1.Object); ok {
		return m.GetName()
	}
	return ""
}

func (e event) String() string {
	if status, ok := e.Object.(*metav1.Status); ok {
		return fmt.Sprintf("%s %d %s: %s", e.Type, status.Code, status.Reason, status.Message)
	}
	return string(e.Type) + " " + e.name()
}

// watch watches the pods below a path, with opts, until the case ends.
func (c *check) watch(path string, opts storage.ListOptions) *eventReader {
	c.Helper()
	opts.Recursive = true
	return c.watchKey(key(path), opts)
}

// now watches all changes from the current version. A watch without a version may read the existing objects later.
func (c *check) now() storage.ListOptions {
	c.Helper()
	return storage.ListOptions{ResourceVersion: c.list("", storage.ListOptions{}).ResourceVersion}
}

func (c *check) watchKey(key string, opts storage.ListOptions) *eventReader {
	c.Helper()
	w, err := c.Storage.Watch(c.ctx, key, opts)
	c.ok(err)
	c.Cleanup(w.Stop)
	return &eventReader{c, w}
}

// next waits for the next event.
func (w *eventReader) next() event {
	w.c.Helper()
	select {
	case e, open := <-w.ResultChan():
		if !open {
			w.c.Fatal("the watch ended where an event was expected")
		}
		return event{e}
	case <-w.c.ctx.Done():
		w.c.Fatalf("no event came within %v", patience)
	}
	return event{}
}

// progress requests progress until an event arrives. One request is not enough: etcd ignores it while another watch of
// the same stream is not synchronized.
func (w *eventReader) progress() event {
	w.c.Helper()
	again := time.NewTicker(50 * time.Millisecond)
	defer again.Stop()
	for {
		w.c.ok(w.c.Storage.RequestWatchProgress(w.c.ctx))
		select {
		case e, open := <-w.ResultChan():
			if !open {
				w.c.Fatal("the watch ended where a bookmark was expected")
			}
			return event{e}
		case <-again.C:
		}
	}
}

// sees compares the next events with wanted ones, each written as "ADDED a".
func (w *eventReader) sees(want ...string) []event {
	w.c.Helper()
	var events []event
	for _, text := range want {
		e := w.next()
		events = append(events, e)
		if e.String() != text {
			w.c.Fatalf("event %d is %q, want %q", len(events), e, text)
		}
	}
	return events
}

// version returns the resource version of the event's object.
func (w *eventReader) version(e event) uint64 {
	w.c.Helper()
	return w.c.version(e.Object)
}

// ends waits until the result channel is closed. It ignores events before that.
func (w *eventReader) ends() {
	w.c.Helper()
	late := time.After(patience)
	for {
		select {
		case _, open := <-w.ResultChan():
			if !open {
				return
			}
		case <-late:
			w.c.Fatal("the watch did not end")
		}
	}
}

// from watches the changes after a version.
func from(version string) storage.ListOptions {
	return storage.ListOptions{ResourceVersion: version}
}

// initialEvents watches with SendInitialEvents set.
func initialEvents(wanted bool) storage.ListOptions {
	return storage.ListOptions{SendInitialEvents: &wanted, Predicate: storage.SelectionPredicate{AllowWatchBookmarks: true}}
}

var watchCases = []testCase{
	{name: "changes after a version come in their order, with their versions", check: func(c *check) {
		c.createAll("before")
		w := c.watch("", c.now())
		want := []uint64{
			c.version(c.create(pod("a"))), c.version(c.create(pod("b"))),
			c.version(c.label("a", "x")), c.version(c.delete("b")),
		}
		var got []uint64
		for _, e := range w.sees("ADDED a", "ADDED b", "MODIFIED a", "DELETED b") {
			got = append(got, w.version(e))
		}
		c.same("the versions", got, want)
	}},
	{name: "changes from before the watch began are seen too", check: func(c *check) {
		created := c.create(pod("a"))
		c.label("a", "x")
		c.delete("a")
		c.createAll("a")
		c.watch("", from(created.ResourceVersion)).sees("MODIFIED a", "DELETED a", "ADDED a")
	}},
	{name: "without a version, what exists comes first", check: func(c *check) {
		c.createAll("b", "a")
		for _, version := range []string{"", "0"} {
			w := c.watch("", from(version))
			w.sees("ADDED a", "ADDED b")
			c.createAll("new-" + fmt.Sprint(len(version)))
			w.sees("ADDED new-" + fmt.Sprint(len(version)))
			c.delete("new-" + fmt.Sprint(len(version)))
		}
	}},
	{name: "an event carries the object as stored", check: func(c *check) {
		w := c.watch("", c.now())
		created := c.create(pod("a", withLabel("x")))
		c.same("the event's object", w.next().Object.(*corev1.Pod), created)
	}},
	{name: "a deletion shows the last state with the version of the deletion", check: func(c *check) {
		created := c.create(pod("a", withLabel("x")))
		deleted := c.delete("a")
		e := c.watch("", from(created.ResourceVersion)).sees("DELETED a")[0]
		c.same("the event's object", e.Object.(*corev1.Pod), deleted)
		c.same("its label", deleted.Labels["app"], "x")
	}},
	{name: "a watch of one key does not see its neighbours", check: func(c *check) {
		w := c.watchKey(key("default/a"), c.now())
		c.createAll("ab", "a")
		c.delete("ab")
		c.delete("a")
		w.sees("ADDED a", "DELETED a")
	}},
	{name: "a key that ends with a slash is a prefix only where the watch is recursive", check: func(c *check) {
		ctx, cancel := context.WithCancel(c.ctx)
		opts := c.now()
		w, err := c.Storage.Watch(ctx, key("default/"), opts)
		c.ok(err)
		c.createAll("a")
		c.watch("", opts).sees("ADDED a")
		cancel()
		for e := range w.ResultChan() {
			c.Fatalf("got %v", event{e})
		}
	}},
	{name: "a watch of a namespace ends at its slash", check: func(c *check) {
		w := c.watch("default", c.now())
		c.create(pod("b", inNamespace("default-2")))
		c.create(pod("a", inNamespace("default")))
		w.sees("ADDED a")
	}},
	{name: "a version of the future shows nothing older", check: func(c *check) {
		created := c.create(pod("a"))
		w, err := c.Storage.Watch(c.ctx, key(""), storage.ListOptions{
			ResourceVersion: fmt.Sprint(c.version(created) + 2), Recursive: true,
		})
		if err != nil {
			c.fails(err, "watch", key(""), storage.ErrFuture)
			return
		}
		defer w.Stop()
		eventReader := &eventReader{c, w}
		c.label("a", "1")
		c.label("a", "2")
		c.label("a", "3")
		if e := eventReader.next(); eventReader.version(e) <= c.version(created)+2 {
			c.Fatalf("a watch from %d shows version %d", c.version(created)+2, eventReader.version(e))
		}
	}},
	{name: "a version that is no number is refused", check: func(c *check) {
		_, err := c.Storage.Watch(c.ctx, key(""), storage.ListOptions{ResourceVersion: "abc", Recursive: true})
		e := c.fails(err, "watch", key(""), storage.ErrInvalidVersion)
		c.same("the detail", e.Detail,
			`resourceVersion: Invalid value: "abc": strconv.ParseUint: parsing "abc": invalid syntax`)
	}},
	{name: "a version that was compacted has expired", alone: true, check: func(c *check) {
		c.needs("Compact", c.Compact != nil)
		created := c.create(pod("a"))
		c.label("a", "x")
		c.label("a", "y")
		c.ok(c.Compact(c.ctx, c.version(c.label("a", "z"))))
		c.expires(from(created.ResourceVersion))
	}},
	{name: "a deletion that was compacted up to is shown, or the watch has expired", alone: true, check: func(c *check) {
		before := c.create(pod("a", withLabel("x")))
		c.compactedUpTo(from(before.ResourceVersion), c.version(c.delete("a")), "DELETED a")
	}},
	{name: "a modification that was compacted up to is shown, or the watch has expired", alone: true, check: func(c *check) {
		before := c.create(pod("a", withLabel("x")))
		c.compactedUpTo(from(before.ResourceVersion), c.version(c.label("a", "y")), "MODIFIED a")
	}},
	{name: "a leaving of a selector that was compacted up to is shown, or the watch has expired", alone: true, check: func(c *check) {
		before := c.create(pod("a", withLabel("x")))
		opts := labelled(before.ResourceVersion, "x")
		c.compactedUpTo(opts, c.version(c.label("a", "y")), "DELETED a")
	}},
}

// compactedUpTo compacts a revision and checks a watch whose first change is at that revision: etcd still has the
// change, but not the object before it.
func (c *check) compactedUpTo(opts storage.ListOptions, revision uint64, want string) {
	c.Helper()
	c.needs("Compact", c.Compact != nil)
	c.ok(c.Compact(c.ctx, revision))
	w := c.begins(opts)
	if w == nil {
		return
	}
	if e := w.next(); e.String() != want {
		w.isExpired(e)
	}
}

// expires checks that a watch ends with ErrExpired before any other event.
func (c *check) expires(opts storage.ListOptions) {
	c.Helper()
	if w := c.begins(opts); w != nil {
		w.isExpired(w.next())
	}
}

// begins opens a watch of all pods; nil if its version has expired. A storage may report that later, as an event.
func (c *check) begins(opts storage.ListOptions) *eventReader {
	c.Helper()
	opts.Recursive = true
	w, err := c.Storage.Watch(c.ctx, key(""), opts)
	if err != nil {
		c.fails(err, "watch", key(""), storage.ErrExpired)
		return nil
	}
	c.Cleanup(w.Stop)
	return &eventReader{c, w}
}

// isExpired checks that an event is the ERROR event of an expired watch.
func (w *eventReader) isExpired(e event) {
	w.c.Helper()
	if status, ok := e.Object.(*metav1.Status); !ok || e.Type != watch.Error || status.Code != 410 {
		w.c.Fatalf("got %v, want ERROR 410", e)
	}
	w.ends()
}

var watchEndCases = []testCase{
	{name: "a stopped watch ends, however often it is stopped", check: func(c *check) {
		w := c.watch("", from(""))
		w.Stop()
		w.Stop()
		w.ends()
	}},
	{name: "a watch whose events nobody takes can be stopped", check: func(c *check) {
		c.createAll("a", "b", "c")
		w := c.watch("", from(""))
		c.label("a", "x")
		w.Stop()
		w.ends()
	}},
	{name: "a watch ends with its context", check: func(c *check) {
		ctx, cancel := context.WithCancel(c.ctx)
		w, err := c.Storage.Watch(ctx, key(""), storage.ListOptions{Recursive: true})
		c.ok(err)
		defer w.Stop()
		cancel()
		(&eventReader{c, w}).ends()
	}},
	{name: "a value that cannot be read is an ERROR event", check: func(c *check) {
		c.needs("Corrupt", c.Corrupt != nil)
		created := c.create(pod("a"))
		w := c.watch("", from(created.ResourceVersion))
		c.ok(c.Corrupt(c.ctx, key("default/a")))
		if e := w.next(); e.Type != watch.Error {
			c.Fatalf("got %v, want an ERROR event", e)
		}
	}},
}

var bookmarkCases = []testCase{
	{name: "a watch that asked for progress is told how far it is", check: func(c *check) {
		opts := from("")
		opts.ProgressNotify = true
		w := c.watch("", opts)
		created := c.version(c.create(pod("a")))
		e := w.next()
		for e.Type == watch.Bookmark && w.version(e) < created { // a bookmark may come at any time
			e = w.next()
		}
		c.same("the event", e.String(), "ADDED a")
		e = w.progress()
		for e.Type == watch.Bookmark && w.version(e) < created {
			e = w.progress()
		}
		if e.Type != watch.Bookmark || w.version(e) < created {
			c.Fatalf("got %v at %d, want a BOOKMARK at %d or later", e, w.version(e), created)
		}
		if _, ok := e.Object.(*corev1.Pod); !ok {
			c.Fatalf("the bookmark holds a %T", e.Object)
		}
	}},
	{name: "initial events end with a bookmark that says so", check: func(c *check) {
		created := c.version(c.create(pod("a")))
		w := c.watch("", initialEvents(true))
		w.sees("ADDED a")
		e := w.next()
		if e.Type != watch.Bookmark || w.version(e) < created {
			c.Fatalf("got %v at %d, want a BOOKMARK at %d or later", e, w.version(e), created)
		}
		c.same("its annotation", e.Object.(*corev1.Pod).Annotations, map[string]string{"k8s.io/initial-events-end": "true"})
		c.createAll("b")
		w.sees("ADDED b")
	}},
	{name: "initial events are of the newest state, whatever the version", check: func(c *check) {
		first := c.create(pod("a"))
		c.createAll("b")
		c.delete("a")
		opts := initialEvents(true)
		opts.ResourceVersion, opts.ResourceVersionMatch = first.ResourceVersion, metav1.ResourceVersionMatchNotOlderThan
		c.watch("", opts).sees("ADDED b", "BOOKMARK ")
	}},
	{name: "initial events that nobody wants do not come", check: func(c *check) {
		c.createAll("a")
		w := c.watch("", initialEvents(false))
		ctx, stop := context.WithCancel(c.ctx)
		wait := c.begin(1, func(int) error { // the watch may begin a little later
			for i := 0; ctx.Err() == nil; i++ {
				_ = c.Storage.Create(ctx, key(fmt.Sprint("default/b", i)), pod("b"), nil, 0)
			}
			return nil
		})
		defer wait()
		defer stop()
		w.sees("ADDED b")
	}},
}
