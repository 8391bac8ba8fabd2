package exercise

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	request "kubepath/chapters/01-request"
)

// server stands in for a network and a server: it answers the nth request with the nth step, and the last one from
// then on. It reads bodies as a transport does: to the end.
type server struct {
	steps  []step
	bodies []string    // of the requests, in order
	sent   []time.Time // when they came
	open   int         // answers whose body nobody has closed
}

type step struct {
	code       int
	retryAfter string
	body       string
}

var (
	busy  = step{429, "2", "busy"}
	ended = step{503, "1", "shutting down"}
	done  = step{200, "", `{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"paint"}}`}
)

func (s *server) RoundTrip(r *http.Request) (*http.Response, error) {
	body := ""
	if r.Body != nil {
		data, _ := io.ReadAll(r.Body)
		_ = r.Body.Close()
		body = string(data)
	}
	s.bodies, s.sent = append(s.bodies, body), append(s.sent, time.Now())
	step := s.steps[min(len(s.bodies), len(s.steps))-1]
	answer := &http.Response{StatusCode: step.code, Header: http.Header{"Content-Type": {"application/json"}}, Request: r}
	if step.retryAfter != "" {
		answer.Header.Set("Retry-After", step.retryAfter)
	}
	s.open++
	answer.Body = &closing{strings.NewReader(step.body), s, false}
	return answer, nil
}

type closing struct {
	io.Reader
	s      *server
	closed bool
}

func (c *closing) Close() error {
	if !c.closed {
		c.s.open--
	}
	c.closed = true
	return nil
}

func answers(steps ...step) *server { return &server{steps: steps} }

// ask sends one request through an Again that may send it three times more.
func ask(t *testing.T, s http.RoundTripper, r *http.Request) *http.Response {
	t.Helper()
	answer, err := (&Again{Next: s, Most: 3}).RoundTrip(r)
	if err != nil {
		t.Fatalf("RoundTrip returned the error %q, want the server's answer", err)
	}
	return answer
}

func get(t *testing.T, ctx context.Context) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(ctx, "GET", "http://server/api/v1/pods", nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func post(t *testing.T, body io.Reader) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), "POST", "http://server/api/v1/namespaces/default/pods", body)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestABusyServerIsAskedAgainWhenItSays(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := answers(busy, ended, done)
		began := time.Now()
		answer := ask(t, s, get(t, t.Context()))
		if answer.StatusCode != 200 || len(s.sent) != 3 {
			t.Fatalf("got %d after %d attempts, want 200 after 3: the server answered 429, 503, 200", answer.StatusCode, len(s.sent))
		}
		for i, want := range []time.Duration{0, 2 * time.Second, 3 * time.Second} {
			if got := s.sent[i].Sub(began); got != want {
				t.Errorf("attempt %d was made after %v, want %v: the answers said Retry-After: 2, then 1", i+1, got, want)
			}
		}
	})
}

func TestOtherAnswersAreFinal(t *testing.T) {
	t.Parallel()
	for name, first := range map[string]step{
		"200":                     done,
		"404":                     {404, "", "no"},
		"404 with Retry-After":    {404, "1", "no"},
		"429 without Retry-After": {429, "", "busy"},
		"429 with a date":         {429, "Wed, 21 Oct 2026 07:28:00 GMT", "busy"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := answers(first, done)
			answer := ask(t, s, get(t, t.Context()))
			if body, _ := io.ReadAll(answer.Body); answer.StatusCode != first.code || len(s.sent) != 1 || string(body) != first.body {
				t.Errorf("got %d %q after %d attempts, want %d %q after 1", answer.StatusCode, body, len(s.sent), first.code, first.body)
			}
		})
	}
}

func TestEachAttemptSendsTheWholeBody(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := answers(busy, busy, done)
		ask(t, s, post(t, strings.NewReader("all of it")))
		for i, body := range s.bodies {
			if body != "all of it" {
				t.Errorf("attempt %d sent the body %q, want %q: the attempt before has read the body to its end", i+1, body, "all of it")
			}
		}
		if len(s.bodies) != 3 {
			t.Errorf("%d attempts, want 3", len(s.bodies))
		}
	})
}

func TestABodyThatCannotBeReadTwiceIsSentOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := answers(busy, done)
		r := post(t, io.NopCloser(strings.NewReader("once"))) // http.NewRequest cannot rewind this one: GetBody is nil
		answer := ask(t, s, r)
		if body, _ := io.ReadAll(answer.Body); answer.StatusCode != 429 || string(body) != "busy" || len(s.sent) != 1 {
			t.Errorf("got %d %q after %d attempts, want 429 \"busy\" after 1: a second attempt would create an object without content",
				answer.StatusCode, body, len(s.sent))
		}
	})
}

func TestAfterMostAttemptsTheServersAnswerIsFinal(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for _, most := range []int{0, 1, 3} {
			s := answers(busy)
			answer, err := (&Again{Next: s, Most: most}).RoundTrip(get(t, t.Context()))
			if err != nil {
				t.Fatalf("RoundTrip returned the error %q, want the server's last answer", err)
			}
			body, _ := io.ReadAll(answer.Body)
			if answer.StatusCode != 429 || string(body) != "busy" || len(s.sent) != most+1 {
				t.Errorf("Most=%d: got %d %q after %d attempts, want 429 \"busy\" after %d: the first, and %d more",
					most, answer.StatusCode, body, len(s.sent), most+1, most)
			}
		}
	})
}

func TestTheCallersContextEndsTheWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := answers(step{503, "3600", "come back in an hour"}, done)
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		began := time.Now()
		_, err := (&Again{Next: s, Most: 3}).RoundTrip(get(t, ctx))
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got the error %v, want %v", err, context.DeadlineExceeded)
		}
		if waited := time.Since(began); waited != 5*time.Second {
			t.Errorf("returned after %v, want 5s: the caller gave up then", waited)
		}
	})
}

func TestTheCallersRequestStaysAsItWas(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := post(t, strings.NewReader("all of it"))
		body := r.Body
		s := answers(busy, done)
		ask(t, s, r)
		if len(s.sent) != 2 {
			t.Errorf("%d attempts, want 2", len(s.sent))
		}
		if r.Body != body {
			t.Error("r.Body is another one than before: a RoundTripper must not write to the request; send a Clone")
		}
	})
}

func TestAnswersThatNobodyGetsAreClosed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := answers(busy, ended, done)
		answer := ask(t, s, get(t, t.Context()))
		if s.open != 1 {
			t.Errorf("%d answers are open, want 1, the last: each of the others holds a connection until its body is closed", s.open)
		}
		_ = answer.Body.Close()
	})
}

func TestAnErrorOfTheNetworkIsReturned(t *testing.T) {
	t.Parallel()
	lost := errors.New("connection lost")
	attempts := 0
	_, err := (&Again{Next: failing(func() error { attempts++; return lost }), Most: 3}).RoundTrip(get(t, t.Context()))
	if !errors.Is(err, lost) || attempts != 1 {
		t.Errorf("got the error %v after %d attempts, want %q after 1: without an answer nobody knows whether the request was carried out",
			err, attempts, lost)
	}
}

type failing func() error

func (f failing) RoundTrip(*http.Request) (*http.Response, error) { return nil, f() }

// The client of chapter 1 does not try again itself here: what it knows of the busy server it knows from Again.
func TestTheClientOfChapter1WorksThroughIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := answers(busy, done)
		client, err := request.RESTClientFor(&request.Config{
			Host: "http://server", GroupVersion: schema.GroupVersion{Version: "v1"}, QPS: -1, Transport: s,
			WrapTransport: func(next http.RoundTripper) http.RoundTripper { return &Again{Next: next, Most: 3} },
		})
		if err != nil {
			t.Fatal(err)
		}
		var paint corev1.ConfigMap
		paint.Name = "paint"
		err = client.Post().Namespace("default").Resource("configmaps").Body(&paint).MaxRetries(0).Do(t.Context()).Into(&paint)
		if err != nil {
			t.Fatalf("the create failed with %q, want success: the second attempt is answered with 200", err)
		}
		if len(s.bodies) != 2 || s.bodies[0] != s.bodies[1] {
			t.Errorf("the server got the bodies %q, want the same one twice", s.bodies)
		}
	})
}
