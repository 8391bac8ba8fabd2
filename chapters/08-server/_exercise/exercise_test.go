package exercise

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	installer "kubepath/chapters/03-installer"
	rest "kubepath/chapters/04-rest"
	server "kubepath/chapters/08-server"
)

const pods = "/api/v1/namespaces/default/pods"

func TestARequestThatFindsAPlaceIsServed(t *testing.T) {
	b := newBench(t, 1, 1)
	for _, method := range []string{"GET", "POST"} {
		b.want(http.StatusOK, method, pods, "nobody else is there")
	}
}

func TestOneReadTooManyIsRefused(t *testing.T) {
	b := newBench(t, 2, 1)
	b.hold("GET", pods)
	b.hold("GET", pods+"/nginx")
	b.want(http.StatusTooManyRequests, "GET", pods, "2 reads are under way, and 2 is the limit")
}

func TestOneWriteTooManyIsRefused(t *testing.T) {
	b := newBench(t, 2, 1)
	b.hold("DELETE", pods+"/nginx")
	b.want(http.StatusTooManyRequests, "POST", pods, "a write is under way, and 1 is the limit")
}

func TestReadsAndWritesHavePlacesOfTheirOwn(t *testing.T) {
	b := newBench(t, 1, 1)
	b.hold("GET", pods)
	b.hold("POST", pods) // ends the test where it is refused
}

func TestARefusalSaysWhenToComeBack(t *testing.T) {
	b := newBench(t, 1, 1)
	b.hold("GET", pods)
	answer, body := b.ask("GET", pods)
	if got := answer.Header().Get("Retry-After"); got != "1" {
		t.Errorf("Retry-After is %q, want 1: client-go comes back by itself, but only if it is told when", got)
	}
	if body != "Too many requests, please try again later.\n" {
		t.Errorf("the body is %q, want tooMany: clients and people know this sentence", body)
	}
}

func TestWhoFindsNoPlaceIsAnsweredAtOnce(t *testing.T) {
	b := newBench(t, 1, 1)
	b.hold("GET", pods)
	b.ask("GET", pods) // ends the test where no answer comes
}

func TestAPlaceIsFreeAgainWhenTheRequestHasEnded(t *testing.T) {
	b := newBench(t, 1, 1)
	for range 3 {
		b.want(http.StatusOK, "GET", pods, "the request before has ended")
	}
}

func TestAPlaceIsFreeAgainWhenTheHandlerPanicked(t *testing.T) {
	b := newBench(t, 1, 1)
	b.ask("GET", pods+"?panic")
	b.want(http.StatusOK, "GET", pods, "the request before has ended, by a panic: each of them would cost a place for ever")
}

func TestAWatchTakesNoPlace(t *testing.T) {
	b := newBench(t, 1, 1)
	b.hold("GET", pods+"?watch=1")
	b.hold("GET", pods+"/nginx/log?follow=1")
	b.want(http.StatusOK, "GET", pods, "only long-running requests are under way")
}

func TestAWatchIsNotRefused(t *testing.T) {
	b := newBench(t, 1, 1)
	b.hold("GET", pods)
	b.want(http.StatusOK, "GET", pods+"?watch=1", "it is long-running, and takes no place")
}

func TestHealthIsAlwaysTold(t *testing.T) {
	b := newBench(t, 1, 1)
	b.hold("GET", pods)
	for _, path := range []string{"/healthz", "/livez", "/readyz", "/readyz/ping"} {
		b.want(http.StatusOK, "GET", path, "a server that is busy would be restarted, and all its clients would come to the next one")
	}
}

func TestOtherPathsCountAsReads(t *testing.T) {
	b := newBench(t, 1, 1)
	b.hold("GET", pods)
	b.want(http.StatusTooManyRequests, "GET", "/version", "a read is under way, and 1 is the limit; not only resources cost something")
}

// bench is a whole server with your filter in the chain's last place, and handlers below /api/v1/ that wait.
type bench struct {
	*testing.T
	server  *server.GenericAPIServer
	inside  chan struct{} // one is with the handler
	release chan struct{} // closed at the end
	open    sync.WaitGroup
}

func newBench(t *testing.T, readOnly, mutating int) *bench {
	t.Helper()
	t.Parallel()
	watch := rest.Verb{
		Verb:      installer.Verb{Name: "watch", Methods: []string{"GET"}, When: installer.WantsWatch, ReadOnly: true, LongRunning: true},
		Supported: func(rest.Storage) bool { return false },
	}
	config := server.Config{ErrorLog: slog.New(slog.DiscardHandler), Verbs: append(rest.Verbs(), watch)}
	config.Filters.Custom = LimitInFlight(readOnly, mutating)
	s, err := config.New()
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{T: t, server: s, inside: make(chan struct{}), release: make(chan struct{})}
	s.HandlePrefix("/api/v1/", http.HandlerFunc(b.serve))
	t.Cleanup(func() {
		close(b.release)
		b.open.Wait()
	})
	return b
}

// serve is the handler behind your filter.
func (b *bench) serve(_ http.ResponseWriter, r *http.Request) {
	switch {
	case r.URL.Query().Has("panic"):
		panic("a bug in a handler")
	case r.Header.Get("Hold") != "":
		b.inside <- struct{}{}
		<-b.release
	}
}

// hold sends a request that stays with the handler until the test ends.
func (b *bench) hold(method, path string) {
	b.Helper()
	r := httptest.NewRequest(method, path, nil)
	r.Header.Set("Hold", "yes")
	select {
	case <-b.inside:
	case answer := <-b.send(r):
		b.Fatalf("%s %s: %d, want it to reach the handler: it has a place, or needs none", method, path, answer.Code)
	}
}

// patience is how long an answer may take that should come at once.
const patience = 2 * time.Second

func (b *bench) ask(method, path string) (answer *httptest.ResponseRecorder, body string) {
	b.Helper()
	late := time.NewTimer(patience)
	defer late.Stop()
	select {
	case answer := <-b.send(httptest.NewRequest(method, path, nil)):
		data, _ := io.ReadAll(answer.Body)
		return answer, string(data)
	case <-late.C:
		b.Fatalf("%s %s: no answer, want one at once: who finds no place is refused and does not wait", method, path)
		return nil, ""
	}
}

func (b *bench) send(r *http.Request) <-chan *httptest.ResponseRecorder {
	answered := make(chan *httptest.ResponseRecorder, 1)
	b.open.Go(func() {
		w := httptest.NewRecorder()
		b.server.ServeHTTP(w, r)
		answered <- w
	})
	return answered
}

func (b *bench) want(code int, method, path, why string) {
	b.Helper()
	if answer, _ := b.ask(method, path); answer.Code != code {
		b.Errorf("%s %s: %d, want %d: %s", method, path, answer.Code, code, why)
	}
}
