package server

import (
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

// logRequests hands an entry to Config.HTTPLog when a request has ended, also when it ended in a panic.
// Upstream: httplog.WithLogging.
func (s *GenericAPIServer) logRequests() Filter {
	if s.config.HTTPLog == nil {
		return nil
	}
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			answer, start := record(w), time.Now()
			returned := false
			defer func() {
				s.config.HTTPLog(accessLogEntry(r, answer, answer.code(returned), time.Since(start)))
			}()
			next.ServeHTTP(answer, r)
			returned = true
		})
	}
}

func accessLogEntry(r *http.Request, answer *recorder, status int, took time.Duration) HTTPLogEntry {
	entry := HTTPLogEntry{
		AuditID: AuditID(r), Method: r.Method, URI: r.RequestURI, UserAgent: r.UserAgent(), RemoteAddr: r.RemoteAddr,
		Status: status, Bytes: answer.bytes, Latency: took,
	}
	if info, ok := installer.RequestInfoFrom(r.Context()); ok {
		entry.Verb = info.Verb
	}
	return entry
}
