package request

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	utilnet "k8s.io/apimachinery/pkg/util/net"
)

// Do sends the request and reads the whole response. An error from the server is a *apierrors.StatusError; a network
// error is the one that net/http returned. Upstream: rest.Request.Do.
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

// DoRaw sends the request and returns the bytes of the response: logs, metrics, a response to forward. If the server
// answered with an error, it returns the bytes as well. Upstream: rest.Request.DoRaw.
func (r *Request) DoRaw(ctx context.Context) ([]byte, error) { return r.Do(ctx).Raw() }

// Stream sends the request and returns the body without reading it, for example the log of a running container. The
// caller closes it. Upstream: rest.Request.Stream.
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

// result reads the whole response.
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

// readAll allocates the announced Content-Length at once, up to a limit: the server may send less than it announced.
func readAll(resp *http.Response) ([]byte, error) {
	const maxAllocation = 16 << 20
	var buf bytes.Buffer
	if n := resp.ContentLength; n > 0 {
		buf.Grow(int(min(n, maxAllocation)) + bytes.MinRead)
	}
	_, err := buf.ReadFrom(resp.Body)
	return buf.Bytes(), err
}

// warn parses the Warning headers and passes them to the configured handler.
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

// Result is a whole response. Get and Into decode its body. Upstream: rest.Result.
type Result struct {
	body        []byte
	contentType string
	statusCode  int
	warnings    []utilnet.WarningHeader
	codec       Codec
	err         error
}

// Raw returns the body without decoding it, and Error.
func (r Result) Raw() ([]byte, error) { return r.body, r.err }

// Error returns the error of the chain, of the network, or of the server (*apierrors.StatusError).
func (r Result) Error() error { return r.err }

// StatusCode returns the HTTP status; 0: there was no response.
func (r Result) StatusCode() int { return r.statusCode }

// ContentType returns the Content-Type header of the response.
func (r Result) ContentType() string { return r.contentType }

// Warnings returns the Warning headers of the response.
func (r Result) Warnings() []utilnet.WarningHeader { return r.warnings }

// Get decodes the body into a new object of the body's kind.
func (r Result) Get() (runtime.Object, error) {
	if r.err != nil {
		return nil, r.err
	}
	obj, err := r.codec.Decode(r.body, r.contentType, nil)
	if err != nil {
		return nil, err
	}
	if status, ok := obj.(*metav1.Status); ok && status.Status != metav1.StatusSuccess {
		return nil, apierrors.FromObject(status)
	}
	return obj, nil
}

// Into decodes the body into obj. If the body is a Status (as it may be after a DELETE), Into does not change obj, and
// returns an error if the Status is a failure.
func (r Result) Into(obj runtime.Object) error {
	if r.err != nil {
		return r.err
	}
	if len(r.body) == 0 {
		return fmt.Errorf("0-length response with status code: %d and content type: %s", r.statusCode, r.contentType)
	}
	got, err := r.codec.Decode(r.body, r.contentType, obj)
	if err != nil || got == obj || obj == nil {
		return err
	}
	status, ok := got.(*metav1.Status)
	switch {
	case !ok:
		return fmt.Errorf("the server answered with a %T, not a %T", got, obj)
	case status.Status != metav1.StatusSuccess:
		return apierrors.FromObject(status)
	}
	return nil
}

// failed reports whether an HTTP status is an error: any but 200 to 206, and 101 (Switching Protocols).
func failed(code int) bool {
	return code != http.StatusSwitchingProtocols && (code < http.StatusOK || code > http.StatusPartialContent)
}

// statusError makes an error from the Status in the body, or, if there is none (a proxy may have answered), from the
// HTTP status code and the text. Upstream: Request.newUnstructuredResponseError.
func (r *Request) statusError(resp *http.Response, body []byte) error {
	contentType := resp.Header.Get("Content-Type")
	// Old servers sent a Status without a kind and version. Decoding into a Status supplies them.
	if obj, err := r.c.codec.Decode(body, contentType, &metav1.Status{}); err == nil {
		if status, ok := obj.(*metav1.Status); ok && status.Status == metav1.StatusFailure {
			return apierrors.FromObject(status)
		}
	}
	message := "unknown"
	if isText(contentType) {
		const maxMessage = 2048
		message = strings.TrimSpace(string(body[:min(len(body), maxMessage)]))
	}
	var resource schema.GroupResource
	if r.location.resource != "" {
		resource = r.c.config.GroupVersion.WithResource(r.location.resource).GroupResource()
	}
	seconds, _ := retryAfter(resp)
	return apierrors.NewGenericServerResponse(resp.StatusCode, r.verb, resource, r.location.name, message, seconds, true)
}

// isText reports whether a body can be shown in an error message.
func isText(contentType string) bool {
	if contentType == "" {
		return true
	}
	media, _, err := mime.ParseMediaType(contentType)
	return err == nil && strings.HasPrefix(media, "text/")
}
