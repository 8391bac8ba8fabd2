package rest

import (
	"compress/gzip"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
)

// gzipAbove is the size, in bytes, from which an answer is compressed for a client that takes gzip: below it the time
// costs more than the bytes. It is also how much of a list is collected before it is sent, because a small write costs
// the transport about as much as a large one. Upstream: responsewriters.defaultGzipThresholdBytes.
const gzipAbove = 128 * 1024

var (
	answers  = sync.Pool{New: func() any { return &answerWriter{} }}
	batches  = sync.Pool{New: func() any { b := make([]byte, 0, gzipAbove); return &b }}
	gzippers = sync.Pool{New: func() any {
		z, _ := gzip.NewWriterLevel(nil, gzip.BestSpeed) // fails only for an unknown level
		return z
	}}
)

// answerWriter takes the encoded answer. It sends the headers when the first bytes are to leave and decides then whether
// they are compressed: an object comes in one write; of a list, the first gzipAbove bytes are collected.
// Upstream: responsewriters.deferredResponseWriter.
type answerWriter struct {
	w           http.ResponseWriter
	status      int
	contentType string
	takesGzip   bool

	batch  *[]byte // of a list; nil: write through
	sent   bool    // the headers are out
	zip    *gzip.Writer
	failed error // the client is gone
}

func openAnswer(w http.ResponseWriter, r *http.Request, list bool) *answerWriter {
	a := answers.Get().(*answerWriter)
	a.w, a.takesGzip = w, takesGzip(r.Header)
	if list {
		a.batch = batches.Get().(*[]byte)
	}
	return a
}

// free gives the buffers back. The answer is over, or failed.
func (a *answerWriter) free() {
	if a.batch != nil {
		*a.batch = (*a.batch)[:0]
		batches.Put(a.batch)
	}
	if a.zip != nil {
		a.zip.Reset(io.Discard)
		gzippers.Put(a.zip)
	}
	*a = answerWriter{}
	answers.Put(a)
}

func (a *answerWriter) Write(p []byte) (int, error) {
	if a.batch == nil {
		return a.send(p, len(p) > gzipAbove)
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

// send writes to the client, after the headers. large counts at the first call only.
func (a *answerWriter) send(p []byte, large bool) (n int, err error) {
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

func (a *answerWriter) sendHeaders(compress bool) {
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

// close sends what is left.
func (a *answerWriter) close() {
	if a.batch != nil {
		if !a.sent {
			a.w.Header().Set("Content-Length", strconv.Itoa(len(*a.batch)))
		}
		a.send(*a.batch, false) //nolint:errcheck // kept in a.failed; nobody is left to tell
	}
	if a.zip != nil {
		a.failed = a.zip.Close()
	}
}

// takesGzip reports whether the client names gzip, in these letters and without a weight: gzip;q=0 is a refusal, and a
// client that weighs gets an answer that every client understands. Upstream: responsewriters.negotiateContentEncoding.
func takesGzip(header http.Header) bool {
	for coding := range strings.SplitSeq(header.Get("Accept-Encoding"), ",") {
		if strings.TrimSpace(coding) == "gzip" {
			return true
		}
	}
	return false
}
