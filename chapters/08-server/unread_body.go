package server

import (
	"io"
	"net/http"
	"sync/atomic"
	"time"
)

// unreadBodyTime is how long a client may go on to send a body that nobody reads, once it is answered.
const unreadBodyTime = time.Second

// withUnreadBodyLimit ends requests whose body does not end, although nobody wants it: of a request that is refused, or
// whose path is nobody's. Before net/http sends the answer of an HTTP/1 request, it reads up to 256 KiB of what is left of
// the body, so that the connection can be used again; a client that sends a byte a second would wait for its answer for
// three days, and hold the connection. HTTP/2 answers at once and resets the stream.
func withUnreadBodyLimit(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ProtoMajor != 1 || r.Body == nil || r.Body == http.NoBody {
			next.ServeHTTP(w, r)
			return
		}
		u := &unreadBody{ResponseWriter: w, body: r.Body}
		r = r.WithContext(r.Context()) // a copy
		r.Body = u
		next.ServeHTTP(u, r)
		u.answered()
	})
}

// unreadBody notices whether a body has been read to its end before the answer begins. The filter timeout may answer while
// the handler still reads.
type unreadBody struct {
	http.ResponseWriter
	body  io.ReadCloser
	known atomic.Bool // the body has ended, or has its deadline
}

func (u *unreadBody) answered() {
	if u.known.CompareAndSwap(false, true) {
		http.NewResponseController(u.ResponseWriter).SetReadDeadline(time.Now().Add(unreadBodyTime))
	}
}

func (u *unreadBody) Read(p []byte) (int, error) {
	n, err := u.body.Read(p)
	if err == io.EOF {
		u.known.Store(true)
	}
	return n, err
}

func (u *unreadBody) Close() error { return u.body.Close() }

func (u *unreadBody) WriteHeader(status int) {
	if status >= http.StatusOK {
		u.answered()
	}
	u.ResponseWriter.WriteHeader(status)
}

func (u *unreadBody) Write(data []byte) (int, error) {
	u.answered()
	return u.ResponseWriter.Write(data)
}

// Unwrap is for http.ResponseController.
func (u *unreadBody) Unwrap() http.ResponseWriter { return u.ResponseWriter }
