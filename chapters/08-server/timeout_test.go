package server

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

const timeoutMessage = "Timeout: request did not complete within the allotted timeout"

func TestAHandlerThatNeverAnswersIsAnsweredFor(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t, Config{RequestTimeout: 5 * time.Second})
		release, late := make(chan struct{}), error(nil)
		s.Handle("/slow", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			<-release // deaf to its context
			w.Header().Set("X-Late", "yes")
			w.WriteHeader(http.StatusOK)
			_, late = io.WriteString(w, "too late")
		}))
		answer, done := httptest.NewRecorder(), make(chan struct{})
		go func() {
			s.ServeHTTP(answer, httptest.NewRequest("GET", "/slow", nil))
			close(done)
		}()
		time.Sleep(5 * time.Second)
		synctest.Wait()
		if !answer.Flushed {
			t.Fatal("after 5 s there is no answer")
		}
		close(release)
		<-done
		got := status(t, answer.Result())
		if got.Code != 504 || got.Reason != metav1.StatusReasonTimeout || got.Message != timeoutMessage {
			t.Errorf("answer: %+v", got)
		}
		if late != http.ErrHandlerTimeout || answer.Header().Get("X-Late") != "" {
			t.Errorf("the handler could still write: %v", late)
		}
	})
}

func TestTheDeadlineIsInTheContext(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		path string
		want time.Duration // 0: none
	}{
		{"/api/v1/pods", time.Minute},
		{"/api/v1/pods?timeout=3s", 3 * time.Second},
		{"/api/v1/pods?timeout=3h", time.Minute},
		{"/api/v1/pods?timeout=0s", time.Minute},
		{"/api/v1/pods?timeout=-1s", time.Minute},
		{"/api/v1/pods?timeout=", time.Minute},
		{"/api/v1/pods?watch=1", 0},
		{"/api/v1/pods?watch=1&timeout=3s", 0},
		{"/api/v1/watch/pods", 0},
		{"/api/v1/namespaces/n/pods/p/exec", 0},
		{"/api/v1/namespaces/n/pods/p/log", 0},
		{"/api/v1/namespaces/n/pods/p/status", time.Minute},
		{"/debug/pprof/profile", 0},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := newServer(t, Config{})
			got := time.Duration(0)
			see := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				if deadline, ok := r.Context().Deadline(); ok {
					got = time.Until(deadline)
				}
			})
			s.HandlePrefix("/api/v1/", see)
			s.Handle("/debug/pprof/profile", see)
			ask(s, "GET", row.path)
			if got != row.want {
				t.Errorf("%s: %v left, want %v", row.path, got, row.want)
			}
		})
	}
}

func TestATimeoutThatIsNoDurationIsABadRequest(t *testing.T) {
	t.Parallel()
	got := status(t, ask(newServer(t, Config{}), "GET", "/api/v1/pods?timeout=soon"))
	want := `invalid timeout specified in the request URL - time: invalid duration "soon"`
	if got.Code != 400 || got.Reason != metav1.StatusReasonBadRequest || got.Message != want {
		t.Errorf("answer: %+v", got)
	}
}

func TestABodyThatDoesNotComeEndsAtTheDeadline(t *testing.T) {
	t.Parallel()
	s := newServer(t, Config{RequestTimeout: 50 * time.Millisecond})
	read := make(chan error, 1)
	s.Handle("/upload", http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, err := io.ReadAll(r.Body)
		read <- err
	}))
	web := httptest.NewServer(s)
	t.Cleanup(web.Close)
	stuck, stop := io.Pipe()
	t.Cleanup(func() { stop.Close() })
	answer, err := http.Post(web.URL+"/upload", "text/plain", io.MultiReader(strings.NewReader("a part"), stuck))
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusGatewayTimeout {
		t.Errorf("answer: %s", answer.Status)
	}
	if <-read == nil {
		t.Error("the handler believes that it read the whole body")
	}
}

func TestAnAnswerCutByTheDeadlineIsNotTakenForWhole(t *testing.T) {
	t.Parallel()
	s := newServer(t, Config{RequestTimeout: 50 * time.Millisecond})
	s.Handle("/begun", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		for err := error(nil); err == nil; { // longer than anybody waits
			_, err = io.WriteString(w, "a part")
			http.NewResponseController(w).Flush()
		}
	}))
	web := httptest.NewServer(s)
	t.Cleanup(web.Close)
	answer, err := http.Get(web.URL + "/begun")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if data, err := io.ReadAll(answer.Body); err == nil {
		t.Errorf("read %d bytes as if they were all", len(data))
	}
}

func TestAClientThatLeavesIsNoTimeout(t *testing.T) {
	t.Parallel()
	s := newServer(t, Config{})
	s.Handle("/left", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	answer := httptest.NewRecorder()
	s.ServeHTTP(answer, httptest.NewRequestWithContext(ctx, "GET", "/left", nil))
	if answer.Code == http.StatusGatewayTimeout {
		t.Error("504 for nobody")
	}
}
