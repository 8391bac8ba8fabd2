package installer

import "context"

// RequestInfo is a path read backwards: what a request means, found before any route is matched, so that filters can
// decide on it. Upstream: endpoints/request.RequestInfo.
type RequestInfo struct {
	IsResourceRequest bool
	Path              string
	Verb              string // get, list, watch, create, update, patch, delete, deletecollection; else the lower-case method
	APIPrefix         string // api or apis
	APIGroup          string
	APIVersion        string
	Namespace         string
	Resource          string
	Subresource       string
	Name              string
	Parts             []string // from the resource on
	FieldSelector     string
	LabelSelector     string

	// What the verb's row says; see Verb.
	ReadOnly, LongRunning, Queued bool
}

type requestInfoKey struct{}

// WithRequestInfo returns a context that carries info.
func WithRequestInfo(ctx context.Context, info *RequestInfo) context.Context {
	return context.WithValue(ctx, requestInfoKey{}, info)
}

// RequestInfoFrom returns the info that the context carries.
func RequestInfoFrom(ctx context.Context) (*RequestInfo, bool) {
	info, ok := ctx.Value(requestInfoKey{}).(*RequestInfo)
	return info, ok
}
