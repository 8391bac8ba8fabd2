package rest

import (
	"net/http"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	kinds "kubepath/chapters/02-kinds"
	installer "kubepath/chapters/03-installer"
)

// Verb is one row of the table of verbs: the verb, the capability of a Storage that it needs, and its handler. A later
// chapter adds a verb by adding a row, without other changes.
type Verb struct {
	installer.Verb // its Doc is a pattern with {a}, {kind}, {sub} (status of) and {watch} (or watch)

	// Supported reports whether a storage has the capability.
	Supported func(Storage) bool
	// Handle returns the handler. The scope's Storage has the capability.
	Handle func(*RequestScope) http.Handler

	// MethodsOf returns the methods of the storage, for CONNECT; nil: the row's Methods.
	MethodsOf func(Storage) []string

	// For OpenAPI (chapter 11).
	Options any               // struct whose fields are the query parameters; nil: none but pretty
	Reads   func(Storage) any // sample of the body; nil: no body
	Writes  func(Storage) any // sample of the response; nil: the kind itself
	// MediaTypes returns the media types of the response; nil: those of the codecs.
	MediaTypes func(*kinds.Codecs) []string
	// BodyMediaTypes returns the media types of the body: the route refuses others with 415; nil: the handler decides.
	BodyMediaTypes func(*kinds.Codecs) []string
}

// NewRequestInfoFactory returns the RequestInfoFactory for a table of verbs.
func NewRequestInfoFactory(table []Verb) *installer.RequestInfoFactory {
	rows := make([]installer.Verb, len(table))
	for i, v := range table {
		rows[i] = v.Verb
	}
	return installer.NewRequestInfoFactory(rows...)
}

// Verbs returns the table of verbs: a storage with the capability of a row gets the row's routes. Chapter 9 appends a
// row for watch, chapter 12 for patch and chapter 16 for connect.
// Upstream: the capability checks and the switch of APIInstaller.registerResourceHandlers.
func Verbs() []Verb {
	return []Verb{
		{
			Verb: installer.Verb{Name: "get", Methods: []string{"GET"}, On: installer.Item, ReadOnly: true,
				Doc: "read {sub}the specified {kind}", OperationID: "read{version}{object}"},
			Supported: Has[Getter], Handle: getResource,
		},
		{
			Verb: installer.Verb{Name: "get", Methods: []string{"GET"}, On: installer.Item, ReadOnly: true,
				Doc: "read {sub}the specified {kind}", OperationID: "read{version}{object}"},
			Supported: hasOptions, Handle: getResourceWithOptions,
		},
		{
			Verb: installer.Verb{Name: "get", Methods: []string{"GET"}, On: installer.ItemPath, ReadOnly: true,
				Doc: "read {sub}the specified {kind}", OperationID: "read{version}{object}"},
			Supported: hasOptionsAndPath, Handle: getResourceWithOptions,
		},
		{
			Verb: installer.Verb{Name: "list", Methods: []string{"GET"}, On: installer.Collection, AllNamespaces: true, Queued: true,
				ReadOnly: true, Doc: "list {watch}objects of kind {kind}"},
			Supported: Has[Lister], Handle: listResource, Options: metav1.ListOptions{}, Writes: newList,
		},
		{
			Verb: installer.Verb{Name: "create", Methods: []string{"POST"}, On: installer.Collection,
				Doc: "create {sub}{a}{kind}", OpenAPIAction: "post", Codes: []int{200, 201, 202}},
			Supported: Has[Creater], Handle: createResource, Options: metav1.CreateOptions{}, Reads: newObject,
		},
		{
			Verb: installer.Verb{Name: "create", Methods: []string{"POST"}, On: installer.Item,
				Doc: "create {sub}{a}{kind}", OpenAPIAction: "post", Codes: []int{200, 201, 202}},
			Supported: Has[NamedCreater], Handle: createNamedResource, Options: metav1.CreateOptions{}, Reads: newObject,
		},
		{
			Verb: installer.Verb{Name: "update", Methods: []string{"PUT"}, On: installer.Item,
				Doc: "replace {sub}the specified {kind}", OperationID: "replace{version}{object}", OpenAPIAction: "put", Codes: []int{200, 201}},
			Supported: Has[Updater], Handle: updateResource, Options: metav1.UpdateOptions{}, Reads: newObject,
		},
		{
			Verb: installer.Verb{Name: "delete", Methods: []string{"DELETE"}, On: installer.Item,
				Doc: "delete {sub}{a}{kind}", Codes: []int{200, 202}},
			Supported: Has[GracefulDeleter], Handle: deleteResource, Options: metav1.DeleteOptions{}, Reads: newDeleteOptions, Writes: newDeleteResponse,
		},
		{
			Verb: installer.Verb{Name: "deletecollection", Methods: []string{"DELETE"}, On: installer.Collection,
				Doc: "delete collection of {kind}", OperationID: "delete{version}Collection{object}"},
			Supported: Has[CollectionDeleter], Handle: deleteCollection, Options: collectionOptions{}, Reads: newDeleteOptions, Writes: newStatus,
		},
	}
}

// hasOptions and hasOptionsAndPath distinguish a GetterWithOptions without and with an option for the rest of the path.
func hasOptions(s Storage) bool        { subpath, ok := subpathOption(s); return ok && subpath == "" }
func hasOptionsAndPath(s Storage) bool { subpath, ok := subpathOption(s); return ok && subpath != "" }

func subpathOption(s Storage) (subpath string, ok bool) {
	getter, ok := As[GetterWithOptions](s)
	if ok {
		_, subpath = getter.NewGetOptions()
	}
	return subpath, ok
}

func newObject(s Storage) any      { return s.New() }
func newStatus(Storage) any        { return &metav1.Status{} }
func newDeleteOptions(Storage) any { return &metav1.DeleteOptions{} }

// newDeleteResponse returns a sample of the response of a delete.
func newDeleteResponse(s Storage) any {
	if d, ok := As[MayReturnFullObjectDeleter](s); ok && d.DeleteReturnsDeletedObject() {
		return s.New()
	}
	return newStatus(s)
}

func newList(s Storage) any {
	if lister, ok := As[Lister](s); ok {
		return lister.NewList()
	}
	return nil
}
