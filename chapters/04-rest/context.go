package rest

import (
	"context"
	"net/http"
	"sync"
	"unicode/utf8"

	authenticationv1 "k8s.io/api/authentication/v1"
	utilnet "k8s.io/apimachinery/pkg/util/net"
)

type (
	namespaceKey       struct{}
	warningRecorderKey struct{}
	userKey            struct{}
)

// WithUser returns a context for requests of a user. Upstream: request.WithUser.
func WithUser(ctx context.Context, user authenticationv1.UserInfo) context.Context {
	return context.WithValue(ctx, userKey{}, user)
}

// UserFrom returns the user of the request; the zero value if it is not authenticated. Upstream: request.UserFrom.
func UserFrom(ctx context.Context) authenticationv1.UserInfo {
	user, _ := ctx.Value(userKey{}).(authenticationv1.UserInfo)
	return user
}

// WithNamespace returns a context for requests about objects in a namespace. Upstream: request.WithNamespace.
func WithNamespace(ctx context.Context, namespace string) context.Context {
	return context.WithValue(ctx, namespaceKey{}, &namespace)
}

// NamespaceFrom returns the namespace of the request; "" for all namespaces, or for cluster-scoped resources.
// Upstream: request.NamespaceValue.
func NamespaceFrom(ctx context.Context) string {
	if namespace, ok := ctx.Value(namespaceKey{}).(*string); ok {
		return *namespace
	}
	return ""
}

// callContext is the context of one call. It holds both the namespace and the warnings, to save allocations.
type callContext struct {
	context.Context
	namespace string
	warnings  *warningRecorder
}

func (c *callContext) Value(key any) any {
	switch key.(type) {
	case namespaceKey:
		return &c.namespace
	case warningRecorderKey:
		if c.warnings != nil {
			return c.warnings
		}
	}
	return c.Context.Value(key)
}

// Limits of the Warning headers of one response, in characters: clients limit the size of headers. If all warnings
// together exceed maxWarnings, each is truncated to maxWarning, and warnings over maxWarnings are dropped.
const (
	maxWarnings = 4 * 1024
	maxWarning  = 256
)

// WithWarningRecorder returns a context in which AddWarning writes to header. The context of a handler has a recorder
// already; a filter that adds warnings needs this function. Upstream: filters.WithWarningRecorder.
func WithWarningRecorder(ctx context.Context, header http.Header) context.Context {
	return context.WithValue(ctx, warningRecorderKey{}, &warningRecorder{header: header})
}

// AddWarning adds a Warning header to the response: 299 - "text". It must be called before the first byte of the
// response is written. The same text is sent once. Without a recorder in the context, the warning is dropped.
// Upstream: warning.AddWarning.
func AddWarning(ctx context.Context, text string) {
	if w, ok := ctx.Value(warningRecorderKey{}).(*warningRecorder); ok {
		w.add(text)
	}
}

// warningRecorder collects the warnings of one response.
type warningRecorder struct {
	header http.Header

	mu    sync.Mutex
	texts []string
	known map[string]bool // the texts as a set
	size  int             // characters sent
	short bool            // each is truncated to maxWarning
}

func (w *warningRecorder) add(text string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if full := w.short && w.size >= maxWarnings; full || text == "" || w.known[text] {
		return
	}
	if w.known == nil {
		w.known = map[string]bool{}
	}
	w.known[text] = true
	w.texts = append(w.texts, text)
	if w.short || w.size+utf8.RuneCountInString(text) <= maxWarnings {
		w.send(text)
		return
	}
	w.short, w.size = true, 0
	w.header.Del("Warning")
	for _, earlier := range w.texts {
		w.send(earlier)
	}
}

func (w *warningRecorder) send(text string) {
	if w.size >= maxWarnings {
		return
	}
	if w.short {
		text = truncateRunes(text, maxWarning)
	}
	line, err := utilnet.NewWarningHeader(299, "-", text)
	if err != nil { // not printable: not allowed in a header
		return
	}
	w.size += utf8.RuneCountInString(text)
	w.header.Add("Warning", line)
}

func truncateRunes(s string, n int) string {
	for i := range s {
		if n == 0 {
			return s[:i]
		}
		n--
	}
	return s
}
