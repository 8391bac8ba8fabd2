package server

import (
	"strings"

	installer "kubepath/chapters/03-installer"
)

// Requests that last as long as their client wants. Neither the timeout nor the limit of requests in flight is meant
// for them. Upstream: filters.BasicLongRunningRequestCheck, with kube-apiserver's values.
var (
	longRunningVerbs        = map[string]bool{"watch": true, "proxy": true}
	longRunningSubresources = map[string]bool{"attach": true, "exec": true, "proxy": true, "log": true, "portforward": true}
)

// LongRunning reports whether a request lasts as long as its client wants.
func LongRunning(info *installer.RequestInfo) bool {
	if info.IsResourceRequest {
		return longRunningVerbs[info.Verb] || longRunningSubresources[info.Subresource]
	}
	return strings.HasPrefix(info.Path, "/debug/pprof/")
}
