// Package exercise is what a learner's code stands on: the error of a piece that is not written yet, and the places in
// the finished server where a piece can be plugged in.
package exercise

import (
	"errors"
	"net/http"

	kinds "kubepath/chapters/02-kinds"
	installer "kubepath/chapters/03-installer"
	rest "kubepath/chapters/04-rest"
	storage "kubepath/chapters/05-storage"
	registry "kubepath/chapters/06-registry"
	etcd3 "kubepath/chapters/07-etcd3"
	server "kubepath/chapters/08-server"
	openapi "kubepath/chapters/11-openapi"
	controlplane "kubepath/chapters/17-controlplane"
)

// ErrTODO is what a stub returns: the learner has not written this piece yet.
var ErrTODO = errors.New("this piece is not written yet: it is yours")

// Plug is what an exercise puts into the finished server in place of the project's own piece, or around it. What is nil
// stays as it is. Each field is a seam that the layers have anyway.
type Plug struct {
	// Transport stands around chapter 1's transport, in the client of kubepath trace.
	Transport func(http.RoundTripper) http.RoundTripper
	// Codecs changes chapter 2's tables.
	Codecs func(*kinds.Codecs)
	// Middleware stands around the handler of every route of chapter 3, outermost.
	Middleware installer.Middleware
	// Verbs stand in chapter 4's table in place of the rows with the same name, capability and target.
	Verbs []rest.Verb
	// Accept reads a request's Accept header before the API does, and returns the header that the API gets in its place; "":
	// the same. An error is the answer.
	Accept func(header string) (chosen string, err error)
	// Storage stands around each resource's storage.
	Storage func(real storage.Interface) storage.Interface
	// Open stands in place of chapter 7's Open.
	Open func(etcd3.Config) storage.Interface
	// Strategies stand in place of those of chapter 17's table: by resource.group, or resource/status.group.
	Strategies map[string]registry.Strategy
	// SchemaOf stands in place of chapter 11's reading of Go types.
	SchemaOf openapi.SchemaFunc
	// Cache stands in front of each of chapter 10's caches.
	Cache func(real storage.Interface) storage.Interface
	// Groups changes chapter 17's table: a strategy, a key root, a new resource.
	Groups func([]controlplane.Group) []controlplane.Group
	// Filter stands at the inner end of chapter 8's chain.
	Filter server.Filter
}
