package exercise

import (
	"io"
	"net/http"
	"strings"
	"sync/atomic"

	"kubepath/internal/tools/exercise"
)

// Plug puts Again around the transport of kubepath trace. Behind it stands a server that is busy once: the request that
// is traced is refused the first time, so that Again has something to do.
func Plug() exercise.Plug {
	return exercise.Plug{Transport: func(next http.RoundTripper) http.RoundTripper {
		return &Again{Next: &busyOnce{next: next}, Most: 3}
	}}
}

// busyOnce refuses the first traced request.
type busyOnce struct {
	next    http.RoundTripper
	refused atomic.Bool
}

func (b *busyOnce) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Header.Get("traceparent") == "" || b.refused.Swap(true) {
		return b.next.RoundTrip(r)
	}
	if r.Body != nil {
		_, _ = io.Copy(io.Discard, r.Body)
		_ = r.Body.Close()
	}
	return &http.Response{
		StatusCode: http.StatusTooManyRequests,
		Header:     http.Header{"Retry-After": {"1"}, "Content-Type": {"text/plain"}},
		Body:       io.NopCloser(strings.NewReader("busy")),
		Request:    r,
	}, nil
}
