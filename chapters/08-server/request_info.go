package server

import (
	"fmt"
	"net/http"
	"strings"

	"go.opentelemetry.io/otel/trace"

	installer "kubepath/chapters/03-installer"
)

// escapeHTML keeps what the client sent from becoming markup in an error that a browser shows.
var escapeHTML = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// withRequestInfo finds out what the request means and puts it into the context, for all filters behind it.
// Upstream: filters.WithRequestInfo.
func (s *GenericAPIServer) withRequestInfo(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		info, err := s.infos.NewRequestInfo(r)
		if err != nil {
			text := fmt.Sprintf("Internal Server Error: %q: failed to create RequestInfo: %v", r.RequestURI, err)
			http.Error(w, escapeHTML.Replace(text), http.StatusInternalServerError)
			return
		}
		nameSpan(trace.SpanFromContext(r.Context()), info)
		next.ServeHTTP(w, r.WithContext(installer.WithRequestInfo(r.Context(), info)))
	})
}

// longRunningSubresources last as long as their client wants, whatever the verb. With the verbs whose row says so, they
// are what neither the timeout nor the limit of requests in flight is meant for.
// Upstream: filters.BasicLongRunningRequestCheck, with kube-apiserver's values.
var longRunningSubresources = map[string]bool{"attach": true, "exec": true, "proxy": true, "log": true, "portforward": true}

// IsLongRunning reports whether a request lasts as long as its client wants.
func IsLongRunning(info *installer.RequestInfo) bool {
	if info.IsResourceRequest {
		return info.LongRunning || longRunningSubresources[info.Subresource]
	}
	return strings.HasPrefix(info.Path, "/debug/pprof/")
}
