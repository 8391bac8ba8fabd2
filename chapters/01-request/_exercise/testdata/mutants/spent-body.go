package exercise

import (
	"context"
	"net/http"
	"time"
)

// Again sends a request, and sends it again while the server asks for that, at most Most times.
type Again struct {
	Next http.RoundTripper
	Most int
}

var _ http.RoundTripper = (*Again)(nil)

// RoundTrip returns the first answer that is final.
func (a *Again) RoundTrip(r *http.Request) (*http.Response, error) {
	once := r.Body != nil && r.GetBody == nil
	for sent := 0; ; sent++ {
		answer, err := a.Next.RoundTrip(r)
		if err != nil {
			return nil, err
		}
		wait, again := asksToWait(answer)
		if !again || once || sent == a.Most {
			return answer, nil
		}
		discard(answer)
		if err := pause(r.Context(), wait); err != nil {
			return nil, err
		}
	}
}

// pause waits for d, or until ctx ends.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
