package rest

import (
	"net/http"

	kinds "kubepath/chapters/02-kinds"
	installer "kubepath/chapters/03-installer"
)

// Verb is one row of the table of verbs: which capability of a Storage it needs, which routes it gets and which
// handler serves them. A later chapter adds a verb by adding a row.
type Verb struct {
	Name   string
	Method string // "": Methods says
	On     installer.Target

	// Offered says whether a storage has the capability.
	Offered func(Storage) bool
	// Handle makes the handler. The endpoint's Storage offers at least what Offered found.
	Handle func(*Endpoint) http.Handler

	// The exceptions, each nil or zero in an ordinary row; see installer.Verb.
	Methods       func(Storage) []string // CONNECT: as many as the storage takes
	AllNamespaces bool                   // LIST and WATCH
	When          func(*http.Request) bool
	Prefix        string // deprecated watch/ paths
	Discovered    func(method string) string

	// For the description of the API (chapter 11).
	Doc     string            // a sentence; {a}, {kind}, {sub} (status of) and {watch} (or watch) stand for the endpoint's
	Options any               // sample of the query parameters; nil: none but pretty
	Reads   func(Storage) any // sample of the body; nil: no body
	Writes  func(Storage) any // sample of the answer; nil: the kind itself
	Accepts []string          // media types of the body; nil: the handler takes those of the codecs
	// Returns are the media types of the answer; nil: those of the codecs.
	Returns func(*kinds.Codecs) []string
}

// has tells whether a storage has the capability T: the one place where capabilities are asserted.
func has[T any](s Storage) bool { _, ok := s.(T); return ok }
