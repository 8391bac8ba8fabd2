package rest

import (
	"context"
	"net/http"
	"sync"
	"unicode/utf8"

	utilnet "k8s.io/apimachinery/pkg/util/net"
)

// Bounds of the Warning headers of one answer, in characters of text: a client reads only so much header. Once all
// warnings together pass the first, each is cut to the second; those that come after the bound is reached are dropped.
const (
	maxWarnings = 4 * 1024
	maxWarning  = 256
)

// WithWarningRecorder returns a context in which AddWarning writes to header. A handler has one already; a filter that warns
// makes its own. Upstream: filters.WithWarningRecorder.
func WithWarningRecorder(ctx context.Context, header http.Header) context.Context {
	return context.WithValue(ctx, warningsKey{}, &warnings{header: header})
}

// AddWarning adds a line to the Warning headers of the answer: 299 - "text". It has to happen before the answer's
// first byte. The same text is sent once; a context without a place for warnings drops it.
// Upstream: warning.AddWarning.
func AddWarning(ctx context.Context, text string) {
	if w, ok := ctx.Value(warningsKey{}).(*warnings); ok {
		w.add(text)
	}
}

// warnings are those of one answer.
type warnings struct {
	header http.Header

	mu    sync.Mutex
	texts []string
	known map[string]bool // the same texts
	size  int             // characters sent
	short bool            // each is cut to maxWarning
}

func (w *warnings) add(text string) {
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

func (w *warnings) send(text string) {
	if w.size >= maxWarnings {
		return
	}
	if w.short {
		text = firstRunes(text, maxWarning)
	}
	line, err := utilnet.NewWarningHeader(299, "-", text)
	if err != nil { // not printable: no header can carry it
		return
	}
	w.size += utf8.RuneCountInString(text)
	w.header.Add("Warning", line)
}

func firstRunes(s string, n int) string {
	for i := range s {
		if n == 0 {
			return s[:i]
		}
		n--
	}
	return s
}
