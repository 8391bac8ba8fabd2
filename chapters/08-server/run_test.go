package server

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"k8s.io/apimachinery/pkg/runtime"

	rest "kubepath/chapters/04-rest"
)

// slowAPI has requests that take a second, a minute, and as long as their client wants.
func slowAPI(s *GenericAPIServer) {
	s.HandlePrefix("/api/v1/", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		takes := map[string]time.Duration{"/api/v1/nodes/second": time.Second, "/api/v1/minute": time.Minute}[r.URL.Path]
		if r.URL.Query().Has("watch") {
			takes = time.Hour
			http.NewResponseController(w).Flush()
		}
		select {
		case <-time.After(takes):
			io.WriteString(w, "in peace")
		case <-r.Context().Done():
			io.WriteString(w, "cut: "+context.Cause(r.Context()).Error())
		}
	}))
}

func TestShutdownEndsWatchesAndWaitsForTheRest(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t, Config{})
		slowAPI(s)
		r := run(t, s)
		var short, watches []<-chan string
		for range 50 {
			short = append(short, r.get("/api/v1/nodes/second"))
			watches = append(watches, r.get("/api/v1/pods?watch=1"))
		}
		synctest.Wait()
		start := time.Now()
		r.stop()
		for _, w := range watches {
			if got := <-w; got != "200 OK cut: process is shutting down" {
				t.Fatalf("a watch said %q", got)
			}
		}
		if took := time.Since(start); took != 0 {
			t.Errorf("watches ended after %v, want at once", took)
		}
		for _, s := range short {
			if got := <-s; got != "200 OK in peace" {
				t.Fatalf("a request said %q", got)
			}
		}
		if err := <-r.done; err != nil {
			t.Errorf("Run: %v, want a clean end", err)
		}
		if took := time.Since(start); took > 2*time.Second {
			t.Errorf("the end took %v though the last request took 1 s", took)
		}
	})
}

func TestWhatOutlastsTheShutdownTimeoutIsCutOff(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t, Config{ShutdownTimeout: 3 * time.Second})
		slowAPI(s)
		r := run(t, s)
		var long []<-chan string
		for range 20 {
			long = append(long, r.get("/api/v1/minute"))
		}
		synctest.Wait()
		start := time.Now()
		r.stop()
		if err := <-r.done; err == nil || err.Error() != "20 requests were still open after 3s and were cut off" {
			t.Errorf("Run: %v", err)
		}
		if took := time.Since(start); took < 3*time.Second || took > 5*time.Second {
			t.Errorf("the end took %v, want 3 s and a moment", took)
		}
		for _, l := range long {
			if got := <-l; strings.Contains(got, "in peace") {
				t.Errorf("a request said %q", got)
			}
		}
	})
}

func TestDuringShutdownReadyzFailsAndNewRequestsAreRefused(t *testing.T) {
	t.Parallel()
	s := newServer(t, Config{})
	slowAPI(s)
	s.open.close()
	for path, want := range map[string]int{"/readyz": 500, "/livez": 200, "/healthz": 200, "/readyz/shutdown": 500, "/api/v1/nodes/second": 503} {
		answer := ask(s, "GET", path)
		if answer.StatusCode != want {
			t.Errorf("%s: %d, want %d", path, answer.StatusCode, want)
		}
		if want == 503 {
			if got := status(t, answer); got.Message != "apiserver is shutting down" || answer.Header.Get("Retry-After") != "1" {
				t.Errorf("the refusal says %+v", got)
			}
		}
	}
}

// grave notes the order of the end.
type grave struct{ log func(string) }

func (g grave) New() runtime.Object        { return nil }
func (g grave) Destroy()                   { g.log("storage destroyed") }
func (g grave) NamespaceScoped() bool      { return true }
func (g grave) GetSingularName() string    { return "grave" }
func (g grave) hook(context.Context) error { g.log("started"); return nil }

func TestTheEndHasAnOrder(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var log []string
		g := grave{func(line string) {
			mu.Lock()
			defer mu.Unlock()
			log = append(log, line)
		}}
		s := newServer(t, Config{})
		s.Handle("/second", http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
			time.Sleep(time.Second)
			g.log("answered")
		}))
		s.destroyLater(g)
		for _, err := range []error{
			s.AddPostStartHook("start", g.hook),
			s.AddPreShutdownHook("stop", func() error { g.log("stopped"); return nil }),
		} {
			if err != nil {
				t.Fatal(err)
			}
		}
		r := run(t, s)
		open := r.get("/second")
		synctest.Wait()
		r.stop()
		<-open
		if err := <-r.done; err != nil {
			t.Error(err)
		}
		if want := []string{"started", "answered", "stopped", "storage destroyed"}; !slices.Equal(log, want) {
			t.Errorf("order %q, want %q", log, want)
		}
	})
}

func TestTheServerIsReadyWhenItsHooksHaveReturned(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t, Config{})
		err := s.AddPostStartHook("bootstrap", func(context.Context) error { time.Sleep(5 * time.Second); return nil })
		if err != nil {
			t.Fatal(err)
		}
		r := run(t, s)
		if got := <-r.get("/readyz"); !strings.Contains(got, "[-]poststarthook/bootstrap failed: reason withheld") {
			t.Errorf("at once: %q", got)
		}
		if got := <-r.get("/readyz/poststarthook/bootstrap"); got != "500 Internal Server Error internal server error: not finished\n" {
			t.Errorf("asked for the reason: %q", got)
		}
		time.Sleep(5 * time.Second)
		synctest.Wait()
		if got := <-r.get("/readyz"); got != "200 OK ok" {
			t.Errorf("after the hook: %q", got)
		}
		if err := s.AddPostStartHook("late", nil); err == nil {
			t.Error("a hook was added after the start")
		}
		r.stop()
		if err := <-r.done; err != nil {
			t.Error(err)
		}
	})
}

func TestAHookThatFailsEndsTheServer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t, Config{})
		broken := errors.New("no database")
		if err := s.AddPostStartHook("bootstrap", func(context.Context) error { return broken }); err != nil {
			t.Fatal(err)
		}
		r := run(t, s)
		if err := <-r.done; !errors.Is(err, broken) || err.Error() != `PostStartHook "bootstrap" failed: no database` {
			t.Errorf("Run: %v", err)
		}
		r.stop()
	})
}

func TestAHookThatNeverEndsIsNotWaitedForForEver(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t, Config{})
		release := make(chan struct{})
		if err := s.AddPostStartHook("deaf", func(context.Context) error { <-release; return nil }); err != nil {
			t.Fatal(err)
		}
		r := run(t, s)
		synctest.Wait()
		r.stop()
		if err := <-r.done; err == nil || err.Error() != "a PostStartHook has not ended with the server" {
			t.Errorf("Run: %v", err)
		}
		close(release)
	})
}

func TestAListenerThatFailsEndsTheServer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		network := newPipes()
		network.Close()
		if err := newServer(t, Config{}).Run(t.Context(), network); !errors.Is(err, net.ErrClosed) {
			t.Errorf("Run: %v", err)
		}
	})
}

var _ rest.Storage = grave{}
