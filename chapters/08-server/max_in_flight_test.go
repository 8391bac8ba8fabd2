package server

import (
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
)

func TestOneRequestTooManyIsRefused(t *testing.T) {
	t.Parallel()
	s := newServer(t, Config{
		MaxRequestsInFlight: 1, MaxMutatingRequestsInFlight: 1,
		ExemptFromMaxInFlight: func(r *http.Request) bool { return r.URL.Query().Has("master") },
	})
	inside, release := make(chan struct{}), make(chan struct{})
	s.HandlePrefix("/api/v1/", http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Has("hold") {
			inside <- struct{}{}
			<-release
		}
	}))
	done := make(chan struct{})
	go func() {
		ask(s, "GET", "/api/v1/pods?hold")
		close(done)
	}()
	<-inside
	for _, row := range []struct {
		name, method, path string
		want               int
	}{
		{"a second read", "GET", "/api/v1/pods", 429},
		{"a read of something else", "GET", "/version", 429},
		{"a write has a slot of its own", "POST", "/api/v1/pods", 200},
		{"a watch does not count", "GET", "/api/v1/pods?watch=1", 200},
		{"nor does an exec", "POST", "/api/v1/namespaces/n/pods/p/exec", 200},
		{"health is always told", "GET", "/readyz", 200},
		{"the exempt are not refused", "GET", "/api/v1/pods?master", 200},
	} {
		answer := ask(s, row.method, row.path)
		if answer.StatusCode != row.want {
			t.Errorf("%s: %d, want %d", row.name, answer.StatusCode, row.want)
		}
		if row.want == 429 && (answer.Header.Get("Retry-After") != "1" || body(answer) != "Too many requests, please try again later.\n") {
			t.Errorf("%s: the refusal does not say when to come back", row.name)
		}
	}
	if got := metric(t, s, `apiserver_current_inflight_requests{request_kind="readOnly"}`); got != "1" {
		t.Errorf("in flight, says the metric: %q, want 1", got)
	}
	close(release)
	<-done
	if answer := ask(s, "GET", "/api/v1/pods"); answer.StatusCode != 200 {
		t.Errorf("when the first has ended: %d, want 200", answer.StatusCode)
	}
}

// TestListsWaitForTheirSlotAndGetsDoNot fills the slots of lists: one more list waits, a get goes by, and as soon as a
// list ends the next is made.
func TestListsWaitForTheirSlotAndGetsDoNot(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t, Config{})
		begun, end := 0, make(chan struct{})
		var mu sync.Mutex
		s.HandlePrefix("/api/v1/", http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/api/v1/pods" {
				mu.Lock()
				begun++
				mu.Unlock()
				<-end
			}
		}))
		slots := cap(s.limits.lists.slots)
		var lists sync.WaitGroup
		for range slots + 1 {
			lists.Go(func() { ask(s, "GET", "/api/v1/pods") })
		}
		synctest.Wait()
		if begun != slots {
			t.Errorf("%d lists are made, want %d", begun, slots)
		}
		if answer := ask(s, "GET", "/api/v1/nodes/n"); answer.StatusCode != 200 {
			t.Errorf("a get is answered %d", answer.StatusCode)
		}
		end <- struct{}{}
		synctest.Wait()
		if begun != slots+1 {
			t.Errorf("after one has ended %d lists have begun, want %d", begun, slots+1)
		}
		close(end)
		lists.Wait()
		if n := len(s.limits.lists.slots) + len(s.limits.lists.waiting) + len(s.limits.readOnly); n != 0 {
			t.Errorf("%d slots are still taken", n)
		}
	})
}

func TestTooManyListsThatWaitAreRefused(t *testing.T) {
	t.Parallel()
	s := newServer(t, Config{})
	for range listsWaiting {
		s.limits.lists.waiting <- struct{}{}
	}
	if answer := ask(s, "GET", "/api/v1/pods"); answer.StatusCode != 429 || answer.Header.Get("Retry-After") != "1" {
		t.Errorf("one list too many: %d", answer.StatusCode)
	}
	if answer := ask(s, "GET", "/version"); answer.StatusCode != 200 {
		t.Errorf("what is no list: %d", answer.StatusCode)
	}
}
