package rest

import (
	"net/http"

	kinds "kubepath/chapters/02-kinds"
	installer "kubepath/chapters/03-installer"
)

// Verb is one row of the table of verbs: what the verb is, which capability of a Storage it needs, and which handler
// serves it. A later chapter adds a verb by adding a row; nothing else knows of it.
type Verb struct {
	installer.Verb // its Doc is a pattern: {a}, {kind}, {sub} (status of) and {watch} (or watch) stand for the endpoint's

	// AllowsMediaTypeTransform says whether a storage has the capability.
	Supported func(Storage) bool
	// Handle makes the handler. The endpoint's Storage offers at least what AllowsMediaTypeTransform found.
	Handle func(*RequestScope) http.Handler

	// MethodsOf are the methods of a storage that chooses them (CONNECT); nil: the row's Methods.
	MethodsOf func(Storage) []string

	// For OpenAPI (chapter 11).
	Options any               // sample of the query parameters; nil: none but pretty
	Reads   func(Storage) any // sample of the body; nil: no body
	Writes  func(Storage) any // sample of the answer; nil: the kind itself
	// MediaTypes are those of the answer; nil: those of the codecs.
	MediaTypes func(*kinds.Codecs) []string
}

// NewRequestInfoFactory returns what reads requests by a table of verbs.
func NewRequestInfoFactory(table []Verb) *installer.RequestInfoFactory {
	rows := make([]installer.Verb, len(table))
	for i, v := range table {
		rows[i] = v.Verb
	}
	return installer.NewRequestInfoFactory(rows...)
}
