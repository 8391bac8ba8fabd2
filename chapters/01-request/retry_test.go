package request_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	request "kubepath/chapters/01-request"
)

const (
	success = `{"kind":"Status","apiVersion":"v1","status":"Success"}`
	busy    = `{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"TooManyRequests","code":429,"message":"busy"}`
)

func fails(err error) roundTrip {
	return func(*http.Request) (*http.Response, error) { return nil, err }
}

func TestWhatIsSentAgain(t *testing.T) {
	t.Parallel()
	reset := error(syscall.ECONNRESET)
	for _, row := range []struct {
		says  string
		verb  string
		first roundTrip
		tries int32
		wait  time.Duration
	}{
		{"429 with Retry-After", "GET", always(429, busy, "Retry-After: 2"), 2, 2 * time.Second},
		{"503 with Retry-After", "POST", always(503, "", "Retry-After: 1"), 2, time.Second},
		{"500 with Retry-After: 0", "GET", always(500, "", "Retry-After: 0"), 2, 0},
		{"not 429 without Retry-After", "GET", always(429, busy), 1, 0},
		{"not 429 with a date", "GET", always(429, busy, "Retry-After: Wed, 21 Oct 2026 07:28:00 GMT"), 1, 0},
		{"not 404 with Retry-After", "GET", always(404, "", "Retry-After: 1"), 1, 0},
		{"a GET whose connection was reset", "GET", fails(reset), 2, time.Second},
		{"a GET whose connection ended", "GET", fails(io.EOF), 2, time.Second},
		{"a GET whose HTTP/2 connection was lost", "GET", fails(errors.New("http2: client connection lost")), 2, time.Second},
		{"not a POST whose connection was reset", "POST", fails(reset), 1, 0},
		{"not a GET to a server that is not there", "GET", fails(syscall.ECONNREFUSED), 1, 0},
	} {
		t.Run(row.says, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var tries atomic.Int32
				c := clientOver(t, script(&tries, row.first, always(200, success)), request.Config{})
				began := time.Now()
				err := c.Verb(row.verb).Do(t.Context()).Error()
				if (err == nil) != (row.tries == 2) {
					t.Errorf("the error is %v", err)
				}
				if got := tries.Load(); got != row.tries {
					t.Errorf("sent %d times, want %d", got, row.tries)
				}
				if waited := time.Since(began); waited != row.wait {
					t.Errorf("waited %v, want %v", waited, row.wait)
				}
			})
		})
	}
}

func TestEachRetrySendsTheWholeBody(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var seen []sent
		c := clientOver(t, roundTrip(func(r *http.Request) (*http.Response, error) {
			if record(&seen, r); len(seen) < 3 {
				return answer(429, busy, "Retry-After: 1"), nil
			}
			return answer(201, success), nil
		}), request.Config{})
		if err := c.Post().Body([]byte("all of it")).Do(t.Context()).Error(); err != nil {
			t.Fatal(err)
		}
		for i, s := range seen {
			if s.body != "all of it" {
				t.Errorf("attempt %d sent %q", i+1, s.body)
			}
		}
	})
}

func TestAReaderIsSentOnce(t *testing.T) {
	t.Parallel()
	var tries atomic.Int32
	c := clientOver(t, script(&tries, always(429, busy, "Retry-After: 1")), request.Config{})
	err := c.Post().Body(strings.NewReader("once")).Do(t.Context()).Error()
	if !apierrors.IsTooManyRequests(err) || tries.Load() != 1 {
		t.Errorf("%d attempts, %v", tries.Load(), err)
	}
}

func TestAfterTenRetriesTheServersAnswerIsFinal(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for retries, want := range map[int]int32{-1: 11, 0: 1, 3: 4} {
			var tries atomic.Int32
			c := clientOver(t, script(&tries, always(429, busy, "Retry-After: 1")), request.Config{})
			r := c.Get()
			if retries >= 0 {
				r.MaxRetries(retries)
			}
			if err := r.Do(t.Context()).Error(); !apierrors.IsTooManyRequests(err) {
				t.Errorf("the error is %v", err)
			}
			if got := tries.Load(); got != want {
				t.Errorf("sent %d times, want %d", got, want)
			}
		}
	})
}

func TestTheContextEndsTheWaitForARetry(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var tries atomic.Int32
		c := clientOver(t, script(&tries, fails(io.EOF), always(503, "", "Retry-After: 3600")), request.Config{})
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		began := time.Now()
		err := c.Get().Do(ctx).Error()
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(began) != 5*time.Second {
			t.Errorf("after %v: %v", time.Since(began), err)
		}
		if want := "context deadline exceeded - error from a previous attempt: EOF"; text(err) != want {
			t.Errorf("got %q, want %q", text(err), want)
		}
	})
}

func TestATimeoutIsADeadlineAndAParameter(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var uri string
		c := clientOver(t, roundTrip(func(r *http.Request) (*http.Response, error) {
			uri = r.URL.RequestURI()
			<-r.Context().Done()
			return nil, r.Context().Err()
		}), request.Config{})
		began := time.Now()
		err := c.Get().Resource("pods").Timeout(3 * time.Second).Do(t.Context()).Error()
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(began) != 3*time.Second {
			t.Errorf("after %v: %v", time.Since(began), err)
		}
		if uri != "/api/v1/pods?timeout=3s" {
			t.Errorf("sent %s", uri)
		}
	})
}

func TestTheDefaultRateIsFivePerSecondAfterTen(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, err := request.RESTClientFor(&request.Config{Host: "http://s", Transport: always(200, success)})
		if err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		for range 20 {
			if err := c.Get().Do(t.Context()).Error(); err != nil {
				t.Fatal(err)
			}
		}
		if took := time.Since(began).Round(time.Millisecond); took != 2*time.Second {
			t.Errorf("20 requests took %v, want 2s", took)
		}
	})
}

func TestANegativeRateIsNoLimit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := clientOver(t, always(200, success), request.Config{QPS: -1})
		began := time.Now()
		for range 100 {
			if err := c.Get().Do(t.Context()).Error(); err != nil {
				t.Fatal(err)
			}
		}
		if took := time.Since(began); took != 0 {
			t.Errorf("100 requests took %v", took)
		}
	})
}

func TestAClientOfAnotherVersionSharesTheRate(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := clientOver(t, always(200, success), request.Config{QPS: 1, Burst: 1})
		began := time.Now()
		for _, client := range []*request.RESTClient{c, c.ForGroupVersion(apps), c} {
			if err := client.Get().Do(t.Context()).Error(); err != nil {
				t.Fatal(err)
			}
		}
		if took := time.Since(began).Round(time.Millisecond); took != 2*time.Second {
			t.Errorf("3 requests took %v, want 2s", took)
		}
	})
}

func TestStatusesBecomeErrors(t *testing.T) {
	t.Parallel()
	const notFound = `{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"pods \"x\" not found","reason":"NotFound","details":{"name":"x","kind":"pods"},"code":404}`
	text, html := "Content-Type: text/plain; charset=utf-8", "Content-Type: text/html"
	for _, row := range []struct {
		says   string
		answer roundTrip
		want   string
		reason metav1.StatusReason
	}{
		{"a Status", always(404, notFound), `pods "x" not found`, metav1.StatusReasonNotFound},
		{"a Status without a kind", always(409, `{"status":"Failure","message":"no","reason":"Conflict","code":409}`), "no", metav1.StatusReasonConflict},
		{"text", always(404, "404 page not found\n", text), "the server could not find the requested resource (get pods x)", metav1.StatusReasonNotFound},
		{"nothing", always(503, ""), "the server is currently unable to handle the request (get pods x)", metav1.StatusReasonServiceUnavailable},
		{"a proxy's page", always(500, "<h1>broken</h1>", html), `an error on the server ("<h1>broken</h1>") has prevented the request from succeeding (get pods x)`, metav1.StatusReasonInternalError},
		{"bytes", always(500, "\x00\x01", "Content-Type: application/octet-stream"), `an error on the server ("unknown") has prevented the request from succeeding (get pods x)`, metav1.StatusReasonInternalError},
		{"a proxy that wants credentials", always(401, "who?", text), "the server has asked for the client to provide credentials (get pods x)", metav1.StatusReasonUnauthorized},
		{"an object that is no Status", always(403, `{"kind":"Pod","apiVersion":"v1"}`), "unknown (get pods x)", metav1.StatusReasonForbidden},
		{"a Status of success", always(400, success), "the server rejected our request for an unknown reason (get pods x)", metav1.StatusReasonBadRequest},
		{"a redirect to nowhere", always(304, "", text), "the server responded with the status code 304 but did not return more information (get pods x)", metav1.StatusReasonUnknown},
	} {
		for ending, run := range endings {
			t.Run(row.says+" "+ending, func(t *testing.T) {
				t.Parallel()
				c := clientOver(t, row.answer, request.Config{})
				err := run(t.Context(), c.Get().Resource("pods").Name("x"))
				var status *apierrors.StatusError
				if !errors.As(err, &status) {
					t.Fatalf("the error is %v", err)
				}
				if err.Error() != row.want || apierrors.ReasonForError(err) != row.reason {
					t.Errorf("got %q (%s), want %q (%s)", err, apierrors.ReasonForError(err), row.want, row.reason)
				}
			})
		}
	}
}
