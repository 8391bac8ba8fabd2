package storagetest

import (
	"fmt"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/watch"

	storage "kubepath/chapters/05-storage"
)

// watching is a watch whose events a case takes one by one.
type watching struct {
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

// watch watches all pods, or those that opts say, below a path until the case ends.
func (c *check) watch(path string, opts storage.ListOptions) *watching {
	c.Helper()
	opts.Recursive = true
	return c.watchKey(key(path), opts)
}

// now is a watch of all changes from here on. A watch without a version may read what exists a little later.
func (c *check) now() storage.ListOptions {
	c.Helper()
	return storage.ListOptions{ResourceVersion: c.list("", storage.ListOptions{}).ResourceVersion}
}

func (c *check) watchKey(key string, opts storage.ListOptions) *watching {
	c.Helper()
	w, err := c.Storage.Watch(c.ctx, key, opts)
	c.ok(err)
	c.Cleanup(w.Stop)
	return &watching{c, w}
}

// next waits for the next event.
func (w *watching) next() event {
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

// progress asks for progress until an event comes. Once is not enough: etcd leaves a request unanswered while another
// watch of the same stream still catches up.
func (w *watching) progress() event {
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

// sees takes as many events as are wanted, in order, each written as "ADDED a".
func (w *watching) sees(want ...string) []event {
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

// version is the resource version of the event's object.
func (w *watching) version(e event) uint64 {
	w.c.Helper()
	return w.c.version(e.Object)
}

// ends waits until the result channel is closed; events before that do not matter.
func (w *watching) ends() {
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
