package server

import (
	"bufio"
	"net"
	"net/http"
	"time"

	installer "kubepath/chapters/03-installer"
)

// HTTPLogEntry is one line of the access log.
type HTTPLogEntry struct {
	AuditID, Verb, Method, URI, UserAgent, RemoteAddr string
	Status                                            int
	Bytes                                             int64
	Latency                                           time.Duration
}

// withHTTPLog calls Config.HTTPLog with an entry after each request, also after a panic.
// Upstream: httplog.WithLogging.
func (s *GenericAPIServer) withHTTPLog() Filter {
	if s.config.HTTPLog == nil {
		return nil
	}
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			answer, start := newResponseRecorder(w), time.Now()
			returned := false
			defer func() {
				s.config.HTTPLog(accessLogEntry(r, answer, answer.code(returned), time.Since(start)))
			}()
			next.ServeHTTP(answer, r)
			returned = true
		})
	}
}

func accessLogEntry(r *http.Request, answer *responseRecorder, status int, took time.Duration) HTTPLogEntry {
	entry := HTTPLogEntry{
		AuditID: AuditID(r), Method: r.Method, URI: r.RequestURI, UserAgent: r.UserAgent(), RemoteAddr: r.RemoteAddr,
		Status: status, Bytes: answer.bytes, Latency: took,
	}
	if info, ok := installer.RequestInfoFrom(r.Context()); ok {
		entry.Verb = info.Verb
	}
	return entry
}

// responseRecorder is a ResponseWriter that records the status and size of the response. All filters of the chain share
// one.
type responseRecorder struct {
	http.ResponseWriter
	status int   // 0: nothing written yet
	bytes  int64 // of the body
}

// newResponseRecorder returns w as a responseRecorder: itself, if it is one already.
func newResponseRecorder(w http.ResponseWriter) *responseRecorder {
	if r, ok := w.(*responseRecorder); ok {
		return r
	}
	return &responseRecorder{ResponseWriter: w}
}

// code returns the status of the response. If the handler wrote nothing, it is 200 after a return, and 500 after a
// panic.
func (r *responseRecorder) code(returned bool) int {
	switch {
	case r.status != 0:
		return r.status
	case returned:
		return http.StatusOK
	}
	return http.StatusInternalServerError
}

func (r *responseRecorder) WriteHeader(status int) {
	final := status >= 200 || status == http.StatusSwitchingProtocols
	if r.status == 0 && final {
		r.status = status
	}
	r.ResponseWriter.WriteHeader(status)
}

func (r *responseRecorder) Write(data []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	n, err := r.ResponseWriter.Write(data)
	r.bytes += int64(n)
	return n, err
}

// Flush flushes the writer below.
func (r *responseRecorder) Flush() {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	http.NewResponseController(r.ResponseWriter).Flush()
}

// Hijack counts as a response: nothing may be written after it.
func (r *responseRecorder) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, rw, err := http.NewResponseController(r.ResponseWriter).Hijack()
	if err == nil && r.status == 0 {
		r.status = http.StatusSwitchingProtocols
	}
	return conn, rw, err
}

// Unwrap is for http.ResponseController.
func (r *responseRecorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }
