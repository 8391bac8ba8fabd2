package server

import (
	"strings"

	installer "kubepath/chapters/03-installer"
)

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
