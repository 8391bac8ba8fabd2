package request

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	utilnet "k8s.io/apimachinery/pkg/util/net"
)

// send makes attempts until one has an answer that is final. The caller closes the answer's body.
// Upstream: rest.WithRetry.
func (r *Request) send(ctx context.Context, mayRepeat isRetryableErrorFunc) (*http.Response, error) {
	var previous error // of the last attempt that failed on the network
	for retries := 0; ; retries++ {
		resp, err := r.attempt(ctx)
		wait, again := r.shouldRetry(resp, err, mayRepeat)
		if !again || retries >= r.maxRetries {
			return resp, withPreviousError(previous, err)
		}
		if err != nil {
			previous = err
		}
		readAndCloseResponseBody(resp)
		if err := r.wait(ctx, wait); err != nil {
			return nil, withPreviousError(previous, err)
		}
	}
}

// attempt is one HTTP exchange, up to the headers of the answer.
func (r *Request) attempt(ctx context.Context) (*http.Response, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	body := r.reader
	if r.body != nil {
		body = bytes.NewReader(r.body) // a new one each time: the transport may still read from the last
	}
	req, err := http.NewRequestWithContext(ctx, r.verb, r.URL().String(), body)
	if err != nil {
		return nil, err
	}
	req.Header = r.headers
	return r.c.http.Do(req)
}

// shouldRetry says whether another attempt may help, and how long to wait before it: as long as the server asks for, or a
// second after a lost connection.
func (r *Request) shouldRetry(resp *http.Response, err error, mayRepeat isRetryableErrorFunc) (time.Duration, bool) {
	switch {
	case r.reader != nil: // has been read
		return 0, false
	case err != nil:
		return time.Second, mayRepeat(r.verb, err)
	case resp.StatusCode == http.StatusTooManyRequests || resp.StatusCode >= 500:
		seconds, ok := retryAfter(resp)
		return time.Duration(seconds) * time.Second, ok
	}
	return 0, false
}

// isRetryableErrorFunc says whether an attempt that ended in a network error may be made again.
type isRetryableErrorFunc func(verb string, err error) bool

// isLostRead repeats reads whose connection was lost. A write may have happened before that.
func isLostRead(verb string, err error) bool {
	return verb == http.MethodGet &&
		(utilnet.IsConnectionReset(err) || utilnet.IsProbableEOF(err) || utilnet.IsHTTP2ConnectionLost(err))
}

// isLostWatch also repeats what timed out: whoever watches expects to begin again.
func isLostWatch(_ string, err error) bool {
	return utilnet.IsProbableEOF(err) || utilnet.IsTimeout(err)
}

func isNever(string, error) bool { return false }

// wait waits before a retry, which also counts against the client's rate limit.
func (r *Request) wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return r.tryThrottle(ctx)
	}
}

// tryThrottle waits for the client's rate limit.
func (r *Request) tryThrottle(ctx context.Context) error {
	if r.c.limiter == nil {
		return nil
	}
	err := r.c.limiter.Wait(ctx)
	if err == nil || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return fmt.Errorf("client rate limiter Wait returned an error: %w", err)
}

// retryAfter is the seconds of the Retry-After header; its other form, a date, is not used by API servers.
func retryAfter(resp *http.Response) (seconds int, ok bool) {
	seconds, err := strconv.Atoi(resp.Header.Get("Retry-After"))
	return seconds, err == nil
}

// withPreviousError adds to err what went wrong before it: "context deadline exceeded" alone says little.
func withPreviousError(previous, err error) error {
	if err == nil || previous == nil || err.Error() == previous.Error() {
		return err
	}
	var wrapped *url.Error
	if errors.As(previous, &wrapped) {
		previous = wrapped.Err // err names the URL already
	}
	return fmt.Errorf("%w - error from a previous attempt: %v", err, previous)
}

// readAndCloseResponseBody reads what little is left of a body, so that the connection can be used again, and closes it.
func readAndCloseResponseBody(resp *http.Response) {
	if resp == nil {
		return
	}
	const little = 2 << 10
	if resp.ContentLength <= little {
		_, _ = io.CopyN(io.Discard, resp.Body, little)
	}
	_ = resp.Body.Close()
}
