package server

import (
	"net/http"
	"time"

	installer "kubepath/chapters/03-installer"
)

// AccessLogEntry is one line of the access log.
type AccessLogEntry struct {
	RequestID, Verb, Method, URI, UserAgent, Remote string
	Status                                          int
	Bytes                                           int64
	Took                                            time.Duration
}

// logRequests hands an entry to Config.Log when a request has ended, also when it ended in a panic.
// Upstream: httplog.WithLogging.
func (s *GenericAPIServer) logRequests() Filter {
	if s.config.Log == nil {
		return nil
	}
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			answer, start := record(w), time.Now()
			returned := false
			defer func() {
				s.config.Log(accessLogEntry(r, answer, answer.code(returned), time.Since(start)))
			}()
			next.ServeHTTP(answer, r)
			returned = true
		})
	}
}

func accessLogEntry(r *http.Request, answer *recorder, status int, took time.Duration) AccessLogEntry {
	entry := AccessLogEntry{
		RequestID: RequestID(r), Method: r.Method, URI: r.RequestURI, UserAgent: r.UserAgent(), Remote: r.RemoteAddr,
		Status: status, Bytes: answer.bytes, Took: took,
	}
	if info, ok := installer.RequestInfoFrom(r.Context()); ok {
		entry.Verb = info.Verb
	}
	return entry
}
