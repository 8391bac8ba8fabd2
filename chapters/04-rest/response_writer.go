package rest

import (
	"compress/gzip"
	"context"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	kinds "kubepath/chapters/02-kinds"
)

// Response is the response to a request.
type Response struct {
	Status  int // 0: 200
	Object  runtime.Object
	Version schema.GroupVersion // the object is converted to it; empty: the object's own

	mediaType kinds.MediaTypeOptions
}

// WriteObjectNegotiated writes the response in the media type that the client accepts, or a 406 if it accepts none.
// Upstream: responsewriters.WriteObjectNegotiated.
func WriteObjectNegotiated(w http.ResponseWriter, r *http.Request, codecs *kinds.Codecs, a Response) {
	form, err := codecs.NegotiateOutputMediaType(r.Header.Get("Accept"), nil)
	if err != nil {
		ErrorNegotiated(w, r, codecs, err)
		return
	}
	a.mediaType = withPretty(form, r)
	serializeObject(w, r, codecs, a)
}

// withPretty sets Pretty by the query and the user agent.
func withPretty(form kinds.MediaTypeOptions, r *http.Request) kinds.MediaTypeOptions {
	form.Pretty = form.Pretty || kinds.IsPrettyPrint(r.URL, r.UserAgent())
	return form
}

// serializeObject encodes the response to the client. The headers are sent with the first byte that the codec writes,
// so an object that cannot be encoded is still a 500 with a Status. Upstream: responsewriters.SerializeObject.
func serializeObject(w http.ResponseWriter, r *http.Request, codecs *kinds.Codecs, a Response) {
	if a.Status == 0 {
		a.Status = http.StatusOK
	}
	_, list := a.Object.(*kinds.List)
	out := newDeferredResponseWriter(w, r, list)
	defer out.free()
	out.status, out.contentType = a.Status, a.mediaType.ContentType()
	err := codecs.Encode(out, a.Object, a.Version, a.mediaType)
	switch {
	case err == nil:
		out.close()
	case !out.sent:
		ErrorNegotiated(w, r, codecs, err)
	case out.failed == nil:
		// The client must not take half a list for a whole one: abort the connection.
		panic(http.ErrAbortHandler)
	}
}

// defaultGzipThresholdBytes is the size, in bytes, above which a response is compressed for a client that accepts gzip.
// It is also the size of the buffer for a list, because a small write costs the transport about as much as a large one.
// Upstream: responsewriters.defaultGzipThresholdBytes.
const defaultGzipThresholdBytes = 128 * 1024

var (
	responseWriters = sync.Pool{New: func() any { return &deferredResponseWriter{} }}
	batches         = sync.Pool{New: func() any { b := make([]byte, 0, defaultGzipThresholdBytes); return &b }}
	gzippers        = sync.Pool{New: func() any {
		z, _ := gzip.NewWriterLevel(nil, gzip.BestSpeed) // fails only for an unknown level
		return z
	}}
)

// deferredResponseWriter writes the encoded response. It sends the headers before the first bytes, and then decides
// whether to compress: an object comes in one write; the first defaultGzipThresholdBytes bytes of a list are buffered.
// Upstream: responsewriters.deferredResponseWriter.
type deferredResponseWriter struct {
	w           http.ResponseWriter
	status      int
	contentType string
	takesGzip   bool

	batch  *[]byte // the buffer for a list; nil: none
	sent   bool    // the headers are sent
	zip    *gzip.Writer
	failed error // of a write to the client
}

func newDeferredResponseWriter(w http.ResponseWriter, r *http.Request, list bool) *deferredResponseWriter {
	a := responseWriters.Get().(*deferredResponseWriter)
	a.w, a.takesGzip = w, takesGzip(r.Header)
	if list {
		a.batch = batches.Get().(*[]byte)
	}
	return a
}

// free returns the buffers to their pools, after the response is complete or has failed.
func (a *deferredResponseWriter) free() {
	if a.batch != nil {
		*a.batch = (*a.batch)[:0]
		batches.Put(a.batch)
	}
	if a.zip != nil {
		a.zip.Reset(io.Discard)
		gzippers.Put(a.zip)
	}
	*a = deferredResponseWriter{}
	responseWriters.Put(a)
}

func (a *deferredResponseWriter) Write(p []byte) (int, error) {
	if a.batch == nil {
		return a.send(p, len(p) > defaultGzipThresholdBytes)
	}
	if len(*a.batch)+len(p) > cap(*a.batch) {
		if _, err := a.send(*a.batch, true); err != nil {
			return 0, err
		}
		*a.batch = (*a.batch)[:0]
	}
	if len(p) > cap(*a.batch) {
		return a.send(p, true)
	}
	*a.batch = append(*a.batch, p...)
	return len(p), nil
}

// send writes to the client, after the headers. Only the first call uses large.
func (a *deferredResponseWriter) send(p []byte, large bool) (n int, err error) {
	if !a.sent {
		a.sendHeaders(large && a.takesGzip)
	}
	if a.zip != nil {
		n, err = a.zip.Write(p)
	} else {
		n, err = a.w.Write(p)
	}
	a.failed = err
	return n, err
}

func (a *deferredResponseWriter) sendHeaders(compress bool) {
	header := a.w.Header()
	header.Set("Content-Type", a.contentType)
	if compress {
		header.Set("Content-Encoding", "gzip")
		header.Add("Vary", "Accept-Encoding")
		a.zip = gzippers.Get().(*gzip.Writer)
		a.zip.Reset(a.w)
	}
	a.w.WriteHeader(a.status)
	a.sent = true
}

// close sends the rest of the buffer.
func (a *deferredResponseWriter) close() {
	if a.batch != nil {
		if !a.sent {
			a.w.Header().Set("Content-Length", strconv.Itoa(len(*a.batch)))
		}
		a.send(*a.batch, false) //nolint:errcheck // a.failed has the error
	}
	if a.zip != nil {
		a.failed = a.zip.Close()
	}
}

// takesGzip reports whether Accept-Encoding contains gzip without parameters. As upstream, gzip with a weight
// (gzip;q=0.5) does not count. Upstream: responsewriters.negotiateContentEncoding.
func takesGzip(header http.Header) bool {
	for coding := range strings.SplitSeq(header.Get("Accept-Encoding"), ",") {
		if strings.TrimSpace(coding) == "gzip" {
			return true
		}
	}
	return false
}

// ResourceStreamer is an object that is served as a stream of bytes instead of being encoded (the log of a pod).
// Upstream: rest.ResourceStreamer.
type ResourceStreamer interface {
	// InputStream opens the stream; nil means an empty response (204). flush: each piece is sent at once. An empty
	// contentType means application/octet-stream.
	InputStream(ctx context.Context, apiVersion, accept string) (stream io.ReadCloser, flush bool, contentType string, err error)
}

// streamObject copies the stream to the client. Upstream: responsewriters.StreamObject.
func (c *Call) streamObject(status int, s ResourceStreamer) {
	from, flush, contentType, err := s.InputStream(c.Context, c.Kind.GroupVersion().String(), c.Request.Header.Get("Accept"))
	if err != nil {
		ErrorNegotiated(c.Writer, c.Request, c.Codecs, err)
		return
	}
	if from == nil {
		c.Writer.WriteHeader(http.StatusNoContent)
		return
	}
	defer from.Close()
	if contentType == "" {
		contentType = "application/octet-stream"
	}
	c.Writer.Header().Set("Content-Type", contentType)
	c.Writer.WriteHeader(status)
	out := http.NewResponseController(c.Writer)
	out.Flush() //nolint:errcheck // a writer that cannot flush still sends the headers
	var to io.Writer = c.Writer
	if flush {
		to = flushWriter{c.Writer, out}
	}
	io.Copy(to, from) //nolint:errcheck // either side may close the stream at any time
}

// flushWriter flushes after each write.
type flushWriter struct {
	io.Writer
	out *http.ResponseController
}

func (f flushWriter) Write(p []byte) (int, error) {
	n, err := f.Writer.Write(p)
	if err != nil {
		return n, err
	}
	return n, f.out.Flush()
}
