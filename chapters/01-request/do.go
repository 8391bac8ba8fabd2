package request

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"

	utilnet "k8s.io/apimachinery/pkg/util/net"
)

// Do sends the request and reads the whole answer. An error of the server is a *apierrors.StatusError; one of the
// network is returned as net/http gives it. Upstream: rest.Request.Do.
func (r *Request) Do(ctx context.Context) Result {
	if err := r.check(); err != nil {
		return Result{err: err}
	}
	// Waiting for the client's own rate limit does not count against the timeout.
	if err := r.tryThrottle(ctx); err != nil {
		return Result{err: err}
	}
	if r.timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, r.timeout)
		defer cancel()
	}
	resp, err := r.send(ctx, isLostRead)
	if err != nil {
		return Result{err: err}
	}
	defer readAndCloseResponseBody(resp)
	return r.result(resp)
}

// DoRaw is Do for a caller who wants bytes: logs, metrics, an answer to hand on. With an error come the bytes that it
// was read from. Upstream: rest.Request.DoRaw.
func (r *Request) DoRaw(ctx context.Context) ([]byte, error) { return r.Do(ctx).Raw() }

// Stream sends the request and returns the body while it still arrives: the log of a running container. The caller
// closes it. Upstream: rest.Request.Stream.
func (r *Request) Stream(ctx context.Context) (io.ReadCloser, error) {
	if err := r.check(); err != nil {
		return nil, err
	}
	if err := r.tryThrottle(ctx); err != nil {
		return nil, err
	}
	resp, err := r.send(ctx, isNever)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode/100 == 2 {
		r.warn(resp)
		return resp.Body, nil
	}
	defer readAndCloseResponseBody(resp)
	result := r.result(resp)
	if result.err == nil {
		result.err = fmt.Errorf("%d while accessing %v: %s", resp.StatusCode, r.URL(), result.body)
	}
	return nil, result.err
}

// result reads the answer to its end.
func (r *Request) result(resp *http.Response) Result {
	result := Result{
		codec:       r.c.codec,
		contentType: resp.Header.Get("Content-Type"),
		statusCode:  resp.StatusCode,
		warnings:    r.warn(resp),
	}
	body, err := readAll(resp)
	if err != nil {
		result.err = fmt.Errorf("unexpected error when reading response body. Please retry. Original error: %w", err)
		return result
	}
	result.body = body
	if failed(resp.StatusCode) {
		result.err = r.statusError(resp, body)
	}
	return result
}

// readAll makes room for the announced length at once, within reason: it is only announced.
func readAll(resp *http.Response) ([]byte, error) {
	const reason = 16 << 20
	var buf bytes.Buffer
	if n := resp.ContentLength; n > 0 {
		buf.Grow(int(min(n, reason)) + bytes.MinRead)
	}
	_, err := buf.ReadFrom(resp.Body)
	return buf.Bytes(), err
}

// warn parses the Warning headers and hands them to the configured handler.
func (r *Request) warn(resp *http.Response) []utilnet.WarningHeader {
	lines := resp.Header["Warning"]
	if len(lines) == 0 {
		return nil
	}
	warnings, _ := utilnet.ParseWarningHeaders(lines)
	if r.c.config.WarningHandler != nil {
		for _, w := range warnings {
			r.c.config.WarningHandler(w.Text)
		}
	}
	return warnings
}
