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

// send makes attempts until one succeeds or must not be retried. The caller closes the response's body.
// Upstream: rest.WithRetry.
func (r *Request) send(ctx context.Context, mayRepeat isRetryableErrorFunc) (*http.Response, error) {
	var previous error // the last network error
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

// attempt sends the request once and reads the headers of the response.
func (r *Request) attempt(ctx context.Context) (*http.Response, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	body := r.reader
	if r.body != nil {
		body = bytes.NewReader(r.body) // a new one each time: the transport may still be reading the previous one
	}
	req, err := http.NewRequestWithContext(ctx, r.verb, r.URL().String(), body)
	if err != nil {
		return nil, err
	}
	req.Header = r.headers
	return r.c.http.Do(req)
}

// shouldRetry reports whether to try again, and how long to wait first: the Retry-After of the response, or one second
// after a network error.
func (r *Request) shouldRetry(resp *http.Response, err error, mayRepeat isRetryableErrorFunc) (time.Duration, bool) {
	switch {
	case r.reader != nil: // it can be read only once
		return 0, false
	case err != nil:
		return time.Second, mayRepeat(r.verb, err)
	case resp.StatusCode == http.StatusTooManyRequests || resp.StatusCode >= 500:
		seconds, ok := retryAfter(resp)
		return time.Duration(seconds) * time.Second, ok
	}
	return 0, false
}

// isRetryableErrorFunc reports whether a request may be retried after a network error.
type isRetryableErrorFunc func(verb string, err error) bool

// isLostRead: a GET may be retried after the connection was lost. A write may not: the server may have done it already.
func isLostRead(verb string, err error) bool {
	return verb == http.MethodGet &&
		(utilnet.IsConnectionReset(err) || utilnet.IsProbableEOF(err) || utilnet.IsHTTP2ConnectionLost(err))
}

// isLostWatch: a watch may be retried after a timeout as well.
func isLostWatch(_ string, err error) bool {
	return utilnet.IsProbableEOF(err) || utilnet.IsTimeout(err)
}

func isNever(string, error) bool { return false }

// wait waits before a retry: for d, then for the client's rate limit.
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

// retryAfter returns the seconds of the Retry-After header. API servers do not send its other form, a date.
func retryAfter(resp *http.Response) (seconds int, ok bool) {
	seconds, err := strconv.Atoi(resp.Header.Get("Retry-After"))
	return seconds, err == nil
}

// withPreviousError adds the error of the previous attempt to err, because "context deadline exceeded" alone does not
// tell why the request was retried.
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

// readAndCloseResponseBody reads the rest of a short body, so that the connection can be reused, and closes the body.
func readAndCloseResponseBody(resp *http.Response) {
	if resp == nil {
		return
	}
	const maxRead = 2 << 10
	if resp.ContentLength <= maxRead {
		_, _ = io.CopyN(io.Discard, resp.Body, maxRead)
	}
	_ = resp.Body.Close()
}
