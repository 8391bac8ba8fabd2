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

// UserFrom returns the user whose request it is; the zero value where nobody has asked. Upstream: request.UserFrom.
func UserFrom(ctx context.Context) authenticationv1.UserInfo {
	user, _ := ctx.Value(userKey{}).(authenticationv1.UserInfo)
	return user
}

// WithNamespace returns a context for requests about objects in a namespace. Upstream: request.WithNamespace.
func WithNamespace(ctx context.Context, namespace string) context.Context {
	return context.WithValue(ctx, namespaceKey{}, &namespace)
}

// NamespaceFrom returns the namespace that the request is about; "" for all, or for cluster-scoped resources.
// Upstream: request.NamespaceValue.
func NamespaceFrom(ctx context.Context) string {
	if namespace, ok := ctx.Value(namespaceKey{}).(*string); ok {
		return *namespace
	}
	return ""
}

// callContext is the context of one call. It carries the namespace and the warnings in itself, so that a request
// costs one allocation for them and not one for each.
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

// Bounds of the Warning headers of one answer, in characters of text: a client reads only so much header. Once all
// warnings together pass the first, each is cut to the second; those that come after the bound is reached are dropped.
const (
	maxWarnings = 4 * 1024
	maxWarning  = 256
)

// WithWarningRecorder returns a context in which AddWarning writes to header. A handler has one already; a filter that warns
// makes its own. Upstream: filters.WithWarningRecorder.
func WithWarningRecorder(ctx context.Context, header http.Header) context.Context {
	return context.WithValue(ctx, warningRecorderKey{}, &warningRecorder{header: header})
}

// AddWarning adds a line to the Warning headers of the answer: 299 - "text". It has to happen before the answer's
// first byte. The same text is sent once; a context without a place for warnings drops it.
// Upstream: warning.AddWarning.
func AddWarning(ctx context.Context, text string) {
	if w, ok := ctx.Value(warningRecorderKey{}).(*warningRecorder); ok {
		w.add(text)
	}
}

// warningRecorder collects those of one answer.
type warningRecorder struct {
	header http.Header

	mu    sync.Mutex
	texts []string
	known map[string]bool // the same texts
	size  int             // characters sent
	short bool            // each is cut to maxWarning
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
	if err != nil { // not printable: no header can carry it
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
